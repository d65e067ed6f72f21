"""Every class of vLLM's registry is modelled, estimated, or named with the reason why it is neither."""

from pathlib import Path

import pytest
from support.metadata import llama

from recommender.model import parse_model
from recommender.model.architectures import ARCHITECTURES
from recommender.model.errors import UnknownArchitecture
from recommender.model.generator_classes import MODEL_TYPES_BY_CLASS, WRAPPER_CLASSES
from recommender.model.refused_classes import WHY_REFUSED

# The four tables of generators of vLLM 0.33, `vllm/model_executor/models/registry.py`.
_REGISTRY = frozenset(Path(__file__).with_name("vllm_0_33_classes.txt").read_text().split())


def test_a_class_is_in_one_table_at_most() -> None:
    tables = [*MODEL_TYPES_BY_CLASS, *WRAPPER_CLASSES, *WHY_REFUSED]

    assert len(tables) == len(set(tables))
    assert set(tables) <= _REGISTRY


@pytest.mark.parametrize(
    "class_name", sorted(_REGISTRY - {*MODEL_TYPES_BY_CLASS} - WRAPPER_CLASSES - {*WHY_REFUSED})
)
def test_a_class_of_the_registry_that_is_in_none_is_estimated(class_name: str) -> None:
    assert parse_model(llama(model_type="brand_new", architectures=[class_name])).is_estimated


def test_a_class_has_the_row_of_an_architecture() -> None:
    assert {*MODEL_TYPES_BY_CLASS.values()} <= {*ARCHITECTURES}


def test_a_class_is_enough_where_the_repository_has_a_model_type_of_its_own() -> None:
    """Aquila's class is a Llama in vLLM; transformers reads its configuration by `auto_map`."""
    own = {"model_type": "aquila", "auto_map": {"AutoConfig": "configuration_aquila.AquilaConfig"}}
    model = parse_model(llama(architectures=["AquilaForCausalLM"], **own))

    assert parse_model(llama()).attention == model.attention


def test_a_wrapper_class_is_enough_around_a_supported_language_model() -> None:
    metadata = llama(
        model_type="kanana-1.5-v",
        architectures=["KananaVForConditionalGeneration"],
        text_config=dict(llama().config or {}),
    )

    assert parse_model(llama()).attention == parse_model(metadata).attention


@pytest.mark.parametrize(
    ("class_name", "reason"),
    [
        ("DeepseekV4ForCausalLM", "compressed keys and values"),
        ("Qwen3ASRForConditionalGeneration", "recognizes speech"),
        ("DonutForConditionalGeneration", "attends to another encoder"),
    ],
)
def test_a_class_of_which_no_bound_is_known_is_refused_with_the_reason(class_name: str, reason: str) -> None:
    with pytest.raises(UnknownArchitecture, match=reason):
        parse_model(llama(model_type="brand_new", architectures=[class_name]))
