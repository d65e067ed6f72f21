"""Which versions of vLLM have a class."""

import pytest

from recommender.vllm.registry import class_versions
from recommender.vllm.version import EVERY_VERSION, VersionRange


@pytest.mark.parametrize(
    ("class_name", "expected"),
    [
        ("LlamaForCausalLM", EVERY_VERSION),
        ("QWenLMHeadModel", VersionRange(last=(0, 23))),
        ("MllamaForConditionalGeneration", VersionRange(last=(0, 10))),
        ("Ministral3ForCausalLM", VersionRange(first=(0, 20))),
        ("", EVERY_VERSION),
    ],
)
def test_a_class_is_in_the_versions_whose_registry_lists_it(class_name: str, expected: VersionRange) -> None:
    """`_PREVIOUSLY_SUPPORTED_MODELS` of 0.33, and the registries from 0.17 on."""
    assert expected == class_versions(class_name)
