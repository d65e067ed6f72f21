"""The versions that an answer without a chosen version holds for, as far as they differ in memory."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from recommender.hardware.gpu import Gpu
from recommender.hardware.units import GIB
from recommender.model import Model
from recommender.vllm.attention_versions import sparse_attention_versions, stated_cache_versions
from recommender.vllm.behavior import FIRST_VERSIONS, behavior_of
from recommender.vllm.facts import wheel_versions
from recommender.vllm.releases import Span, known_releases, version_ranges
from recommender.vllm.supported_versions import (
    VersionRanges,
    capable_versions,
    class_versions,
    deciding_keys,
    includes,
    method_versions,
    runs_through_transformers,
    scheme_versions,
