"""Which window config.json states, and for which layers."""

import pytest
from support.metadata import llama, real_model

from recommender.model import parse_model

_QWEN = {"model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"], "sliding_window": 4096}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, None),
        ({"sliding_window": 4096}, 4096),
        ({"sliding_window": 4096, "use_sliding_window": False}, None),
        ({"sliding_window": 0}, None),
        ({"sliding_window": None}, None),
    ],
)
def test_a_sliding_window_counts_unless_it_is_switched_off(
    settings: dict[str, object], expected: int | None
) -> None:
    assert expected == parse_model(llama(**settings)).sliding_window


@pytest.mark.parametrize(("is_used", "expected"), [({}, None), ({"use_sliding_window": True}, 4096)])
def test_qwen_has_no_window_unless_it_is_switched_on(
    is_used: dict[str, object], expected: int | None
) -> None:
    """`Qwen2Config` of transformers."""
    assert expected == parse_model(llama(**_QWEN, **is_used)).sliding_window


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"max_window_layers": 0}, False),
        ({"max_window_layers": 1}, True),
        ({"max_window_layers": 7}, True),
        ({"max_window_layers": 8}, False),
        ({"max_window_layers": 5, "use_sliding_window": False}, False),
        ({"layer_types": ["full_attention"] * 4 + ["sliding_attention"] * 4}, True),
        ({"layer_types": ["sliding_attention"] * 8}, False),
        ({"max_window_layers": 8, "layer_types": ["full_attention", "sliding_attention"] * 4}, False),
    ],
)
def test_layers_from_max_window_layers_on_have_the_window(
    settings: dict[str, object], *, expected: bool
) -> None:
    """Of eight layers. `Qwen2Model.__init__` of vLLM compares the number alone, whatever is listed."""
    model = parse_model(llama(**{**_QWEN, "use_sliding_window": True, **settings}))

    assert model.mixes_windows == expected


def test_windows_in_some_layers_are_usual_elsewhere() -> None:
    """Gemma 3 and gpt-oss list them, and Qwen3.5 mixes attention with states."""
    models = map(real_model, ("google/gemma-3-27b-it", "openai/gpt-oss-20b", "Qwen/Qwen3.5-27B"))

    assert not any(model.mixes_windows for model in models)
