"""What the auditors say, and what is made of it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tools import audit
from tools.audit import Outcome, Run, node_outcome, python_outcome, template_outcome

LOCK = "src/requirements.txt"
SOUND = {"name": "urllib3", "version": "2.8.0", "vulns": []}
UNKNOWN = {
    "name": "jmespath",
    "skip_reason": "Dependency not found on PyPI and could not be audited: jmespath",
}
BROKEN = {
    "name": "urllib3",
    "version": "1.24",
    "vulns": [
        {"id": "PYSEC-2021-108", "fix_versions": ["1.26.5", "2.0"], "description": "long"},
        {"id": "GHSA-0000", "fix_versions": [], "description": "long"},
    ],
}
FAILED_CHECK = {"check_id": "CKV_AWS_115", "resource": "Function.One", "check_name": "Ensure a limit"}


def said(document: Any, complaint: str = "") -> Run:
    return Run(output=json.dumps(document), complaint=complaint)


def from_pip_audit(*packages: dict[str, Any]) -> Outcome:
    return python_outcome(
        LOCK, said({"dependencies": packages, "fixes": []}, "No known vulnerabilities found")
    )


def from_npm(vulnerabilities: dict[str, Any]) -> Outcome:
    metadata = {"dependencies": {"total": 99}}
    return node_outcome("lock", said({"vulnerabilities": vulnerabilities, "metadata": metadata}))


def from_checkov(*failed: dict[str, Any], unreadable: int = 0) -> Outcome:
    summary = {"passed": 17, "failed": len(failed), "parsing_errors": unreadable}
    return template_outcome("template.yaml", said({"results": {"failed_checks": failed}, "summary": summary}))


def test_a_lock_without_vulnerabilities_is_clean() -> None:
    assert from_pip_audit(SOUND, SOUND).lines() == [f"clean: {LOCK}: 2 looked at"]


def test_a_vulnerability_is_found_with_its_remedy() -> None:
    assert from_pip_audit(SOUND, BROKEN).lines() == [
        f"found: {LOCK}: urllib3 1.24: PYSEC-2021-108, fixed in 1.26.5",
        f"found: {LOCK}: urllib3 1.24: GHSA-0000, not fixed yet",
    ]


def test_packages_that_the_service_does_not_know_are_not_called_clean() -> None:
    """pip-audit says "No known vulnerabilities found" then, and ends with 0."""
    (line,) = from_pip_audit(UNKNOWN, UNKNOWN).lines()

    assert line == f"skipped: {LOCK}: 2 of 2 packages: {UNKNOWN['skip_reason']}"


def test_what_is_found_is_said_beside_what_is_skipped() -> None:
    outcome = from_pip_audit(BROKEN, UNKNOWN)

    assert len(outcome.findings) == 2
    assert outcome.lines()[-1].startswith(f"skipped: {LOCK}: 1 of 2 packages")


def test_a_service_that_cannot_be_reached_is_a_reason_to_skip() -> None:
    complaint = "Traceback (most recent call last):\n  ...\nrequests.exceptions.ConnectionError: no route"
    outcome = python_outcome(LOCK, Run(output="", complaint=complaint))

    assert outcome.lines() == [f"skipped: {LOCK}: requests.exceptions.ConnectionError: no route"]


def test_npm_tells_clean_from_vulnerable_from_unknown() -> None:
    refused = {"message": "405 Method Not Allowed - POST https://registry.example", "statusCode": 405}

    assert from_npm({}).lines() == ["clean: lock: 99 looked at"]
    assert from_npm({"async": {"range": "<2.6.4", "severity": "high"}}).lines() == [
        "found: lock: async <2.6.4: high"
    ]
    assert node_outcome("lock", said(refused)).lines() == [f"skipped: lock: {refused['message']}"]


def test_checkov_tells_clean_from_insecure_from_unreadable() -> None:
    assert from_checkov().lines() == ["clean: template.yaml: 17 looked at"]
    assert from_checkov(FAILED_CHECK).lines() == [
        "found: template.yaml: CKV_AWS_115 Function.One: Ensure a limit"
    ]


def test_a_template_that_checkov_cannot_read_is_no_clean_one() -> None:
    for outcome in (from_checkov(unreadable=1), template_outcome("template.yaml", said({"passed": 0}))):
        assert outcome.lines() == ["found: template.yaml: checkov cannot read it: it said nothing"]


@pytest.mark.parametrize("output", ["", "[]", "null", "<html>"])
def test_a_tool_that_says_nothing_useful_has_looked_at_nothing(output: str) -> None:
    run = Run(output=output, complaint="")

    for judge in (python_outcome, node_outcome):
        assert judge("it", run).lines() == ["skipped: it: it said nothing"]


def test_a_tool_that_is_not_there_is_a_reason_to_skip(tmp_path: Path) -> None:
    run = audit.run_tool([str(tmp_path / "npm"), "audit"], tmp_path)

    assert run.output == ""
    assert "No such file" in run.complaint


def test_every_lock_of_the_repository_is_audited() -> None:
    commands: list[list[str]] = []

    def run(command: Sequence[str], folder: Path) -> Run:
        commands.append([*command, str(folder)])
        return Run(output="", complaint="")

    subjects = {outcome.subject for outcome in audit.audit(run)}
    locked = {path.stem for path in (audit.ROOT / "requirements").glob("*.in")} - {"function"}

    assert {"template.yaml", LOCK, "tests/node/package-lock.json"} <= subjects
    assert {f"requirements/{name}.txt" for name in locked} <= subjects
    assert len(commands) == len(subjects)


@pytest.mark.parametrize(
    ("packages", "status"), [([SOUND], 0), ([UNKNOWN], 0), ([BROKEN], 1)], ids=["clean", "skipped", "found"]
)
def test_only_findings_fail_the_audit(
    monkeypatch: pytest.MonkeyPatch, packages: list[dict[str, Any]], status: int
) -> None:
    monkeypatch.setattr(audit, "audit", lambda _: [from_pip_audit(*packages)])

    assert audit.main() == status
