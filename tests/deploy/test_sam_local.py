"""The README's `sam local invoke`, checked by SAM itself up to the point where it starts a container."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from local.runtime.artifact import FUNCTION, HANDLER, ROOT, function_variables

PYTHON = ROOT / ".venv-sam/bin/python"
COMMAND = re.compile(r"sam local (invoke .+)$", re.MULTILINE)

# SAM looks for a container engine before it looks for the function. This pretends that there is one, and
# prints what SAM would run in it.
CHECK = """
import json, sys
from unittest import mock
from samcli.cli.main import cli
from samcli.local.docker.container_client_factory import ContainerClientFactory
from samcli.local.lambdafn.runtime import LambdaRuntime

def run(self, config, event, *arguments, **options):
    print(json.dumps([config.full_path, config.handler, config.env_vars.resolve(), json.loads(event)]))

with (
    mock.patch.object(ContainerClientFactory, "create_client"),
    mock.patch.object(LambdaRuntime, "invoke", run),
):
    cli(["local", *sys.argv[1:]])
"""


@pytest.mark.skipif(not PYTHON.exists(), reason=".venv-sam is missing: `make setup` installs it")
def test_the_command_in_the_readme_invokes_the_function_with_the_event_and_the_local_variables(
    tmp_path: Path,
) -> None:
    """The template has two functions, so SAM needs the name of one."""
    found = COMMAND.search((ROOT / "README.md").read_text())
    assert found is not None
    run = subprocess.run(  # noqa: S603 - the project's own SAM
        [PYTHON, "-c", CHECK, *shlex.split(found[1]), "--template-file", str(ROOT / "template.yaml")],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    name, handler, variables, event = json.loads(run.stdout.splitlines()[-1])

    assert (name, handler) == (FUNCTION, HANDLER)
    assert variables.items() >= function_variables().items()
    assert event == json.loads((ROOT / "events/feasible.json").read_text())
