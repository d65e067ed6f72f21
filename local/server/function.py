"""The function's handler in this process, with the environment and the services that it needs."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from urllib.parse import urlsplit

from local.embedded.hub_choice import chosen_hub
from local.embedded.services import table_process
from local.runtime.artifact import function_variables, lambda_variables
from local.runtime.environment import isolate
from local.server.lists import Instances
from local.server.server import Handle


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningFunction:
    """The function's handler and the services behind it."""

    handle: Handle
    instances: Instances
    """The function's own copy of the table."""
    hub: str
    """A description of the Hub in use, with its URL."""
    hub_url: str
    table_url: str


@contextmanager
def running_function(*, log_level: str) -> Iterator[RunningFunction]:
    """Start the services and import the handler; `HUB` and `HF_ENDPOINT` select the Hub.

    The services take the addresses in events/env.json if those are free, so that a function in another
    process or container finds them too. Logs go to standard error.
    """
    isolate()
    variables = function_variables()
    with (
        chosen_hub(os.environ, port=_port(variables["HF_ENDPOINT"])) as (hub_url, hub),
        table_process(_port(variables["AWS_ENDPOINT_URL_DYNAMODB"])) as table_url,
    ):
        os.environ.update(lambda_variables())
        os.environ.update(variables)
        os.environ.update(
            HF_ENDPOINT=hub_url,
            AWS_ENDPOINT_URL_DYNAMODB=table_url,
            POWERTOOLS_LOG_LEVEL=log_level,
            POWERTOOLS_METRICS_DISABLED="true",  # they would go to standard output, which is for the response
        )
        handle, instances = _imported()
        yield RunningFunction(
            handle=handle, instances=instances, hub=hub, hub_url=hub_url, table_url=table_url
        )


def _imported() -> tuple[Handle, Instances]:
    with redirect_stdout(sys.stderr):  # the logger keeps the stream that it finds at import
        from handler.app import handle, service  # noqa: PLC0415 - reads the environment at import
    return handle, service.catalog.instances


def _port(url: str) -> int:
    return urlsplit(url).port or 0
