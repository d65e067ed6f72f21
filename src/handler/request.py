"""What was asked: the query and headers of an event as checked values."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

from handler.errors import InvalidRequest
from handler.token import HubToken
from recommender.version import Version, parse_version

# huggingface_hub, `validate_repo_id` in src/huggingface_hub/utils/_validators.py.
_REPO_ID = re.compile(r"(?:[A-Za-z0-9_](?:[\w.-]{0,94}[\w])?/)?[A-Za-z0-9_](?:[\w.-]{0,94}[\w])?", re.ASCII)
_NUMBER = re.compile(r"(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,4})?)?", re.ASCII | re.IGNORECASE)
_VERSION = re.compile(r"v?\d{1,2}\.\d{1,3}(?:\.\d{1,3})?[a-z0-9.+-]{0,40}", re.ASCII)
_INSTANCE_TYPE = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")

_NUMBERS = (
    "tp",
    "max_model_len",
    "concurrency",
    "input_sequence_length",
    "output_sequence_length",
    "overhead_gib",
)
# Older scripts send 0 for an override that is not given.
_QUANTIZATIONS = frozenset({"", "0", "none", "fp8", "int8", "int4"})
_SHOWN_CHARACTERS = 80

# Before, vLLM took a whole context as a batch, so that the longest one cannot be said beforehand.
_OLDEST_VERSION: Version = (0, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A recommendation that is asked for."""

    model_id: str
    instance_type: str
    token: HubToken | None
    vllm_version: Version | None
    """The version that will run the benchmark; `None` for any since 0.17."""


def parse_request(query: Mapping[str, str], headers: Mapping[str, str]) -> Question:
    """The question that `query` and `headers` put; header names are in lower case.

    Raises `InvalidRequest` for a parameter that is missing or malformed, an override that is not a number
    among them. Parameters that are not known are ignored.
    """
    _check_overrides(query)
    return Question(
        model_id=_model_id(query),
        instance_type=_instance_type(query),
        token=_token(headers),
        vllm_version=_vllm_version(query),
    )


def is_repository_name(value: object) -> TypeGuard[str]:
    """Whether `value` names a repository, as `org/name` or as a legacy single name."""
    if not isinstance(value, str) or not _REPO_ID.fullmatch(value):
        return False
    return "--" not in value and ".." not in value and not value.endswith(".git")


def _model_id(query: Mapping[str, str]) -> str:
    value = _required(query, "model", example="mistralai/Mistral-7B-Instruct-v0.3")
    if not is_repository_name(value):
        raise InvalidRequest(
            f"model is {_shown(value)}, which is no Hugging Face repository name; give one like"
            " mistralai/Mistral-7B-Instruct-v0.3."
        )
    return value


def _instance_type(query: Mapping[str, str]) -> str:
    value = _required(query, "instance_type", example="g5.12xlarge").lower()
    if not _INSTANCE_TYPE.fullmatch(value):
        raise InvalidRequest(
            f"instance_type is {_shown(value)}, which is no EC2 instance type; give one like g5.12xlarge."
        )
    return value


def _token(headers: Mapping[str, str]) -> HubToken | None:
    secret = headers.get("x-hf-token", "").strip()
    return HubToken(secret) if secret else None


def _vllm_version(query: Mapping[str, str]) -> Version | None:
    text = query.get("vllm_version", "").strip()
    if not text:
        return None
    version = parse_version(text) if _VERSION.fullmatch(text) else None
    if version is None or version < _OLDEST_VERSION:
        raise InvalidRequest(f"vllm_version is {_shown(text)}; give one from 0.8 up, like 0.19.0.")
    return version


def _required(query: Mapping[str, str], name: str, *, example: str) -> str:
    value = query.get(name, "").strip()
    if not value:
        raise InvalidRequest(f"The query parameter {name} is missing; give one like {name}={example}.")
    return value


def _check_overrides(query: Mapping[str, str]) -> None:
    for name in _NUMBERS:
        _check_number(query, name)
    quantization = query.get("quantization", "").strip().lower()
    if quantization not in _QUANTIZATIONS:
        raise InvalidRequest(
            f"quantization is {_shown(quantization)}; it must be one of none, fp8, int8 and int4."
        )


def _check_number(query: Mapping[str, str], name: str) -> None:
    """Raise `InvalidRequest` where the parameter is there and no number."""
    text = query.get(name, "").strip()
    number = float(text or 0) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(number):
        raise InvalidRequest(f"{name} is {_shown(text)}, which is not a number.")


def _shown(value: str) -> str:
    """`value` as an error may repeat it: short, quoted, without control characters."""
    return ascii(value if len(value) <= _SHOWN_CHARACTERS else value[:_SHOWN_CHARACTERS] + "...")
