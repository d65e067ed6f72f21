"""The dtype that vLLM computes in."""

from recommender.caches import bounded_cache
from recommender.hardware.gpu import Gpu
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.vllm.facts import computes_in_float16_only, refuses_float16
from recommender.vllm.version import Version


def compute_dtype(model: Model, gpu: Gpu, version: Version | None) -> Dtype:
    """The dtype that vLLM chooses for `--dtype auto`; without a version, one that every version accepts.

    FP32 checkpoints run in 16 bit; where the GPU has no BF16, a BF16 model runs in FP16, and one of which
    the version refuses FP16 in FP32 (`vllm/config/model.py`, `_resolve_auto_dtype`).
    """
    dtype = Dtype.BFLOAT16 if model.native_dtype is Dtype.FLOAT32 else model.native_dtype
    if dtype is Dtype.BFLOAT16 and (not gpu.computes_bf16 or _lacks_bf16_kernels(model, version)):
        dtype = Dtype.FLOAT16
    if dtype is Dtype.FLOAT16 and _refuses_float16(model.architecture, version):
        return Dtype.BFLOAT16 if gpu.computes_bf16 else Dtype.FLOAT32
    return dtype


def _lacks_bf16_kernels(model: Model, version: Version | None) -> bool:
    """Whether the kernels of the checkpoint's quantization compute in FP16 only."""
    method = model.quantization
    return method is not None and not model.runs_in_marlin and _computes_in_float16_only(method, version)


_computes_in_float16_only = bounded_cache(computes_in_float16_only)
_refuses_float16 = bounded_cache(refuses_float16)
