"""Process environments that cannot reach a real AWS account."""

import os
from collections.abc import Mapping

# Prefixes of variables that would override the function's settings in botocore, moto, Powertools or make.
_REMOVED_PREFIXES = ("AWS_", "INITIAL_NO_AUTH_", "MAKE", "MFLAGS", "POWERTOOLS_", "SSLKEYLOGFILE", "HF_TOKEN")

_DUMMY_AWS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    # A profile could hold credentials and make botocore ignore configured endpoints.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "NO_PROXY": "*",
}


def isolated(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without AWS variables, proxies and tokens, and with dummy credentials."""
    kept = {name: value for name, value in environment.items() if not _is_removed(name)}
    return {**kept, **_DUMMY_AWS}


def isolate() -> None:
    """Isolate the environment of this process."""
    environment = isolated(os.environ)
    os.environ.clear()
    os.environ.update(environment)


def _is_removed(name: str) -> bool:
    return name.startswith(_REMOVED_PREFIXES) or name.lower().endswith("_proxy")
