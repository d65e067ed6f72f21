"""Values that a person fixed instead of the recommended ones."""

from dataclasses import dataclass
from typing import Literal

QuantizationName = Literal["fp8", "int8", "int4"]
QuantizationWish = Literal["none", QuantizationName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is fixed; `None` is left to the recommendation."""

    tensor_parallel: int | None = None
    quantization: QuantizationWish | None = None
    max_model_len: int | None = None
    concurrency: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    overhead_bytes: int | None = None
    """Of each GPU, to assume instead of the estimate."""


NO_WISHES = Wishes()
