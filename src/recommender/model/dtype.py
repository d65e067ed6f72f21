"""Number formats: bytes per value and names in torch, safetensors and sentences."""

from enum import Enum


class Dtype(Enum):
    """A format that vLLM computes in without quantization: torch's name, bytes per value, short name."""

    FLOAT32 = ("float32", 4, "FP32")
    FLOAT16 = ("float16", 2, "FP16")
    BFLOAT16 = ("bfloat16", 2, "BF16")

    def __init__(self, torch_name: str, size_bytes: int, label: str) -> None:
        self.torch_name = torch_name
        self.size_bytes = size_bytes
        self.label = label


BY_TORCH_NAME = {dtype.torch_name: dtype for dtype in Dtype}

# The float formats that checkpoints store weights in, by the names of `safetensors/src/tensor.rs`.
BY_SAFETENSORS_NAME = {
    "F64": Dtype.FLOAT32,
    "F32": Dtype.FLOAT32,
    "F16": Dtype.FLOAT16,
    "BF16": Dtype.BFLOAT16,
}

# Bytes per stored element, `safetensors/src/tensor.rs`; the sub-byte formats are counted as whole elements.
STORED_BYTES: dict[str, float] = {
    "BOOL": 1,
    "U8": 1,
    "I8": 1,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "F8_E8M0": 1,
    "I16": 2,
    "U16": 2,
    "F16": 2,
    "BF16": 2,
    "I32": 4,
    "U32": 4,
    "F32": 4,
    "I64": 8,
    "U64": 8,
    "F64": 8,
    "F4": 0.5,
    "F6_E2M3": 0.75,
    "F6_E3M2": 0.75,
}
