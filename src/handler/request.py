"""What was asked: the query and headers of an event as checked values."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

from handler.errors import InvalidRequest
from handler.token import HubToken
from recommender.hardware.units import gib_bytes
from recommender.planning.overrides import Overrides, QuantizationOverride
from recommender.vllm.version import Version, parse_version

# huggingface_hub, `validate_repo_id` in src/huggingface_hub/utils/_validators.py.
_REPO_ID = re.compile(r"(?:[A-Za-z0-9_](?:[\w.-]{0,94}[\w])?/)?[A-Za-z0-9_](?:[\w.-]{0,94}[\w])?", re.ASCII)
# What the Hub's own addresses begin with: `/datasets/org/name` is a data set, `/api/...` no file at all.
_RESERVED = frozenset({"api", "datasets", "spaces"})

_NUMBER = re.compile(r"(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,4})?)?", re.ASCII | re.IGNORECASE)
_VERSION = re.compile(r"v?\d{1,2}\.\d{1,3}(?:\.\d{1,3})?[a-z0-9.+-]{0,40}", re.ASCII)
_INSTANCE_TYPE = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")

# Far above anything that makes sense, and small enough to be reckoned with.
_LARGEST_COUNT = 10**9
_LARGEST_DEGREE = 1024
_LARGEST_GIB = 10_000

_SHOWN_CHARACTERS = 80

# Before, vLLM took a whole context as a batch, so that the longest one cannot be said beforehand.
_OLDEST_VERSION: Version = (0, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendRequest:
    """A recommendation that is asked for."""

    model_id: str
    instance_type: str
    token: HubToken | None
    vllm_version: Version | None
    """The version that will run the benchmark; `None` for any since 0.17."""
    overrides: Overrides


def parse_request(query: Mapping[str, str], headers: Mapping[str, str]) -> RecommendRequest:
    """The question that `query` and `headers` put; header names are in lower case.

    Raises `InvalidRequest` for a parameter that is missing or malformed, an override that is not a number
    among them. Parameters that are not known are ignored.
    """
    return RecommendRequest(
        model_id=_model_id(query),
        instance_type=_instance_type(query),
        token=_token(headers),
        vllm_version=_vllm_version(query),
        overrides=_overrides(query),
    )


def is_repository_name(value: object) -> TypeGuard[str]:
    """Whether `value` names a model's repository, as `org/name` or as a legacy single name."""
    if not isinstance(value, str) or not _REPO_ID.fullmatch(value):
        return False
    if "--" in value or ".." in value or value.endswith(".git"):
        return False
    return value.partition("/")[0].lower() not in _RESERVED


def _model_id(query: Mapping[str, str]) -> str:
    value = _required(query, "model", example="mistralai/Mistral-7B-Instruct-v0.3")
    if not is_repository_name(value):
        raise InvalidRequest(
            f"model is {_shown(value)}, which is no name of a Hugging Face model; give one like"
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
    secret = _text(headers, "x-hf-token")
    return HubToken(secret) if secret else None


def _vllm_version(query: Mapping[str, str]) -> Version | None:
    text = _text(query, "vllm_version")
    if not text:
        return None
    version = parse_version(text) if _VERSION.fullmatch(text) else None
    if version is None or version < _OLDEST_VERSION:
        raise InvalidRequest(f"vllm_version is {_shown(text)}; give one from 0.8 up, like 0.19.0.")
    return version


def _required(query: Mapping[str, str], name: str, *, example: str) -> str:
    value = _text(query, name)
    if not value:
        raise InvalidRequest(f"The query parameter {name} is missing; give one like {name}={example}.")
    return value


def _text(values: Mapping[str, str], name: str) -> str:
    """The value without spaces around it; empty where there is none.

    API Gateway sends texts alone; whoever invokes the function directly may send nulls and numbers.
    """
    value = values.get(name)
    return "" if value is None else str(value).strip()


def _overrides(query: Mapping[str, str]) -> Overrides:
    """The overrides; one that is zero or negative counts as not given."""
    overhead_gib = _number(query, "overhead_gib", largest=_LARGEST_GIB)
    return Overrides(
        tensor_parallel=_count(query, "tp", largest=_LARGEST_DEGREE),
        quantization=_quantization(query),
        max_model_len=_count(query, "max_model_len"),
        concurrency=_count(query, "concurrency"),
        input_tokens=_count(query, "input_sequence_length"),
        output_tokens=_count(query, "output_sequence_length"),
        overhead_bytes=None if overhead_gib is None else gib_bytes(overhead_gib),
    )


def _quantization(query: Mapping[str, str]) -> QuantizationOverride | None:
    value = _text(query, "quantization").lower()
    match value:
        case "none" | "fp8" | "int8" | "int4":
            return value
        case "" | "0":  # older scripts send 0 for an override that is not given
            return None
    raise InvalidRequest(f"quantization is {_shown(value)}; it must be one of none, fp8, int8 and int4.")


def _count(query: Mapping[str, str], name: str, *, largest: int = _LARGEST_COUNT) -> int | None:
    """A whole number; a fraction is rounded down."""
    number = _number(query, name, largest=largest)
    return None if number is None or number < 1 else int(number)


def _number(query: Mapping[str, str], name: str, *, largest: int) -> float | None:
    """The parameter, at most `largest`; `None` where it is absent, zero or negative."""
    text = _text(query, name)
    number = float(text or 0) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(number):
        raise InvalidRequest(f"{name} is {_shown(text)}, which is not a number.")
    return min(number, largest) if number > 0 else None


def _shown(value: str) -> str:
    """`value` as an error may repeat it: short, quoted, without control characters."""
    return ascii(value if len(value) <= _SHOWN_CHARACTERS else value[:_SHOWN_CHARACTERS] + "...")
