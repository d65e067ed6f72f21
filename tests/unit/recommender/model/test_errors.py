"""Errors for models without a recommendation."""

import pytest

from recommender.model.errors import (
    CalculationError,
    ImplausibleMetadata,
    UnknownArchitecture,
    UnsupportedModel,
)


@pytest.mark.parametrize("error", [UnsupportedModel, ImplausibleMetadata])
def test_every_error_is_a_calculation_error(error: type[Exception]) -> None:
    assert issubclass(error, CalculationError)


def test_an_unknown_architecture_names_the_model_and_its_type() -> None:
    error = UnknownArchitecture("org/name", "brand_new", "BrandNewForCausalLM")

    assert isinstance(error, UnsupportedModel)
    assert "org/name" in str(error)
    assert "brand_new" in str(error)
    assert error.class_name == "BrandNewForCausalLM"
