"""Environments in which nothing can reach a real AWS account."""

import os
from collections.abc import Mapping

# What would steer botocore, moto, Powertools or make's children around what the function is given.
_LEADS_ELSEWHERE = ("AWS_", "INITIAL_NO_AUTH_", "MAKE", "MFLAGS", "POWERTOOLS_", "SSLKEYLOGFILE", "TOKEN")

_NOWHERE = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    # A profile could hold credentials, and tell botocore to pass over configured endpoints.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "NO_PROXY": "*",
}


def isolated(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without AWS variables, proxies and tokens, and with credentials that open nothing."""
    kept = {name: value for name, value in environment.items() if not _leads_elsewhere(name)}
    return {**kept, **_NOWHERE}


def isolate() -> None:
    """Make the environment of this process an isolated one."""
    environment = isolated(os.environ)
    os.environ.clear()
    os.environ.update(environment)


def _leads_elsewhere(name: str) -> bool:
    return name.startswith(_LEADS_ELSEWHERE) or name.lower().endswith("_proxy")
