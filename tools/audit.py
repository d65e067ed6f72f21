"""Known vulnerabilities in what is locked, and insecure settings in the template: `make audit`.

A finding fails the audit. What no service could be asked about is said to be skipped, with the reason, and
fails nothing: pip-audit itself calls it "no known vulnerabilities" where PyPI knows none of the packages.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".venv-audit" / "bin"

_PATIENCE_SECONDS = 600
_SHOWN_CHARACTERS = 200

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
class Run:
    """What a tool wrote."""

    output: str
    complaint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an audit of one file came to."""

    subject: str
    looked_at: int
    findings: tuple[str, ...] = ()
    skipped: str | None = None
    """What was not looked at, and why."""

    def lines(self) -> list[str]:
        """The outcome for people, one line for each thing to know."""
        lines = [f"found: {self.subject}: {finding}" for finding in self.findings]
        if self.skipped is not None:
            lines.append(f"skipped: {self.subject}: {self.skipped}")
        elif not self.findings:
            lines.append(f"clean: {self.subject}: {self.looked_at} looked at")
        return lines


Runner = Callable[[Sequence[str], Path], Run]


def main() -> int:
    """Audit everything; 1 where something was found."""
    outcomes = audit(run_tool)
    for outcome in outcomes:
        print("\n".join(outcome.lines()), flush=True)
    return 1 if any(outcome.findings for outcome in outcomes) else 0


def audit(run: Runner) -> list[Outcome]:
    """The outcomes for the template and for every lock of the repository."""
    checked = run([*_tool(_CHECKOV), "--file", "template.yaml"], ROOT)
    outcomes = [template_outcome("template.yaml", checked)]
    for lock in python_locks():
        looked = run([*_tool(_PIP_AUDIT), "--requirement", str(lock)], ROOT)
        outcomes.append(python_outcome(_name(lock), looked))
    for lock in node_locks():
        looked = run(["npm", "audit", "--package-lock-only", "--json"], lock.parent)
        outcomes.append(node_outcome(_name(lock), looked))
    return outcomes


def python_locks() -> list[Path]:
    """The locked requirements of everything that runs Python."""
    return [ROOT / "src" / "requirements.txt", *sorted((ROOT / "requirements").glob("*.txt"))]


def node_locks() -> list[Path]:
    """The locks of everything that runs Node."""
    found = [*ROOT.glob("*/package-lock.json"), *ROOT.glob("*/*/package-lock.json")]
    return sorted(lock for lock in found if not _is_installed(lock))


def template_outcome(subject: str, run: Run) -> Outcome:
    """What checkov says."""
    document = _document(run)
    summary = document.get("summary", {})
    if summary.get("parsing_errors") != 0:  # it asks nobody, so there is no excuse for not looking
        return Outcome(
            subject=subject, looked_at=0, findings=(f"checkov cannot read it: {_last_words(run)}",)
        )
    findings = tuple(
        f"{each['check_id']} {each['resource']}: {each['check_name']}"
        for each in document["results"]["failed_checks"]
    )
    return Outcome(subject=subject, looked_at=summary["passed"], findings=findings)


def python_outcome(subject: str, run: Run) -> Outcome:
    """What pip-audit says."""
    packages = _document(run).get("dependencies")
    if not isinstance(packages, list):
        return _unseen(subject, run)
    unseen = [each for each in packages if "skip_reason" in each]
    reason = f"{len(unseen)} of {len(packages)} packages: {unseen[0]['skip_reason']}" if unseen else None
    findings = [
        f"{each['name']} {each['version']}: {vulnerability['id']}, {_fixed(vulnerability['fix_versions'])}"
        for each in packages
        for vulnerability in each.get("vulns", [])
    ]
    looked_at = len(packages) - len(unseen)
    return Outcome(subject=subject, looked_at=looked_at, findings=tuple(findings), skipped=reason)


def node_outcome(subject: str, run: Run) -> Outcome:
    """What npm says."""
    document = _document(run)
    vulnerabilities = document.get("vulnerabilities")
    if not isinstance(vulnerabilities, dict):
        return _unseen(subject, run, document.get("message"))
    findings = tuple(
        f"{name} {each['range']}: {each['severity']}" for name, each in sorted(vulnerabilities.items())
    )
    looked_at = document["metadata"]["dependencies"]["total"]
    return Outcome(subject=subject, looked_at=looked_at, findings=findings)


def run_tool(command: Sequence[str], folder: Path) -> Run:
    """Run `command` in `folder`; auditors end with a status above zero where they found something."""
    try:
        done = subprocess.run(  # noqa: S603 - the tools named above
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=_PATIENCE_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Run(output="", complaint=str(error))
    return Run(output=done.stdout, complaint=done.stderr)


def _tool(command: tuple[str, ...]) -> list[str]:
    name, *options = command
    return [str(TOOLS / name), *options]


def _document(run: Run) -> Mapping[str, Any]:
    """The JSON object that the tool wrote, empty where it wrote none."""
    try:
        document = json.loads(run.output)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _unseen(subject: str, run: Run, reason: str | None = None) -> Outcome:
    """Nothing was looked at."""
    return Outcome(subject=subject, looked_at=0, skipped=reason or _last_words(run))


def _last_words(run: Run) -> str:
    """The last line of a tool's complaint, which says what was wrong."""
    words = run.complaint.strip().rpartition("\n")[2].strip()
    return words[:_SHOWN_CHARACTERS] or "it said nothing"


def _fixed(versions: Sequence[str]) -> str:
    return f"fixed in {versions[0]}" if versions else "not fixed yet"


def _is_installed(lock: Path) -> bool:
    return any(part.startswith(".") or part == "node_modules" for part in lock.relative_to(ROOT).parts)


def _name(lock: Path) -> str:
    return str(lock.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
