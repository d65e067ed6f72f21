"""The warning about an estimate."""

from support.metadata import llama
from support.warned import warnings


def test_an_estimate_names_the_architecture_and_says_that_it_is_an_upper_bound() -> None:
    """Rnj1 is in vLLM from 0.20 on."""
    unknown = llama(model_type="rnj1", architectures=["Rnj1ForCausalLM"])
    text = warnings(unknown, "g6e.xlarge", (0, 33, 0))["architecture_estimated"]

    assert "architecture rnj1 is not modelled" in text
    assert "upper bound" in text


def test_a_modelled_architecture_has_no_such_warning() -> None:
    assert "architecture_estimated" not in warnings(llama(), "g6e.xlarge")
