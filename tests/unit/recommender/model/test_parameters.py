"""Parameters that follow from the shape."""

import pytest
from support.metadata import real_model


def test_parameters_follow_from_the_shape_where_the_hub_counts_none() -> None:
    """facebook/opt-1.3b has 1,315,758,080 parameters; its repository has no safetensors."""
    assert real_model("facebook/opt-1.3b").weights.parameters == pytest.approx(1.316e9, rel=0.1)
    assert real_model("EleutherAI/gpt-j-6b").weights.parameters == pytest.approx(6.05e9, rel=0.02)
