"""What kind of refusal an exception of vLLM is, or that it is none."""

import re
from typing import Any

# A kind for each wording of vLLM 0.12 to 0.33. What matches none says something about the oracle or about the
# documents, and nothing about vLLM: see `unknown` in the README.
_KINDS = (
    ("class", r"Model architectures? .* (are not supported for now|was supported in vLLM until)"),
    ("runner", r"does not support `--runner generate`"),
    ("heads", r"attention heads \(\d+\) must be divisible by tensor parallel size"),
    ("shape", r"is not divisible by (weight quantization block|\d+)|too large tensor parallel size"),
    ("shape", r"must be divisible by|should be divisible by|divisible by tp"),
    ("quantization", r"Unknown quantization method|quantization method .* is deprecated"),
    ("quantization", r"Failed to find a kernel that can implement"),
    ("quantization", r"is not supported for the current GPU|Minimum capability"),
    ("backend", r"No valid attention backend"),
    ("broken", r"__init__\(\) missing \d+ required positional argument"),
    ("fallback", r"does not support tensor parallel|does not dispatch through the Transformers attention"),
    ("fallback", r"not found in the forward method of <class 'transformers"),
)

# Assertions without a message: heads of `llama.py`, widths of `linear.py`.
_ASSERTIONS = re.compile(r"model_executor/(models/\w+|layers/linear)\.py:\d+ __init__")

_LONGEST_REASON = 140


def refusal(failure: dict[str, Any], outcome: str, tensor_parallel: int) -> tuple[str | None, str]:
    """The kind, or `None` where vLLM refused nothing, and a short reason."""
    message = failure["message"]
    reason = _reason(failure)
    for kind, pattern in _KINDS:
        if re.search(pattern, message):
            return kind, reason
    is_assertion = failure["type"] == "AssertionError" and not message
    where = (failure["at"] or [""])[-1]
    if is_assertion and outcome == "failed at build" and tensor_parallel > 1 and _ASSERTIONS.search(where):
        return "shape", reason
    return None, reason


def _reason(failure: dict[str, Any]) -> str:
    message = re.sub(r"^\d+ validation errors? for \w+ (Value error, )?", "", failure["message"])
    message = re.split(r" \[type=| Supported architectures:|\. Please use an older", message)[0]
    message = message or f"{failure['type']} in {(failure['at'] or ['?'])[-1]}"
    return message[:_LONGEST_REASON]
