"""Which models vLLM runs in its first engine, V0, whose batches hold whole prompts."""

from recommender.hardware.gpu import Gpu
from recommender.hardware.units import GIB
from recommender.model import Model
from recommender.vllm.version import Version

# Classes that only the V0 engine runs, with an image for each sequence in the profile. Its 256 sequences take
# over 60 GiB, and so do whole contexts on smaller GPUs; vLLM's example has 16 and 8192:
# `vision_language.py`.
_V0_CLASSES = frozenset({"MllamaForConditionalGeneration"})
V0_SEQUENCES = 16
V0_CONTEXT = 8192
V0_LARGE_GPU_BYTES = 70 * GIB

# Before, vLLM falls back to the V0 engine for older GPUs and for models with states:
# `_is_v1_supported_oracle`, `vllm/engine/arg_utils.py`.
_FIRST_WITHOUT_FALLBACK: Version = (0, 10, 2)
_FIRST_CAPABILITY_OF_V1 = (8, 0)


def runs_in_v0(model: Model, gpu: Gpu, version: Version | None) -> bool:
    """Whether a version runs `model` on `gpu` in the V0 engine."""
    if runs_in_v0_alone(model):
        return True
    needs_v0 = gpu.compute_capability < _FIRST_CAPABILITY_OF_V1 or model.recurrent is not None
    return needs_v0 and version is not None and version < _FIRST_WITHOUT_FALLBACK


def runs_in_v0_alone(model: Model) -> bool:
    """Whether no version runs `model` in the V1 engine."""
    return model.class_name in _V0_CLASSES
