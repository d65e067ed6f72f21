"""The versions that an answer without a chosen version holds for."""

import itertools

import pytest
from support.instances import GPU_INSTANCES, instance
from support.metadata import MODELS, real_model

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.memory.budget import Budget
from recommender.memory.calculate_budget import budget
from recommender.model import HubMetadata, Model, parse_model
from recommender.model.errors import CalculationError
from recommender.vllm.behavior import behavior_of
from recommender.vllm.covered_versions import covered_behaviors
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.releases import known_releases
from recommender.vllm.supported_versions import class_versions, includes
from recommender.vllm.version import OLDEST_COVERED_VERSION, Version

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


def test_versions_without_the_class_of_a_model_do_not_count() -> None:
    """Llama has been there since 0.17 and before, Gemma 4 since 0.19."""
    assert first_two_parts("meta-llama/Llama-3.1-8B-Instruct", "g5.xlarge")[0] < (0, 21)
    assert first_two_parts("google/gemma-4-31B-it", "p5.48xlarge")[0] >= (0, 19)


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
