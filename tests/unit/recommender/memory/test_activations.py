"""Memory that the language model takes while vLLM profiles it."""

from dataclasses import replace

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.units import GIB
from recommender.memory.activations import text_peak
from recommender.memory.calculate_budget import budget
from recommender.memory.overhead import runtime_overhead
from recommender.model.dtype import Dtype
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.version import Version


def peak_gib(
    model_id: str,
    version: Version | None,
    *,
    capability: tuple[int, int] = (8, 9),
    tokens: int = 2048,
    later: bool = False,
    eager: bool = False,
) -> float:
    gpu = Gpu(name="GPU", visible_bytes=22 * GIB, compute_capability=capability, nvlink=False)
    engine_args = replace(
        default_engine_args(gpu, behavior_of(version)),
        max_num_batched_tokens=tokens,
        has_compile_cache=later,
        enforce_eager=eager,
    )
    return text_peak(real_model(model_id), gpu, 1, engine_args, Dtype.BFLOAT16).first_start_bytes / GIB


@pytest.mark.parametrize(
    ("model_id", "logged_gib"),
    [("Qwen/Qwen3-8B", 1.00), ("meta-llama/Llama-3.1-8B", 0.79), ("Qwen/Qwen3-14B", 1.22)],
)
def test_a_later_start_spares_the_copy_of_the_embedding(model_id: str, logged_gib: float) -> None:
    """Servers under 0.30 on L4 and A100 with 256 sequences: the difference of their caches."""
    spared = peak_gib(model_id, (0, 30)) - peak_gib(model_id, (0, 30), later=True)

    assert logged_gib == pytest.approx(spared, abs=0.06)


def test_the_copy_stays_where_the_workspace_of_cublas_is_in_it() -> None:
    """Qwen3 4B: hidden states of 10 MiB take the only other free segment. The copy is 0.724 GiB."""
    before, since = (peak_gib("Qwen/Qwen3-4B", version) for version in ((0, 26), (0, 30)))

    assert since - before == pytest.approx(2 * 151_936 * 2560 / GIB, abs=0.01)


@pytest.mark.parametrize(("capability", "is_pinned"), [((8, 9), False), ((9, 0), True), ((10, 0), True)])
def test_it_always_stays_on_data_center_gpus_since_hopper(
    capability: tuple[int, int], *, is_pinned: bool
) -> None:
    """Their workspace has 32 MiB, more than a segment for smaller tensors."""
    found = peak_gib("Qwen/Qwen3-8B", (0, 30), capability=capability)
    plain = 2 * (151_936 + 2 * 2048) * 4096 / GIB
    pinned = 2 * 151_936 * 4096 / GIB if is_pinned else 0

    assert found == pytest.approx(plain + pinned, abs=1e-3)


@pytest.mark.parametrize("model_id", ["Qwen/Qwen3-4B", "openai/gpt-oss-20b"])
def test_0_33_allocates_the_workspace_of_cublas_before_there_is_a_copy(model_id: str) -> None:
    """`torch.mm` in `init_device`; the MXFP4 experts of gpt-oss have no workspace of their own."""
    shape = real_model(model_id).shape
    copy_and_two_batches = 2 * (shape.vocabulary + 2 * 2048) * shape.hidden_size / GIB

    assert peak_gib(model_id, (0, 33), capability=(9, 0)) == pytest.approx(copy_and_two_batches)


def test_under_0_33_the_workspace_of_experts_may_be_in_the_copy() -> None:
    """Qwen3 30B A3B: the rest of 0.580 GiB beside a workspace of 0.125 GiB."""
    first, later = (
        peak_gib("Qwen/Qwen3-30B-A3B", (0, 33), capability=(9, 0), later=later) for later in (False, True)
    )

    assert first - later == pytest.approx(0.580 - 0.125, abs=0.01)


def test_without_compilation_there_is_no_copy() -> None:
    assert peak_gib("Qwen/Qwen3-4B", (0, 30), eager=True) < 0.3


def test_the_compiler_runs_before_experts_have_their_workspace() -> None:
    """Qwen3 30B A3B: the copy of the embedding, 0.58 GiB, is smaller than the workspace and a batch."""
    first, later = (
        peak_gib("Qwen/Qwen3-30B-A3B", (0, 23), tokens=8192, later=later) for later in (False, True)
    )

    assert first == later


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
    engine_args = replace(
        default_engine_args(gpu, behavior_of(version)),
        gpu_memory_utilization=gpu_memory_utilization,
        max_num_batched_tokens=2048,
        max_num_seqs=256,
    )
    found = budget(real_model(model_id), gpu, tensor_parallel, engine_args=engine_args)

    assert logged_gib == pytest.approx(found.kv_cache_bytes / GIB, abs=0.15)


@pytest.mark.parametrize(("tensor_parallel", "unpacked"), [(1, 4096 * 14_336), (2, 4096 * 14_336 // 2)])
def test_bitsandbytes_unpacks_a_share_of_the_largest_matrix(tensor_parallel: int, unpacked: int) -> None:
    """Llama 3.1 8B: the feed-forward matrix of 4096 x 14,336 in 16 bit, in addition to the forward pass."""
    gpu = gpu_of(instance("g5.xlarge"))
    engine_args = replace(
        default_engine_args(gpu, behavior_of((0, 19))),
        max_num_seqs=1,
        max_num_batched_tokens=8192,
        enforce_eager=True,
    )
    packed, with_matrix = (
        text_peak(
            real_model("meta-llama/Llama-3.1-8B-Instruct"),
            gpu,
            tensor_parallel,
            engine_args,
            Dtype.BFLOAT16,
            unpacks_weights=unpacks,
        ).later_bytes
        for unpacks in (False, True)
    )

    assert 2 * unpacked == with_matrix - packed
