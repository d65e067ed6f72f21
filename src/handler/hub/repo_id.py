"""Which strings are IDs of model repositories on the Hugging Face Hub."""

import re
from typing import TypeGuard

# huggingface_hub, `validate_repo_id` in src/huggingface_hub/utils/_validators.py.
_REPO_ID = re.compile(r"(?:[A-Za-z0-9_](?:[\w.-]{0,94}[\w])?/)?[A-Za-z0-9_](?:[\w.-]{0,94}[\w])?", re.ASCII)

# First segments of the Hub's other addresses: `/datasets/org/name` is a data set, `/api/...` is not a file.
_RESERVED = frozenset({"api", "datasets", "spaces"})


def is_repo_id(value: object) -> TypeGuard[str]:
    """Whether `value` is the ID of a model repository: `org/name`, or a legacy single name such as `gpt2`."""
    if not isinstance(value, str) or not _REPO_ID.fullmatch(value):
        return False
    if "--" in value or ".." in value or value.endswith(".git"):
        return False
    return value.partition("/")[0].lower() not in _RESERVED
