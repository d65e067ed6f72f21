"""Values that a person fixed instead of the recommended ones."""

from dataclasses import dataclass
from typing import Literal

from recommender.vllm.quantization import QuantizationName

QuantizationOverride = Literal["none", QuantizationName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What is fixed; `None` is left to the recommendation."""

    tensor_parallel: int | None = None
    quantization: QuantizationOverride | None = None
    max_model_len: int | None = None
    concurrency: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    overhead_bytes: int | None = None
    """Of each GPU, to assume instead of the estimate."""


NO_OVERRIDES = Overrides()
