"""The warnings of an answer as a whole."""

from support.warned import warnings

from recommender.messages.estimate_warnings import ESTIMATE_WARNINGS
from recommender.messages.instance_warnings import INSTANCE_WARNINGS
from recommender.messages.lever_warnings import LEVER_WARNINGS
from recommender.messages.precision_warnings import PRECISION_WARNINGS
from recommender.messages.value_warnings import VALUE_WARNINGS
from recommender.messages.warnings import WARNING_CODES


def test_warnings_come_in_a_fixed_order() -> None:
    found = list(
        warnings(
            "microsoft/phi-4", "g5.12xlarge", tensor_parallel=8, quantization="int8", max_model_len=10**6
        )
    )

    assert len(found) >= 5
    assert found == sorted(found, key=WARNING_CODES.index)


def test_a_configuration_without_a_problem_has_no_warnings() -> None:
    assert warnings("mistralai/Mistral-7B-Instruct-v0.3", "g5.2xlarge") == {}


def test_every_code_is_unique() -> None:
    groups = (VALUE_WARNINGS, LEVER_WARNINGS, PRECISION_WARNINGS, ESTIMATE_WARNINGS, INSTANCE_WARNINGS)

    assert len(WARNING_CODES) == sum(map(len, groups))
