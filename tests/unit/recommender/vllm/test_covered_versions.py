"""The versions that an answer without a chosen version holds for."""

import itertools
from dataclasses import replace

import pytest
from support.instances import GPU_INSTANCES, instance
from support.metadata import MODELS, real_model

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.units import GIB
from recommender.memory.budget import Budget
from recommender.memory.calculate_budget import budget
from recommender.model import HubMetadata, Model, parse_model
from recommender.model.errors import CalculationError
from recommender.vllm.behavior import behavior_of
from recommender.vllm.covered_versions import covered_behaviors
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.releases import known_releases
from recommender.vllm.supported_versions import class_versions, includes
from recommender.vllm.version import OLDEST_COVERED_VERSION, Version, VersionRange

_GPUS = {gpu.name: gpu for gpu in map(gpu_of, GPU_INSTANCES)}
_COVERED = [release for release in known_releases() if release >= OLDEST_COVERED_VERSION]
_LENGTHS = (16, 768, 4096, 131_072)


def first_two_parts(model_id: str, instance_type: str) -> list[Version]:
    behaviors = covered_behaviors(real_model(model_id), gpu_of(instance(instance_type)))
    return [(each.version or ())[:2] for each in behaviors]


@pytest.mark.parametrize("gpu", _GPUS.values(), ids=_GPUS)
def test_the_default_is_the_least_of_all_versions_that_have_the_class(gpu: Gpu) -> None:
    """A sample of the snapshot: every release is calculated, also those that are left out as no less."""
    for metadata, degree in itertools.product(MODELS[::9], (1, 4)):
        model = _unquantized(metadata)
        if model is None or gpu.compute_capability < (7, 5):
            continue
        least = budget(model, gpu, degree)
        running = class_versions(model.class_name, model.config_keys)
        each_version = [
            _under(model, gpu, degree, release) for release in _COVERED if includes(running, release)
        ]
        for tokens in _LENGTHS:
            assert least.max_concurrent_requests(tokens) == min(
                each.max_concurrent_requests(tokens) for each in each_version
            ), (model.model_id, degree, tokens)
            assert least.max_concurrency(tokens) == min(
                each.max_concurrency(tokens) for each in each_version
            ), (model.model_id, degree, tokens)


def _unquantized(metadata: HubMetadata) -> Model | None:
    try:
        model = parse_model(metadata)
    except CalculationError:
        return None
    return model if model.quantization is None and not model.has_sparse_attention else None


def _under(model: Model, gpu: Gpu, degree: int, release: Version) -> Budget:
    return budget(model, gpu, degree, engine_args=default_engine_args(gpu, behavior_of(release)))


@pytest.mark.parametrize(
    ("model_id", "instance_type", "minors"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "g6e.12xlarge", [20, 27, 32, 33]),
        # Batches of 16,384 tokens on GPUs of 160 GiB and more.
        ("meta-llama/Llama-3.1-8B-Instruct", "p6-b200.48xlarge", [20, 27, 28, 32, 33]),
        # Latents in larger blocks under 0.17.
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", "p5.48xlarge", [17, 20, 27, 32, 33]),
        # Tokens in flight in layers with a window since 0.26.
        ("google/gemma-3-27b-it", "p5.48xlarge", [20, 26, 27, 32, 33]),
        # Frames in chunks since 0.23.
        ("google/gemma-4-31B-it", "p5.48xlarge", [20, 23, 24, 25, 26, 27, 32, 33]),
        # Two states of a request since 0.28.
        ("Qwen/Qwen3-Next-80B-A3B-Instruct", "p5.48xlarge", [20, 26, 27, 28, 32, 33]),
        # Larger rotary tables up to 0.31.
        ("Qwen/Qwen3-VL-2B-Instruct", "p5.48xlarge", [20, 27, 31, 32, 33]),
        # A format that 0.20 does not run.
        ("nvidia/Qwen3.6-35B-A3B-NVFP4", "p5.48xlarge", [22, 23, 26, 27, 28, 31, 32, 33]),
    ],
)
def test_a_version_that_never_leaves_less_than_another_is_left_out(
    model_id: str, instance_type: str, minors: list[int]
) -> None:
    """The sample above shows that those left out leave no less."""
    assert first_two_parts(model_id, instance_type) == [(0, minor) for minor in minors]


@pytest.mark.parametrize(("visible_bytes", "counts"), [(160 * GIB - 1, False), (160 * GIB, True)])
def test_the_larger_batches_of_0_28_begin_with_160_gib(visible_bytes: int, *, counts: bool) -> None:
    gpu = Gpu(name="GPU", visible_bytes=visible_bytes, compute_capability=(9, 0), nvlink=True)
    found = covered_behaviors(real_model("meta-llama/Llama-3.1-8B-Instruct"), gpu)

    assert ((0, 28) in {(each.version or ())[:2] for each in found}) is counts


def test_versions_without_the_class_of_a_model_do_not_count() -> None:
    """Llama has been there since 0.17 and before, Gemma 4 since 0.19."""
    assert first_two_parts("meta-llama/Llama-3.1-8B-Instruct", "g5.xlarge")[0] < (0, 21)
    assert first_two_parts("google/gemma-4-31B-it", "p5.48xlarge")[0] >= (0, 19)


@pytest.mark.parametrize(
    ("ranges", "minors"),
    [
        ([(17, 20)], [20]),
        ([(17, 19)], [17, 18, 19]),
        ([(21, 22), (24, 26)], [21, 22, 24, 25, 26]),
        ([(21, 26)], [21, 22, 23]),
        ([(24, 26)], [24, 25, 26]),
        ([(27, 28)], [27]),
        ([(28, 28)], [28]),
        ([(29, 30)], [30]),
        ([(29, 29)], [29]),
        ([(30, 31)], [31]),
        ([(31, 32)], [32]),
    ],
    ids=str,
)
def test_a_version_counts_where_none_that_leaves_less_has_the_class(
    ranges: list[tuple[int, int]], minors: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Llama on an L40S leaves least in 0.20 of those up to 0.26, or else in 0.23; 0.27 leaves less than 0.28.

    Of 0.29 to 0.32, which hold the same, the last counts.
    """
    versions = tuple(VersionRange(first=(0, first), last=(0, last)) for first, last in ranges)
    monkeypatch.setattr("recommender.vllm.covered_versions.class_versions", lambda *_: versions)
    llama = real_model("meta-llama/Llama-3.1-8B-Instruct")
    model = replace(llama, class_name=f"InVersions{ranges}")
    found = covered_behaviors(model, gpu_of(instance("g6e.xlarge")))

    assert [each.version[:2] for each in found if each.version] == [(0, minor) for minor in minors]


def test_versions_without_a_backend_for_the_fp8_cache_of_a_checkpoint_do_not_count() -> None:
    """GLM 5.3 in NVFP4 sets one for its sparse attention, which Hopper has from 0.30 on."""
    assert first_two_parts("nvidia/GLM-5.3-NVFP4", "p5e.48xlarge")[0] >= (0, 30)


def test_versions_without_wheels_for_a_gpu_do_not_count() -> None:
    """Volta: up to 0.19."""
    assert first_two_parts("meta-llama/Llama-3.1-8B-Instruct", "p3dn.24xlarge") == [(0, 17), (0, 18), (0, 19)]


def test_where_no_version_runs_a_model_all_count() -> None:
    """MXFP4 needs compute capability 8.0."""
    assert first_two_parts("openai/gpt-oss-20b", "g4dn.xlarge")[-1] == _COVERED[-1][:2]


def test_each_version_has_its_own_defaults_of_the_scheduler() -> None:
    """16,384 batched tokens on the largest GPUs since 0.28."""
    gpu = gpu_of(instance("p6-b200.48xlarge"))
    found = budget(real_model("Qwen/Qwen3-8B"), gpu, 1)

    assert found.engine_args.max_num_batched_tokens == 8192
    assert found.overhead.activation_bytes > 14 * 1024 * 151_936
