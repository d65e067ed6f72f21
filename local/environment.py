"""Environments in which nothing can reach a real AWS account."""

import os
from collections.abc import Mapping

# What the function reads is set by whoever starts it; these would lead around that.
_LEADS_ELSEWHERE = (
    "AWS_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
)

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
    """`environment` without AWS variables and proxies, and with credentials that open nothing."""
    kept = {name: value for name, value in environment.items() if not name.startswith(_LEADS_ELSEWHERE)}
    return {**kept, **_NOWHERE}


def isolate() -> None:
    """Make the environment of this process an isolated one."""
    environment = isolated(os.environ)
    os.environ.clear()
    os.environ.update(environment)
