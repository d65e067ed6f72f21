"""What the built function imports: the cost of a cold start, in modules, whose number does not vary."""

from collections.abc import Mapping
from typing import Any

import pytest
from support.built import found_by

from local.runtime.artifact import BuiltFunction

# The runtime's own client, our packages, and what they need: dateutil, six and jmespath are botocore's,
# simplejson the client's, typing_extensions Powertools'.
PACKAGES = {
    "aws_lambda_powertools",
    "awslambdaric",
    "botocore",
    "dateutil",
    "handler",
    "jmespath",
    "recommender",
    "runtime_client",
    "simplejson",
    "six",
    "snapshot_restore_py",
    "typing_extensions",
    "urllib3",
}

# Modules that are not ours once the handler is imported: 392 with Python 3.13.0, Powertools 3.37 and botocore
# 1.44, and a few more for other releases.
CEILING = 400

# Powertools' router imports a hundred modules, including asyncio's.
COSTLY = ("aws_lambda_powertools.event_handler", "boto3", "s3transfer", "multiprocessing", "pydantic")

CODE = """
import awslambdaric.bootstrap
import handler.app
at_start = set(sys.modules)
found["at_start"] = sorted(at_start)
found["status"] = ask()["statusCode"]
found["later"] = sorted(set(sys.modules) - at_start)
found["standard"] = sorted(sys.stdlib_module_names | {"__main__", "__mp_main__"})
"""


@pytest.fixture(scope="module")
def imports(function: BuiltFunction, variables: Mapping[str, str]) -> dict[str, Any]:
    return found_by(CODE, function, variables)


def test_only_the_packages_that_a_request_needs_are_imported(imports: dict[str, Any]) -> None:
    assert {name.split(".")[0] for name in imports["at_start"]} - set(imports["standard"]) == PACKAGES


@pytest.mark.parametrize("package", COSTLY)
def test_a_costly_package_is_not_imported(imports: dict[str, Any], package: str) -> None:
    assert package not in imports["at_start"]


def test_the_number_of_modules_is_below_the_limit(imports: dict[str, Any]) -> None:
    foreign = [name for name in imports["at_start"] if name.split(".")[0] not in {"handler", "recommender"}]

    assert len(foreign) <= CEILING


def test_the_first_request_imports_nothing(imports: dict[str, Any]) -> None:
    """Lambda may give initialization more CPU than a request."""
    assert imports["status"] == 200
    assert imports["later"] == []
