"""Why a version of vLLM cannot run a model on a GPU, or nothing where it can.

All decisions of this kind are made here. A reason is a value of `incompatibilities.py`; `messages/` writes
the sentence.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache

from recommender.hardware.gpu import Gpu
from recommender.memory.budget import Budget
from recommender.memory.compute_dtype import compute_dtype
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.planning.incompatibilities import (
    CapabilityTooLow,
    ClassNotInVersion,
    DegreeNotAccepted,
    MethodDeprecated,
    MethodNotInVersion,
    MissingKernels,
    No16BitDtype,
    NoBackendForStatedCache,
    NoFP8Cache,
    NoKernels,
    NoSparseAttention,
    NoWheels,
    SchemeNotInVersion,
    VersionLimit,
)
from recommender.planning.tensor_parallelism import degree_obstacle, valid_degrees
from recommender.vllm.attention_versions import (
    fp8_cache_versions,
    sparse_attention_versions,
    stated_cache_versions,
)
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.engine_args import KVCacheDtype
from recommender.vllm.facts import wheel_versions
from recommender.vllm.quantization import Quantization
from recommender.vllm.supported_versions import (
    Capability,
    capable_versions,
    class_versions,
    deciding_keys,
    includes,
    includes_all,
    method_versions,
    needed_capability,
    scheme_versions,
