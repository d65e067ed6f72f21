"""The outcome of an audit, from the auditors' output."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tools import audit
from tools.audit import Outcome, ToolOutput, node_outcome, python_outcome, template_outcome

LOCK = "src/requirements.txt"
CLEAN = {"name": "urllib3", "version": "2.8.0", "vulns": []}
UNKNOWN = {
    "name": "jmespath",
    "skip_reason": "Dependency not found on PyPI and could not be audited: jmespath",
}
VULNERABLE = {
    "name": "urllib3",
    "version": "1.24",
    "vulns": [
        {"id": "PYSEC-2021-108", "fix_versions": ["1.26.5", "2.0"], "description": "long"},
        {"id": "GHSA-0000", "fix_versions": [], "description": "long"},
    ],
}
FAILED_CHECK = {"check_id": "CKV_AWS_115", "resource": "Function.One", "check_name": "Ensure a limit"}


def output(document: Any, stderr: str = "") -> ToolOutput:
    return ToolOutput(stdout=json.dumps(document), stderr=stderr)


def from_pip_audit(*packages: dict[str, Any]) -> Outcome:
    return python_outcome(
        LOCK, output({"dependencies": packages, "fixes": []}, "No known vulnerabilities found")
    )


def from_npm(vulnerabilities: dict[str, Any]) -> Outcome:
    metadata = {"dependencies": {"total": 99}}
    return node_outcome("lock", output({"vulnerabilities": vulnerabilities, "metadata": metadata}))


def from_checkov(*failed: dict[str, Any], parsing_errors: int = 0) -> Outcome:
    summary = {"passed": 17, "failed": len(failed), "parsing_errors": parsing_errors}
    return template_outcome(
        "template.yaml", output({"results": {"failed_checks": failed}, "summary": summary})
    )


def test_a_lock_without_vulnerabilities_is_clean() -> None:
    assert from_pip_audit(CLEAN, CLEAN).lines() == [f"clean: {LOCK}: 2 checked"]


def test_a_vulnerability_is_a_finding_with_its_fix() -> None:
    assert from_pip_audit(CLEAN, VULNERABLE).lines() == [
        f"found: {LOCK}: urllib3 1.24: PYSEC-2021-108, fixed in 1.26.5",
        f"found: {LOCK}: urllib3 1.24: GHSA-0000, not fixed yet",
    ]


def test_packages_that_the_service_does_not_know_are_skipped() -> None:
    """pip-audit reports "No known vulnerabilities found" and exits with 0."""
    (line,) = from_pip_audit(UNKNOWN, UNKNOWN).lines()

    assert line == f"skipped: {LOCK}: 2 of 2 packages: {UNKNOWN['skip_reason']}"


def test_findings_and_skipped_packages_are_both_reported() -> None:
    outcome = from_pip_audit(VULNERABLE, UNKNOWN)

    assert len(outcome.findings) == 2
    assert outcome.lines()[-1].startswith(f"skipped: {LOCK}: 1 of 2 packages")


def test_a_service_that_cannot_be_reached_skips_the_file() -> None:
    stderr = "Traceback (most recent call last):\n  ...\nrequests.exceptions.ConnectionError: no route"
    outcome = python_outcome(LOCK, ToolOutput(stdout="", stderr=stderr))

    assert outcome.lines() == [f"skipped: {LOCK}: requests.exceptions.ConnectionError: no route"]


def test_npm_audit_is_clean_vulnerable_or_skipped() -> None:
    refused = {"message": "405 Method Not Allowed - POST https://registry.example", "statusCode": 405}

    assert from_npm({}).lines() == ["clean: lock: 99 checked"]
    assert from_npm({"async": {"range": "<2.6.4", "severity": "high"}}).lines() == [
        "found: lock: async <2.6.4: high"
    ]
    assert node_outcome("lock", output(refused)).lines() == [f"skipped: lock: {refused['message']}"]


def test_checkov_is_clean_or_has_findings() -> None:
    assert from_checkov().lines() == ["clean: template.yaml: 17 checked"]
    assert from_checkov(FAILED_CHECK).lines() == [
        "found: template.yaml: CKV_AWS_115 Function.One: Ensure a limit"
    ]


def test_a_template_that_checkov_cannot_read_is_a_finding() -> None:
    for outcome in (from_checkov(parsing_errors=1), template_outcome("template.yaml", output({"passed": 0}))):
        assert outcome.lines() == ["found: template.yaml: checkov cannot read it: the tool printed nothing"]


@pytest.mark.parametrize("stdout", ["", "[]", "null", "<html>"])
def test_a_tool_without_json_output_skips_the_file(stdout: str) -> None:
    result = ToolOutput(stdout=stdout, stderr="")

    for outcome_of in (python_outcome, node_outcome):
        assert outcome_of("it", result).lines() == ["skipped: it: the tool printed nothing"]


def test_a_tool_that_is_not_installed_skips_the_file(tmp_path: Path) -> None:
    result = audit.run_tool([str(tmp_path / "npm"), "audit"], tmp_path)

    assert result.stdout == ""
    assert "No such file" in result.stderr


def test_every_lock_of_the_repository_is_audited() -> None:
    commands: list[list[str]] = []

    def run(command: Sequence[str], folder: Path) -> ToolOutput:
        commands.append([*command, str(folder)])
        return ToolOutput(stdout="", stderr="")

    files = {outcome.file for outcome in audit.audit(run)}
    locked = {path.stem for path in (audit.ROOT / "requirements").glob("*.in")} - {"function"}

    assert {"template.yaml", LOCK, "tests/node/package-lock.json"} <= files
    assert {f"requirements/{name}.txt" for name in locked} <= files
    assert len(commands) == len(files)


@pytest.mark.parametrize(
    ("packages", "strict", "status"),
    [
        ([CLEAN], "", 0),
        ([CLEAN], "1", 0),
        ([UNKNOWN], "", 0),
        ([UNKNOWN], "1", 1),
        ([VULNERABLE], "", 1),
        ([VULNERABLE, UNKNOWN], "1", 1),
    ],
)
def test_findings_fail_the_audit_and_skipped_packages_only_if_it_is_strict(
    monkeypatch: pytest.MonkeyPatch, packages: list[dict[str, Any]], strict: str, status: int
) -> None:
    monkeypatch.setattr(audit, "audit", lambda _: [from_pip_audit(*packages)])
    monkeypatch.setenv("STRICT", strict)

    assert audit.main() == status
