"""The handler as Lambda would run it, in this process."""

import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest import mock

from aws_lambda_powertools.metrics import Metrics

from local.runtime.artifact import FUNCTION, HANDLER, ROOT, TIMEOUT_SECONDS, lambda_variables

Handler = Callable[[dict[str, Any], SimpleNamespace], dict[str, Any]]


@contextmanager
def imported_handler(variables: Mapping[str, str]) -> Iterator[Handler]:
    """The handler as a fresh environment imports it: with these variables, Lambda's own, and no others."""
    module, function = HANDLER.rsplit(".", 1)
    ours = [name for name in sys.modules if name.split(".")[0] == module.split(".")[0]]
    before = {name: sys.modules.pop(name) for name in ours}
    Metrics(namespace="tests").clear_metrics()  # Powertools shares them between all imports
    with mock.patch.dict(os.environ, {**lambda_variables(), **variables}, clear=True):
        try:
            yield getattr(importlib.import_module(module), function)
        finally:
            for name in [name for name in sys.modules if name.split(".")[0] == module.split(".")[0]]:
                del sys.modules[name]
            sys.modules.update(before)


def event(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "events" / f"{name}.json").read_text())


def context() -> SimpleNamespace:
    return SimpleNamespace(
        function_name=FUNCTION,
        function_version="$LATEST",
        memory_limit_in_mb="1024",
        invoked_function_arn=f"arn:aws:lambda:us-east-1:123456789012:function:{FUNCTION}",
        aws_request_id="00000000-0000-0000-0000-000000000000",
        get_remaining_time_in_millis=lambda: TIMEOUT_SECONDS * 1000,
    )
