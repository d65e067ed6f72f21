"""What a GPU's memory holds."""

import dataclasses

import pytest
from support.instances import ALL, instance
from support.metadata import llama, real_model

from benchmarks.accuracy.runs import read_runs
from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.instance import Instance
from recommender.hardware.units import GIB
from recommender.memory.budget import budget, compute_dtype
from recommender.memory.overhead import runtime_overhead
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.version import Version


@pytest.mark.parametrize(
    ("model_id", "tensor_parallel", "expected"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 1, 2 * 32 * 8 * 128 * 2),
        ("meta-llama/Llama-3.1-8B-Instruct", 4, 2 * 32 * 2 * 128 * 2),
        ("Qwen/Qwen3-8B", 1, 2 * 36 * 8 * 128 * 2),
        ("google/gemma-2b", 1, 2 * 18 * 1 * 256 * 2),
        ("microsoft/phi-2", 1, 2 * 32 * 32 * 80 * 2),
        ("deepseek-ai/DeepSeek-V3", 1, 61 * 576 * 2),
        ("deepseek-ai/DeepSeek-V3", 8, 61 * 576 * 2),
        ("tiiuae/falcon-7b-instruct", 1, 2 * 32 * 1 * 64 * 2),
    ],
)
def test_kv_cache_costs_two_vectors_per_layer_and_head(
    model_id: str, tensor_parallel: int, expected: int
) -> None:
    """By hand: 2 x layers x KV heads x head size x 2 bytes; latents of 576 values are on every GPU."""
    memory = budget(real_model(model_id), gpu_of(instance("p5.48xlarge")), tensor_parallel)

    assert expected * 16 == memory.layout.block_bytes


def test_kv_heads_fewer_than_gpus_are_counted_on_each() -> None:
    model = parse_model(llama(num_key_value_heads=2))
    gpu = gpu_of(instance("p4d.24xlarge"))
    on_two, on_four = (budget(model, gpu, degree) for degree in (2, 4))

    # one KV head on each GPU either way, and its projections with it
    assert on_two.layout == on_four.layout
    assert on_four.weight_bytes > on_two.weight_bytes / 2


def test_parts_add_up_to_what_the_gpu_has() -> None:
    memory = budget(real_model("Qwen/Qwen3-8B"), gpu_of(instance("g5.xlarge")), 1)

    assert memory.usable_bytes == int(memory.visible_bytes * 0.9)
    assert memory.usable_bytes == memory.weight_bytes + memory.overhead.total_bytes + memory.kv_cache_bytes


def test_cache_is_counted_in_blocks_and_never_below_none() -> None:
    roomy = budget(real_model("Qwen/Qwen3-8B"), gpu_of(instance("g5.xlarge")), 1)
    hopeless = budget(real_model("meta-llama/Llama-3.1-70B-Instruct"), gpu_of(instance("g5.xlarge")), 1)

    assert roomy.kv_cache_tokens % 16 == 0
    assert hopeless.kv_cache_tokens == 0


@pytest.mark.parametrize(
    ("model_id", "instance_type", "expected"),
    [
        ("Qwen/Qwen3-8B", "g5.xlarge", Dtype.BFLOAT16),
        ("Qwen/Qwen3-8B", "g4dn.xlarge", Dtype.FLOAT16),
        ("google/gemma-2-9b-it", "g4dn.xlarge", Dtype.FLOAT32),
        ("google/gemma-2-9b-it", "g5.xlarge", Dtype.BFLOAT16),
        ("openai-community/gpt2", "g5.xlarge", Dtype.BFLOAT16),
        ("openai-community/gpt2", "g4dn.xlarge", Dtype.FLOAT16),
        ("microsoft/phi-2", "g5.xlarge", Dtype.FLOAT16),
    ],
)
def test_compute_dtype_is_the_one_that_vllm_chooses(
    model_id: str, instance_type: str, expected: Dtype
) -> None:
    assert expected is compute_dtype(real_model(model_id), gpu_of(instance(instance_type)))


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [
        ("g4dn.xlarge", (2048, 256)),
        ("g5.xlarge", (2048, 256)),
        ("g6e.xlarge", (2048, 256)),
        ("p4de.24xlarge", (2048, 256)),
        ("p5.48xlarge", (8192, 1024)),
        ("g7e.2xlarge", (8192, 1024)),
        ("p6-b200.48xlarge", (16_384, 1024)),
    ],
)
def test_scheduler_limits_are_those_of_vllm(instance_type: str, expected: tuple[int, int]) -> None:
    """`vllm/engine/arg_utils.py`, `get_batch_defaults`: an A100 is no large GPU to it."""
    engine_args = default_engine_args(gpu_of(instance(instance_type)))

    assert expected == (engine_args.max_num_batched_tokens, engine_args.max_num_seqs)


@pytest.mark.parametrize(
    ("model_id", "instance_type", "tensor_parallel", "logged_gib"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "p5.48xlarge", 1, 0.25 + 1.89 + 0.91),
        ("meta-llama/Llama-3.1-8B-Instruct", "p5.48xlarge", 4, 2.13 + 1.89 + 0.67),
        ("google/gemma-2-9b-it", "p5.48xlarge", 1, 0.25 + 3.65 + 1.09),
        ("google/gemma-3-12b-it", "p5.48xlarge", 1, 0.25 + 3.94 + 0.94),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "p5.48xlarge", 2, 2.07 + 1.21 + 0.93),
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", "p5.48xlarge", 1, 0.26 + 1.93 + 1.57),
        ("moonshotai/Kimi-Dev-72B", "p5.48xlarge", 4, 2.21 + 2.29 + 1.54),
        ("Qwen/Qwen3-8B", "g6.xlarge", 1, 0.1 + 1.61),
    ],
)
def test_overhead_is_no_less_than_a_server_logged(
    model_id: str, instance_type: str, tensor_parallel: int, logged_gib: float
) -> None:
    """Non-torch memory, activation peak and CUDA graphs of public logs of vLLM 0.19 and 0.30."""
    gpu = gpu_of(instance(instance_type))
    overhead = runtime_overhead(
        real_model(model_id), gpu, tensor_parallel, default_engine_args(gpu), Dtype.BFLOAT16
    )

    assert logged_gib <= overhead.total_bytes / GIB + 0.15


def test_every_gpu_of_the_table_is_known() -> None:
    assert all(gpu_of(each).is_known for each in ALL if not each.is_neuron)


def test_every_gpu_says_where_its_memory_is_from() -> None:
    """A run that is named is one of the logged ones, and saw no less."""
    logged = {run.id: run.total_gpu_memory_gib for run in read_runs()}
    gpus = [gpu_of(each) for each in ALL if not each.is_neuron]
    named = [(gpu, gpu.source.partition("run ")[2].split()[0]) for gpu in gpus if "run " in gpu.source]

    assert all(gpu.source for gpu in gpus)
    assert named
    assert all(gpu.visible_bytes / GIB <= (logged[run] or 0) + 0.001 for gpu, run in named)


def test_an_unknown_gpu_is_taken_at_nine_tenths_of_what_ec2_says() -> None:
    gpu = gpu_of(dataclasses.replace(instance("g5.xlarge"), accelerator_name="A99"))

    assert not gpu.is_known
    assert gpu.visible_bytes == int(0.9 * 22_888 * 1024**2)


def test_the_two_a100_are_told_apart_by_their_memory() -> None:
    assert (
        gpu_of(instance("p4d.24xlarge")).visible_bytes
        < 40 * GIB
        < gpu_of(instance("p4de.24xlarge")).visible_bytes
    )


def test_an_unknown_gpu_is_taken_for_less_than_it_may_be() -> None:
    gpu = gpu_of(_with_gpu("X1", memory_gib=100))

    assert (gpu.is_known, gpu.visible_bytes, gpu.computes_fp8, gpu.nvlink) == (False, 90 * GIB, False, False)


def test_a_known_gpu_with_less_memory_than_it_can_have_is_not_trusted() -> None:
    assert not gpu_of(_with_gpu("H100", memory_gib=40)).is_known


def _with_gpu(name: str, *, memory_gib: float) -> Instance:
    return Instance(
        name="x1.large",
        family="x1",
        accelerator_type="gpu",
        accelerator_name=name,
        accelerator_count=1,
        accelerator_memory_gib=memory_gib,
        vcpus=8,
        memory_gib=64,
    )


def test_logits_of_fp32_take_twice_as_much() -> None:
    """Llama 3.1 8B in FP32 on H100 under vLLM 0.19: a peak of 2.21 GiB is logged, 1.89 in BF16."""
    gpu, model = gpu_of(instance("p5.48xlarge")), real_model("meta-llama/Llama-3.1-8B-Instruct")
    engine_args = default_engine_args(gpu, behavior_of((0, 19)))
    peaks = [
        runtime_overhead(model, gpu, 1, engine_args, dtype).activation_bytes / GIB
        for dtype in (Dtype.BFLOAT16, Dtype.FLOAT32)
    ]

    assert [1.89, 2.21] == pytest.approx(peaks, abs=0.02)


@pytest.mark.parametrize(
    ("model_id", "visible_gib", "gpu_memory_utilization", "version", "tensor_parallel", "logged_gib"),
    [
        ("Qwen/Qwen3-8B", 22.04, 0.9, (0, 30), 1, 2.71),
        ("openai/gpt-oss-20b", 79.25, 0.65, (0, 19), 1, 36.56),
        ("meta-llama/Meta-Llama-3-8B", 22.04, 0.92, (0, 22), 4, 15.41),
        ("meta-llama/Meta-Llama-3-8B", 22.04, 0.92, (0, 23), 4, 16.19),
        ("meta-llama/Llama-3.1-8B-Instruct", 79.25, 0.92, (0, 31), 1, 56.21),
    ],
)
def test_a_first_start_compiles_on_a_copy_of_the_embedding(
    model_id: str,
    visible_gib: float,
    gpu_memory_utilization: float,
    version: Version,
    tensor_parallel: int,
    logged_gib: float,
) -> None:
    """With 256 sequences it is the peak: `Available KV cache memory` of servers on L4 and A100."""
    gpu = Gpu(name="GPU", visible_bytes=int(visible_gib * GIB), compute_capability=(8, 9), nvlink=False)
    engine_args = dataclasses.replace(
        default_engine_args(gpu, behavior_of(version)),
        gpu_memory_utilization=gpu_memory_utilization,
        max_num_batched_tokens=2048,
        max_num_seqs=256,
    )
    found = budget(real_model(model_id), gpu, tensor_parallel, engine_args=engine_args)

    assert logged_gib == pytest.approx(found.kv_cache_bytes / GIB, abs=0.15)


def test_a_checkpoint_may_set_the_dtype_of_its_cache() -> None:
    """GLM-5.3 in NVFP4: 78 latents and 21 indexers take 47,700 bytes a token; a B200 logs 649,152 of them."""
    gpu, model = gpu_of(instance("p6-b200.48xlarge")), real_model("nvidia/GLM-5.3-NVFP4")
    engine_args = default_engine_args(gpu, behavior_of((0, 30)))
    found = budget(model, gpu, 4, engine_args=engine_args)

    assert found.layout.block_bytes == 64 * 47_700
    assert found.layout.tokens(int(28.84 * GIB)) == pytest.approx(649_152, rel=5e-4)
