"""The built function, built once for all tests, and the services that it calls."""

from collections.abc import Iterator

import pytest

from local.embedded.services import services_at
from local.runtime.artifact import (
    LOOPBACK,
    BuiltFunction,
    PrerequisiteMissingError,
    free_ports,
    function_variables,
)
from local.runtime.build import build_function

Variables = dict[str, str]


@pytest.fixture(scope="session")
def function(tmp_path_factory: pytest.TempPathFactory) -> BuiltFunction:
    try:
        return build_function(tmp_path_factory.mktemp("build"))
    except PrerequisiteMissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def variables() -> Iterator[Variables]:
    """The function's variables, with the embedded services at the URLs in them."""
    hub_port, table_port = free_ports(2)
    hub, table = f"http://{LOOPBACK}:{hub_port}", f"http://{LOOPBACK}:{table_port}"
    with services_at(hub, table):
        yield function_variables() | {"HF_ENDPOINT": hub, "AWS_ENDPOINT_URL_DYNAMODB": table}
