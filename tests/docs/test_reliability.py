"""docs/reliability.md names existing tests and existing codes."""

import re
from pathlib import Path

from support.hub_faults import FAULTS

from handler.errors import RequestError
from handler.stale import ANSWER_WARNING_CODES

_ROOT = Path(__file__).parents[2]
_DOCUMENT = (_ROOT / "docs/reliability.md").read_text()


def test_every_named_test_exists() -> None:
    sources = "\n".join(path.read_text() for path in (_ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", _DOCUMENT))

    assert len(named) > 20
    assert {name for name in named if f"def {name}(" not in sources} == set()


def test_every_named_code_exists_and_every_fault_is_covered() -> None:
    known = {error.code for error in RequestError.__subclasses__()} | set(ANSWER_WARNING_CODES)
    named = set(re.findall(r"(?:200|502|503) `(\w+)`", _DOCUMENT))

    assert named <= known
    assert named >= {code for _fault, code in FAULTS.values()}
