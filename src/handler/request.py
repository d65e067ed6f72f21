"""The query and headers of a request as checked values."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from handler.errors import InvalidRequest
from handler.hub.repo_id import is_repo_id
from handler.token import HubToken
from recommender.hardware.units import GIB
from recommender.model.config_reader import truncated_repr
from recommender.planning.overrides import Overrides, QuantizationOverride
from recommender.vllm.engine_args import EngineOverrides, KVCacheDtype
from recommender.vllm.version import Version, parse_version

_NUMBER = re.compile(r"(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,4})?)?", re.ASCII | re.IGNORECASE)
_VERSION = re.compile(r"v?\d{1,2}\.\d{1,3}(?:\.\d{1,3})?[a-z0-9.+-]{0,40}", re.ASCII)
_INSTANCE_TYPE = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")

# A model's page on the Hub, pasted from the browser.
_HUB_ADDRESS = re.compile(r"https://huggingface\.co/(?P<model_id>[^/?#]+(?:/[^/?#]+)?)(?:/tree/main)?/?")

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False, "": False}

# Far above any sensible value, and small enough to calculate with.
_LARGEST_COUNT = 10**9
_LARGEST_DEGREE = 1024
_LARGEST_GIB = 10_000

# Earlier versions take a whole context as one batch, so that the longest context cannot be calculated.
_OLDEST_VERSION: Version = (0, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendRequest:
    """A request for a recommendation."""

    model_id: str
    instance_type: str
    token: HubToken | None
    vllm_version: Version | None
    """The version of vLLM to plan for; `None` for any since 0.17."""
    overrides: Overrides


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRequest:
    """A request for a comparison of all instances."""

    model_id: str
    token: HubToken | None
    vllm_version: Version | None
    overrides: Overrides


def parse_request(query: Mapping[str, str], headers: Mapping[str, str]) -> RecommendRequest:
    """The request in `query` and `headers`, whose names are in lower case.

    Unknown parameters are ignored. Raises `InvalidRequest` for a parameter that is missing or malformed,
    which includes overrides that are not numbers.
    """
    return RecommendRequest(
        model_id=_model_id(query),
        instance_type=_instance_type(query),
        token=_token(headers),
        vllm_version=_vllm_version(query),
        overrides=_overrides(query),
    )


def parse_comparison_request(query: Mapping[str, str], headers: Mapping[str, str]) -> ComparisonRequest:
    """The same without `instance_type` and `tp`, which are ignored."""
    return ComparisonRequest(
        model_id=_model_id(query),
        token=_token(headers),
        vllm_version=_vllm_version(query),
        overrides=_overrides({name: value for name, value in query.items() if name != "tp"}),
    )


def _model_id(query: Mapping[str, str]) -> str:
    value = _required(query, "model", example="mistralai/Mistral-7B-Instruct-v0.3")
    address = _HUB_ADDRESS.fullmatch(value)
    model_id = value if address is None else address["model_id"]
    if not is_repo_id(model_id):
        raise InvalidRequest(
            f"model is {truncated_repr(value)}, which is not a valid Hugging Face model ID; use one such as"
            " mistralai/Mistral-7B-Instruct-v0.3."
        )
    return model_id


def _instance_type(query: Mapping[str, str]) -> str:
    value = _required(query, "instance_type", example="g5.12xlarge").lower()
    if not _INSTANCE_TYPE.fullmatch(value):
        raise InvalidRequest(
            f"instance_type is {truncated_repr(value)}, which is not an EC2 instance type; use one such as"
            " g5.12xlarge."
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
        raise InvalidRequest(
            f"vllm_version is {truncated_repr(text)}; it must be 0.8 or later, such as 0.19.0."
        )
    return version


def _required(query: Mapping[str, str], name: str, *, example: str) -> str:
    value = _text(query, name)
    if not value:
        raise InvalidRequest(f"The query parameter {name} is missing; add one such as {name}={example}.")
    return value


def _text(values: Mapping[str, str], name: str) -> str:
    """The value without surrounding spaces; empty where there is none.

    API Gateway sends strings only; callers that invoke the function directly may send nulls and numbers.
    """
    value = values.get(name)
    return "" if value is None else str(value).strip()


def _overrides(query: Mapping[str, str]) -> Overrides:
    """The overrides. Zero and negative values are ignored."""
    overhead_gib = _number(query, "overhead_gib", largest=_LARGEST_GIB)
    return Overrides(
        tensor_parallel=_count(query, "tp", largest=_LARGEST_DEGREE),
        quantization=_quantization(query),
        max_model_len=_count(query, "max_model_len"),
        concurrency=_count(query, "concurrency"),
        input_tokens=_count(query, "input_sequence_length"),
        output_tokens=_count(query, "output_sequence_length"),
        # Rounded up, so that an answer's three decimals give the same three decimals.
        overhead_bytes=None if overhead_gib is None else math.ceil(overhead_gib * GIB),
        engine=_engine_overrides(query),
    )


def _engine_overrides(query: Mapping[str, str]) -> EngineOverrides:
    return EngineOverrides(
        max_num_seqs=_count(query, "max_num_seqs"),
        max_num_batched_tokens=_count(query, "max_num_batched_tokens"),
        gpu_memory_utilization=_utilization(query),
        kv_cache_dtype=_kv_cache_dtype(query),
        enforce_eager=_boolean(query, "enforce_eager"),
    )


def _utilization(query: Mapping[str, str]) -> float | None:
    name = "gpu_memory_utilization"
    number = _number(query, name, largest=_LARGEST_GIB)
    if number is not None and number > 1:
        raise InvalidRequest(f"{name} is {number:g}; it must be above 0 and at most 1, such as 0.9.")
    return number


def _kv_cache_dtype(query: Mapping[str, str]) -> KVCacheDtype:
    value = _text(query, "kv_cache_dtype").lower()
    match value:
        case "auto" | "fp8" | "fp8_e4m3" | "fp8_e5m2":
            return value
        case "" | "0":
            return "auto"
    raise InvalidRequest(
        f"kv_cache_dtype is {truncated_repr(value)}; it must be one of auto, fp8, fp8_e4m3 and fp8_e5m2."
    )


def _boolean(query: Mapping[str, str], name: str) -> bool:
    value = _text(query, name).lower()
    if value not in _BOOLEANS:
        raise InvalidRequest(f"{name} is {truncated_repr(value)}; it must be true, false, 1 or 0.")
    return _BOOLEANS[value]


def _quantization(query: Mapping[str, str]) -> QuantizationOverride | None:
    value = _text(query, "quantization").lower()
    match value:
        case "none" | "fp8" | "int8" | "int4":
            return value
        case "fp16" | "bf16" | "auto":
            return "none"
        case "" | "0":  # older scripts send 0 for no override
            return None
    raise InvalidRequest(
        f"quantization is {truncated_repr(value)}; it must be one of none, fp8, int8 and int4."
    )


def _count(query: Mapping[str, str], name: str, *, largest: int = _LARGEST_COUNT) -> int | None:
    """A whole number; a fraction is rounded down."""
    number = _number(query, name, largest=largest)
    return None if number is None or number < 1 else int(number)


def _number(query: Mapping[str, str], name: str, *, largest: int) -> float | None:
    """The parameter, at most `largest`; `None` where it is absent, zero or negative."""
    text = _text(query, name)
    number = float(text or 0) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(number):
        raise InvalidRequest(f"{name} is {truncated_repr(text)}, which is not a number.")
    return min(number, largest) if number > 0 else None
