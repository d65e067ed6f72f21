"""Settings from environment variables."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One value for each environment variable; docs/deploy.md lists them."""

    instance_table: str
    hub_endpoint: str = "https://huggingface.co"
    hub_deadline_seconds: float = 12
    hub_cache_seconds: float = 300
    hub_cache_entries: int = 128
    hub_stale_seconds: float = 86_400
    catalog_cache_seconds: float = 300

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings in `environment`; unset and empty variables take their defaults.

        Raises `ValueError` naming the variable where one is missing or has an impossible value.
        """
        values = {name: value.strip() for name, value in environment.items() if value.strip()}
        if "INSTANCE_TABLE" not in values:
            raise ValueError(
                "INSTANCE_TABLE is not set; set it to the name of the DynamoDB table of instance types."
            )
        return cls(
            instance_table=values["INSTANCE_TABLE"],
            hub_endpoint=_endpoint("HF_ENDPOINT", values.get("HF_ENDPOINT", cls.hub_endpoint)),
            hub_deadline_seconds=_number(values, "HUB_DEADLINE_SECONDS", cls.hub_deadline_seconds),
            hub_cache_seconds=_number(values, "HUB_CACHE_SECONDS", cls.hub_cache_seconds),
            hub_cache_entries=int(_number(values, "HUB_CACHE_ENTRIES", cls.hub_cache_entries)),
            hub_stale_seconds=_number(values, "HUB_STALE_SECONDS", cls.hub_stale_seconds),
            catalog_cache_seconds=_number(values, "CATALOG_CACHE_SECONDS", cls.catalog_cache_seconds),
        )


def _number(values: Mapping[str, str], name: str, default: float) -> float:
    try:
        number = float(values.get(name, default))
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise ValueError(f"{name} is {values[name]!r}; it must be a number that is not negative.")
    return number


def _endpoint(name: str, value: str) -> str:
    """A URL without a final slash. Tokens are sent there, so it is https unless it is this machine."""
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise ValueError(f"{name} is not a URL such as https://huggingface.co.") from error
    if parts.username is not None:
        raise ValueError(f"{name} contains a user name, which is not allowed.")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{name} is {value!r}; it must be a URL such as https://huggingface.co.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError(f"{name} is {value!r}; it must use https, except on this machine.")
    return value.rstrip("/")
