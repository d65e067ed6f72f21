"""Values that the caller fixes instead of taking the recommended ones."""

from dataclasses import dataclass
from typing import Literal

from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, EngineOverrides
from recommender.vllm.quantization import QuantizationName

QuantizationOverride = Literal["none", QuantizationName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """The fixed values; `None` where the recommendation decides."""

    tensor_parallel: int | None = None
    quantization: QuantizationOverride | None = None
    max_model_len: int | None = None
    concurrency: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    overhead_bytes: int | None = None
    """Overhead of one GPU to assume instead of the estimate."""
    engine: EngineOverrides = NO_ENGINE_OVERRIDES


NO_OVERRIDES = Overrides()
