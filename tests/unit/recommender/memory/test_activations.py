"""Memory that the language model takes while vLLM profiles it."""

from dataclasses import replace

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.units import GIB
from recommender.memory.activations import TextPeak, text_peak
from recommender.memory.calculate_budget import budget
from recommender.memory.overhead import runtime_overhead
from recommender.model import Model
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


@pytest.mark.parametrize(
    ("heads", "tensor_parallel", "unpacked"),
    [(32, 1, 4096 * 14_336), (32, 2, 4096 * 14_336 // 2), (128, 1, 4096 * 128 * 128)],
)
def test_bitsandbytes_unpacks_a_share_of_the_largest_matrix(
    heads: int, tensor_parallel: int, unpacked: int
) -> None:
    """Llama 3.1 8B: the feed-forward matrix of 4096 x 14,336 in 16 bit, in addition to the forward pass.

    With 128 heads of 128 it would be the output projection.
    """
    gpu, model = gpu_of(instance("g5.xlarge")), real_model("meta-llama/Llama-3.1-8B-Instruct")
    model = replace(model, shape=replace(model.shape, attention_heads=heads))
    engine_args = replace(
        default_engine_args(gpu, behavior_of((0, 19))),
        max_num_seqs=1,
        max_num_batched_tokens=8192,
        enforce_eager=True,
    )
    packed, with_matrix = (
        text_peak(
            model,
            gpu,
            tensor_parallel,
            engine_args,
            Dtype.BFLOAT16,
            unpacks_weights=unpacks,
        ).later_bytes
        for unpacks in (False, True)
    )

    assert 2 * unpacked == with_matrix - packed


def copies_kept(model: Model, *, sequences: int = 256, tokens: int = 2048) -> float:
    """How often the embedding is pinned under 0.30 on an L4: 0 or 1."""
    gpu, pinning = gpu_of(instance("g6.xlarge")), behavior_of((0, 30))
    peaks = [
        text_peak(
            model,
            gpu,
            1,
            replace(
                default_engine_args(gpu, behavior), max_num_seqs=sequences, max_num_batched_tokens=tokens
            ),
            Dtype.BFLOAT16,
        ).first_start_bytes
        for behavior in (pinning, replace(pinning, pins_embedding="never"))
    ]
    return (peaks[0] - peaks[1]) / (2 * model.shape.vocabulary * model.shape.hidden_size)


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({}, 0),
        # Two bitmasks of 1 MiB or less have another segment; those of more than 5.9375 MiB leave no room.
        ({"vocabulary": 32 * 1024}, 1),
        ({"vocabulary": 32 * 1024 + 1}, 0),
        ({"vocabulary": 32 * 6080}, 0),
        ({"vocabulary": 32 * 6080 + 1}, 1),
        # A matrix between 1 and 10 MiB is in the segment: down, gate and up, output, and QKV, of 4096 inputs.
        ({"intermediate_size": 1000}, 1),
        ({"intermediate_size": 128}, 1),
        ({"intermediate_size": 64}, 0),
        ({"attention_heads": 4}, 1),
        ({"attention_heads": 1, "kv_heads": 1}, 1),
        ({"attention_heads": 1, "kv_heads": 4}, 1),
        ({"attention_heads": 1, "kv_heads": 5}, 0),
        ({"experts": 8, "experts_per_token": 1}, 1),
    ],
    ids=str,
)
def test_the_copy_is_freed_where_the_segment_of_the_bitmasks_has_room_for_the_workspace(
    settings: dict[str, int], kept: int
) -> None:
    """A segment of 20 MiB, two bitmasks with a bit for each of 256 sequences and token, and 8.125 MiB."""
    model = real_model("Qwen/Qwen3-8B")

    assert copies_kept(replace(model, shape=replace(model.shape, **settings)), tokens=1024) == kept


@pytest.mark.parametrize(
    ("rotary_values", "kept"), [(2**19, 0), (2**19 + 1, 1), (5 * 2**20 - 1, 1), (5 * 2**20, 0)]
)
def test_a_rotary_table_of_1_to_10_mib_is_in_the_segment(rotary_values: int, kept: int) -> None:
    assert copies_kept(replace(real_model("Qwen/Qwen3-8B"), rotary_values=rotary_values)) == kept


@pytest.mark.parametrize(("tokens", "kept"), [(1279, 0), (1280, 1), (1373, 1), (1374, 0)])
def test_hidden_states_of_10_mib_that_fit_take_the_room(tokens: int, kept: int) -> None:
    """8 KiB for each token; two bitmasks of 4.64 MiB leave 1373 of them."""
    assert copies_kept(real_model("Qwen/Qwen3-8B"), tokens=tokens) == kept


@pytest.mark.parametrize(("sequences", "kept"), [(256, 0), (257, 1)])
def test_more_sequences_than_the_default_are_in_doubt(sequences: int, kept: int) -> None:
    assert copies_kept(real_model("Qwen/Qwen3-8B"), sequences=sequences) == kept


@pytest.mark.parametrize(("degree", "kept"), [(1, 1), (2, 0)])
def test_the_copy_is_freed_where_gpus_share_the_embedding(degree: int, kept: int) -> None:
    """Qwen3 8B on Hopper under 0.28, which compiles on a copy of the GPU's share."""
    gpu = Gpu(name="GPU", visible_bytes=79 * GIB, compute_capability=(9, 0), nvlink=True)
    engine_args = replace(default_engine_args(gpu, behavior_of((0, 28))), max_num_batched_tokens=2048)
    found = text_peak(real_model("Qwen/Qwen3-8B"), gpu, degree, engine_args, Dtype.BFLOAT16)
    share = 2 * 151_936 // degree * 4096

    assert found.first_start_bytes == share + 2 * 2 * 2048 * 4096 + kept * share


def peak(
    model: Model, degree: int = 1, *, sequences: int = 1, capability: tuple[int, int] = (8, 9)
) -> TextPeak:
    """The peak under 0.19 with 8192 batched tokens."""
    gpu = Gpu(name="GPU", visible_bytes=22 * GIB, compute_capability=capability, nvlink=False)
    engine_args = replace(
        default_engine_args(gpu, behavior_of((0, 19))), max_num_seqs=sequences, max_num_batched_tokens=8192
    )
    return text_peak(model, gpu, degree, engine_args, Dtype.BFLOAT16)


def later_bytes(
    model: Model, degree: int = 1, *, sequences: int = 1, capability: tuple[int, int] = (8, 9)
) -> int:
    """That of a start that finds the model compiled."""
    return peak(model, degree, sequences=sequences, capability=capability).later_bytes


def test_sampling_needs_the_logits_of_each_sequence_and_the_hidden_states_of_the_batch() -> None:
    """Llama 3.1 8B: 14.5 bytes for a logit, 1.3 times the hidden states in 16 bit, and 0.035 GiB."""
    logits, hidden_states = 14.5 * 1024 * 128_256, 1.3 * 2 * 8192 * 4096
    found = later_bytes(real_model("meta-llama/Llama-3.1-8B-Instruct"), sequences=1024)

    assert found == pytest.approx(logits + hidden_states + 0.035 * GIB, abs=2)


def test_an_indexer_keeps_512_mib_of_scores_outside_the_workspace() -> None:
    """DeepSeek V3.2, whose experts need the larger workspace: `VLLM_SPARSE_INDEXER_MAX_LOGITS_MB`."""
    model = real_model("deepseek-ai/DeepSeek-V3.2")
    latents, _ = model.attention

    assert later_bytes(model, 8) - later_bytes(replace(model, attention=(latents,)), 8) == 512 * 1024**2


@pytest.mark.parametrize("degree", [1, 2])
def test_an_estimated_model_has_more_buffers_that_are_not_divided(degree: int) -> None:
    """One and a half times three buffers of the widest part and four hidden states, in 16 bit; a margin."""
    model = replace(real_model("meta-llama/Llama-3.1-8B-Instruct"), is_estimated=True)
    wide = replace(model, shape=replace(model.shape, intermediate_size=100_000, expert_intermediate_size=1))

    assert later_bytes(wide, degree) == 2 * 8192 * 1.5 * (3 * 100_000 + 4 * 4096) + 0.75 * GIB


def test_a_model_that_is_estimated_has_a_margin_of_three_quarters_of_a_gib() -> None:
    """In addition to the sampler for 1024 sequences, which takes more than a layer or the compiler."""
    model = real_model("meta-llama/Llama-3.1-8B-Instruct")
    narrow = replace(model, shape=replace(model.shape, intermediate_size=1, expert_intermediate_size=1))
    estimated, exact = (peak(each, sequences=1024) for each in (replace(narrow, is_estimated=True), narrow))

    assert estimated.later_bytes - exact.later_bytes == 0.75 * GIB
    assert estimated.first_start_bytes - exact.first_start_bytes == 0.75 * GIB


@pytest.mark.parametrize(("degree", "width"), [(1, 100_000), (2, 50_000)])
def test_a_layer_has_three_buffers_of_its_width_divided_among_gpus(degree: int, width: int) -> None:
    """And four hidden states of 4096 for each token."""
    model = real_model("meta-llama/Llama-3.1-8B-Instruct")
    wide = replace(model, shape=replace(model.shape, intermediate_size=100_000))

    assert later_bytes(wide, degree) == 2 * 8192 * (3 * width + 4 * 4096)


@pytest.mark.parametrize(
    ("degree", "row"), [(1, 2 * 14_336 + 14_336), (2, 2 * 7168 + 7168), (4, 7168 + 4096), (8, 4096 + 4096)]
)
def test_experts_have_two_buffers_with_a_row_for_each_of_a_token(degree: int, row: int) -> None:
    """Mixtral, two of 8 experts of 14,336 for a hidden size of 4096; kernels of MXFP4 have none."""
    model = real_model("mistralai/Mixtral-8x7B-Instruct-v0.1")
    without = replace(model, quantization="mxfp4")

    assert later_bytes(model, degree) - later_bytes(without, degree) == 2 * 8192 * 2 * row


@pytest.mark.parametrize(("degree", "margin_gib"), [(1, 0.5), (2, 0)])
def test_fp8_experts_on_one_gpu_have_a_margin(degree: int, margin_gib: float) -> None:
    """What `qwen3-30b-fp8-*` logged beyond the formulas."""
    model = real_model("Qwen/Qwen3-30B-A3B")
    fp8 = replace(model, quantized_to="fp8")

    assert later_bytes(fp8, degree) - later_bytes(model, degree) == margin_gib * GIB


@pytest.mark.parametrize(
    ("capability", "margin_gib"), [((9, 0), 0), ((10, 0), 0.7), ((10, 3), 0.7), ((12, 0), 0)]
)
def test_latent_attention_with_experts_has_a_margin_on_data_center_blackwell(
    capability: tuple[int, int], margin_gib: float
) -> None:
    """What `glm53-nvfp4-4xb200-v030` logged beyond the formulas."""
    model = real_model("deepseek-ai/DeepSeek-V2-Lite-Chat")
    found = later_bytes(model, capability=capability) - later_bytes(model)

    assert found / GIB == pytest.approx(margin_gib, abs=1e-6)
