"""GPU memory that vLLM reserves for CUDA graphs."""

from dataclasses import replace

import pytest
from support.metadata import real_model

from recommender.hardware.gpu import Gpu
from recommender.hardware.units import GIB
from recommender.memory.cuda_graphs import graph_bytes, is_data_center_blackwell
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.version import Version

_CAPABILITIES = {"L4": (8, 9), "H100": (9, 0), "B200": (10, 0)}


def graphs_gib(
    model_id: str, gpu_name: str, version: Version, sequences: int, *, degree: int = 1, eager: bool = False
) -> float:
    model, capability = real_model(model_id), _CAPABILITIES[gpu_name]
    gpu = Gpu(name=gpu_name, visible_bytes=22 * GIB, compute_capability=capability, nvlink=False)
    behavior = behavior_of(version)
    engine_args = replace(default_engine_args(gpu, behavior), max_num_seqs=sequences, enforce_eager=eager)
    return graph_bytes(model, gpu, degree, engine_args, behavior.model_runner(model)) / GIB


@pytest.mark.parametrize(
    ("gpu_name", "sequences", "graphs"),
    [
        ("L4", 1, 2 + 1),
        ("L4", 2, 3 + 2),
        ("L4", 3, 3 + 2),
        ("L4", 4, 4 + 3),
        ("L4", 8, 5 + 4),
        ("L4", 12, 6 + 4),
        ("L4", 124, 34 + 18),
        ("L4", 127, 34 + 18),
        ("L4", 128, 35 + 19),
        ("L4", 135, 35 + 19),
        ("L4", 136, 36 + 20),
        ("L4", 256, 51 + 35),
        ("L4", 1024, 51 + 51),
        ("B200", 1024, 83 + 83),
        ("B200", 2048, 83 + 83),
    ],
)
def test_graphs_are_captured_for_the_sizes_of_batches(gpu_name: str, sequences: int, graphs: int) -> None:
    """1, 2, 4, 8 to 256 by 8, then by 16: piecewise to twice the sequences, full to the sequences."""
    expected = 0.15 + 0.009 * 36 * graphs / 86

    assert expected == pytest.approx(graphs_gib("Qwen/Qwen3-8B", gpu_name, (0, 30), sequences), abs=1e-7)


@pytest.mark.parametrize(("sequences", "rows"), [(1, 1), (256, 256), (512, 512), (1024, 512)])
def test_attention_on_hopper_keeps_partial_results_of_its_splits(sequences: int, rows: int) -> None:
    """Qwen3 8B: 3 x 32 splits x 32 heads x 128 x 4 bytes for each sequence of the largest graph."""
    on_ada, on_hopper = (graphs_gib("Qwen/Qwen3-8B", name, (0, 30), sequences) for name in ("L4", "H100"))

    assert on_hopper - on_ada == pytest.approx(3 * 32 * 32 * rows * 128 * 4 / GIB, abs=1e-8)


@pytest.mark.parametrize(
    ("model_id", "version", "added_gib"),
    [
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", (0, 30), 1.3),
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", (0, 28), 0),
        ("Qwen/Qwen3-30B-A3B", (0, 30), 0),
        ("openbmb/MiniCPM3-4B", (0, 30), 0),
    ],
)
def test_latent_attention_with_experts_has_a_workspace_on_data_center_blackwell(
    model_id: str, version: Version, added_gib: float
) -> None:
    """What `glm53-nvfp4-4xb200-v030` logged beyond the graphs, which are those of an L4 for 256 sequences."""
    on_ada, on_blackwell = (graphs_gib(model_id, name, version, 256) for name in ("L4", "B200"))

    assert on_blackwell - on_ada == pytest.approx(added_gib, abs=1e-8)


def test_graphs_are_subtracted_from_0_20_on_and_never_without_graphs() -> None:
    assert graphs_gib("google/gemma-2-9b-it", "L4", (0, 19), 256) == 0
    assert graphs_gib("google/gemma-2-9b-it", "L4", (0, 20), 256) >= 0.5
    assert graphs_gib("google/gemma-2-9b-it", "L4", (0, 20), 256, eager=True) == 0


@pytest.mark.parametrize(("degree", "heads"), [(2, 16), (3, 11), (8, 4)])
def test_the_partial_results_are_those_of_the_heads_of_one_gpu(degree: int, heads: int) -> None:
    on_ada, on_hopper = (
        graphs_gib("Qwen/Qwen3-8B", name, (0, 30), 256, degree=degree) for name in ("L4", "H100")
    )

    assert on_hopper - on_ada == pytest.approx(3 * 32 * heads * 256 * 128 * 4 / GIB, abs=1e-6)


@pytest.mark.parametrize(
    ("capability", "expected"),
    [((9, 0), False), ((10, 0), True), ((10, 3), True), ((11, 0), False), ((12, 0), False)],
)
def test_data_center_blackwell_has_the_capabilities_from_10_to_11(
    capability: tuple[int, int], *, expected: bool
) -> None:
    """B200 and B300; Jetson Thor has 11.0 and workstation cards 12.0."""
    gpu = Gpu(name="GPU", visible_bytes=22 * GIB, compute_capability=capability, nvlink=False)

    assert is_data_center_blackwell(gpu) is expected
