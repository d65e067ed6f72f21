"""Classes that vLLM's Transformers backend runs where the registry lacks them."""

import pytest
from support.metadata import llama

from recommender.memory.weights import weight_bytes_per_gpu
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.planning.tensor_parallelism import NoPlan, degree_obstacle, valid_degrees
from recommender.vllm.behavior import behavior_of
from recommender.vllm.supported_versions import class_versions, includes, runs_through_transformers
from recommender.vllm.transformers_backend import falls_back
from recommender.vllm.version import Version


@pytest.mark.parametrize(
    ("class_name", "version", "expected"),
    [
        ("PersimmonForCausalLM", (0, 19, 0), False),
        ("PersimmonForCausalLM", (0, 25, 1), False),
        ("PersimmonForCausalLM", (0, 26, 0), True),
        ("PersimmonForCausalLM", (0, 33, 0), True),
        ("HeliumForCausalLM", (0, 11, 2), False),
        ("HeliumForCausalLM", (0, 12, 0), True),
        ("NanoChatForCausalLM", (0, 32, 0), False),
        ("NanoChatForCausalLM", (0, 33, 0), True),
        ("VaultGemmaForCausalLM", (0, 26, 0), True),
        ("VaultGemmaForCausalLM", (0, 27, 0), False),
        ("LlamaForCausalLM", (0, 33, 0), False),
        ("BrandNewForCausalLM", (0, 33, 0), False),
    ],
)
def test_a_release_falls_back_for_a_class_that_its_registry_lacks(
    class_name: str, version: Version, *, expected: bool
) -> None:
    """Persimmon was in the registry up to 0.25.1: `_PREVIOUSLY_SUPPORTED_MODELS`."""
    assert falls_back(class_name, version) is expected


def test_the_versions_of_a_class_are_those_of_the_registry_and_of_the_backend() -> None:
    versions = class_versions("PersimmonForCausalLM")

    assert all(includes(versions, version) for version in [(0, 8, 0), (0, 25, 1), (0, 26, 0), (0, 33, 0)])
    assert len(versions) == 1


def test_a_class_of_the_registry_may_be_one_of_transformers_too() -> None:
    assert runs_through_transformers("Emu3ForConditionalGeneration", (0, 33, 0))
    assert not runs_through_transformers("LlamaForCausalLM", (0, 33, 0))


def test_a_class_that_may_lack_a_plan_gets_one_gpu_in_the_versions_that_need_one() -> None:
    """Emu3 has none in transformers, and releases before 0.25 refuse it on several GPUs."""
    emu = parse_model(llama(model_type="emu3", architectures=["Emu3ForConditionalGeneration"]))

    assert valid_degrees(emu, 4, behavior_of((0, 19, 0))) == (1,)
    assert valid_degrees(emu, 4, behavior_of((0, 25, 0))) == (1, 2, 4)
    assert degree_obstacle(emu, 2, behavior_of((0, 19, 0))) == NoPlan()


def test_every_gpu_holds_the_whole_model_where_the_backend_may_not_divide_it() -> None:
    """Persimmon has no plan for several GPUs in transformers."""
    model = parse_model(llama(model_type="persimmon", architectures=["PersimmonForCausalLM"]))
    under_0_19, under_0_33 = (behavior_of(version) for version in [(0, 19, 0), (0, 33, 0)])

    alone = weight_bytes_per_gpu(model, Dtype.BFLOAT16, 1, behavior=under_0_33)
    assert weight_bytes_per_gpu(model, Dtype.BFLOAT16, 4, behavior=under_0_33) == alone
    assert weight_bytes_per_gpu(model, Dtype.BFLOAT16, 4, behavior=under_0_19) < alone / 2
