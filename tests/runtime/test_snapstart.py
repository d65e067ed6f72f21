"""SnapStart's hooks of the built function, run by the runtime's own code."""

from collections.abc import Mapping

from support.built import found_by

from local.runtime.artifact import BuiltFunction

CODE = """
import random
connections = []
sys.addaudithook(lambda name, arguments: connections.append(name) if name == "socket.connect" else None)

from awslambdaric import lambda_runtime_hooks_runner as runner
import handler.app

def asked():
    before = len(connections)
    return [ask()["statusCode"], len(connections) > before]

runner.run_before_snapshot()
found["before"] = len(connections)
found["first"], found["second"] = asked(), asked()
app, state = handler.app.service.app, random.getstate()
runner.run_after_restore()
found["renewed"] = [handler.app.service.app is not app, random.getstate() != state]
found["restored"] = asked()
"""


def test_a_snapshot_has_no_connections_and_a_restored_process_has_no_cache(
    function: BuiltFunction, variables: Mapping[str, str]
) -> None:
    found = found_by(CODE, function, variables)

    assert found["before"] == 0
    assert (found["first"], found["second"]) == ([200, True], [200, False])  # fetched, then cached
    assert found["renewed"] == [True, True]
    assert found["restored"] == [200, True]
