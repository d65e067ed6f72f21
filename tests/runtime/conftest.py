"""The built function, once for all tests of it, and the parts that it talks to."""

from collections.abc import Iterator

import pytest

from local.runtime.artifact import (
    LOOPBACK,
    BuiltFunction,
    PrerequisiteMissingError,
    build_function,
    free_ports,
    function_variables,
)
from local.server.services import parts_at

Variables = dict[str, str]


@pytest.fixture(scope="session")
def function(tmp_path_factory: pytest.TempPathFactory) -> BuiltFunction:
    try:
        return build_function(tmp_path_factory.mktemp("build"))
    except PrerequisiteMissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def variables() -> Iterator[Variables]:
    """The function's variables, with the embedded parts that they name running."""
    hub_port, table_port = free_ports(2)
    hub, table = f"http://{LOOPBACK}:{hub_port}", f"http://{LOOPBACK}:{table_port}"
    with parts_at(hub, table):
        yield function_variables() | {"HF_ENDPOINT": hub, "AWS_ENDPOINT_URL_DYNAMODB": table}
