"""`make audit`: known vulnerabilities in the locked packages, and insecure settings in the template.

A finding fails the audit. What could not be checked, because a service does not answer or does not know a
package, is reported as skipped with the reason: pip-audit itself reports "no known vulnerabilities" for
packages that PyPI does not know. `STRICT=1` fails the audit for that, too.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
AUDITORS = ROOT / ".venv-audit" / "bin"

_TIMEOUT_SECONDS = 600
_MESSAGE_CHARACTERS = 200

_PIP_AUDIT = (
    "pip-audit",
    "--disable-pip",
    "--require-hashes",
    "--progress-spinner",
    "off",
    "--format",
    "json",
)
_CHECKOV = (
    "checkov",
    "--framework",
    "cloudformation",
    "--compact",
    "--quiet",
    "--skip-download",
    "--output",
    "json",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutput:
    """The output of an auditor."""

    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of auditing one file."""

    file: str
    checked: int
    findings: tuple[str, ...] = ()
    skipped: str | None = None
    """What was not checked, and why."""

    def lines(self) -> list[str]:
        """The outcome as text."""
        lines = [f"found: {self.file}: {finding}" for finding in self.findings]
        if self.skipped is not None:
            lines.append(f"skipped: {self.file}: {self.skipped}")
        elif not self.findings:
            lines.append(f"clean: {self.file}: {self.checked} checked")
        return lines


RunTool = Callable[[Sequence[str], Path], ToolOutput]


def main() -> int:
    """Audit everything; 1 if there is a finding or, with `STRICT`, something that could not be checked."""
    is_strict = bool(os.environ.get("STRICT"))
    outcomes = audit(run_tool)
    for outcome in outcomes:
        print("\n".join(outcome.lines()), flush=True)
    failed = any(outcome.findings or (is_strict and outcome.skipped is not None) for outcome in outcomes)
    return 1 if failed else 0


def audit(run: RunTool) -> list[Outcome]:
    """The outcomes for the template and for every lock file of the repository."""
    outcomes = [
        template_outcome("template.yaml", run([*_auditor(_CHECKOV), "--file", "template.yaml"], ROOT))
    ]
    for lock in python_locks():
        output = run([*_auditor(_PIP_AUDIT), "--requirement", str(lock)], ROOT)
        outcomes.append(python_outcome(_name(lock), output))
    for lock in node_locks():
        output = run(["npm", "audit", "--package-lock-only", "--json"], lock.parent)
        outcomes.append(node_outcome(_name(lock), output))
    return outcomes


def python_locks() -> list[Path]:
    """The lock files for Python."""
    return [ROOT / "src" / "requirements.txt", *sorted((ROOT / "requirements").glob("*.txt"))]


def node_locks() -> list[Path]:
    """The lock files for Node."""
    found = [*ROOT.glob("*/package-lock.json"), *ROOT.glob("*/*/package-lock.json")]
    return sorted(lock for lock in found if not _is_installed(lock))


def template_outcome(file: str, output: ToolOutput) -> Outcome:
    """The outcome of checkov, which needs no network."""
    document = _json_object(output)
    summary = document.get("summary", {})
    if summary.get("parsing_errors") != 0:
        finding = f"checkov cannot read it: {_last_line(output)}"
        return Outcome(file=file, checked=0, findings=(finding,))
    findings = tuple(
        f"{each['check_id']} {each['resource']}: {each['check_name']}"
        for each in document["results"]["failed_checks"]
    )
    return Outcome(file=file, checked=summary["passed"], findings=findings)


def python_outcome(file: str, output: ToolOutput) -> Outcome:
    """The outcome of pip-audit."""
    packages = _json_object(output).get("dependencies")
    if not isinstance(packages, list):
        return _not_checked(file, output)
    unknown = [each for each in packages if "skip_reason" in each]
    reason = f"{len(unknown)} of {len(packages)} packages: {unknown[0]['skip_reason']}" if unknown else None
    findings = [
        f"{each['name']} {each['version']}: {vulnerability['id']}, {_fix(vulnerability['fix_versions'])}"
        for each in packages
        for vulnerability in each.get("vulns", [])
    ]
    checked = len(packages) - len(unknown)
    return Outcome(file=file, checked=checked, findings=tuple(findings), skipped=reason)


def node_outcome(file: str, output: ToolOutput) -> Outcome:
    """The outcome of npm audit."""
    document = _json_object(output)
    vulnerabilities = document.get("vulnerabilities")
    if not isinstance(vulnerabilities, dict):
        return _not_checked(file, output, document.get("message"))
    findings = tuple(
        f"{name} {each['range']}: {each['severity']}" for name, each in sorted(vulnerabilities.items())
    )
    checked = document["metadata"]["dependencies"]["total"]
    return Outcome(file=file, checked=checked, findings=findings)


def run_tool(command: Sequence[str], folder: Path) -> ToolOutput:
    """Run `command` in `folder`. Its exit status is ignored: the auditors exit above 0 for a finding."""
    try:
        done = subprocess.run(  # noqa: S603 - the tools named above
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return ToolOutput(stdout="", stderr=str(error))
    return ToolOutput(stdout=done.stdout, stderr=done.stderr)


def _auditor(command: tuple[str, ...]) -> list[str]:
    name, *options = command
    return [str(AUDITORS / name), *options]


def _json_object(output: ToolOutput) -> Mapping[str, Any]:
    """The JSON object on standard output; empty if there is none."""
    try:
        document = json.loads(output.stdout)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _not_checked(file: str, output: ToolOutput, reason: str | None = None) -> Outcome:
    return Outcome(file=file, checked=0, skipped=reason or _last_line(output))


def _last_line(output: ToolOutput) -> str:
    """The last line on standard error, which states the error."""
    line = output.stderr.strip().rpartition("\n")[2].strip()
    return line[:_MESSAGE_CHARACTERS] or "the tool printed nothing"


def _fix(versions: Sequence[str]) -> str:
    return f"fixed in {versions[0]}" if versions else "not fixed yet"


def _is_installed(lock: Path) -> bool:
    return any(part.startswith(".") or part == "node_modules" for part in lock.relative_to(ROOT).parts)


def _name(lock: Path) -> str:
    return str(lock.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
