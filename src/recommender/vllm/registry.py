"""Which versions of vLLM have a class for an architecture.

Source: `vllm/model_executor/models/registry.py` of every version from 0.17 to 0.33, and its
`_PREVIOUSLY_SUPPORTED_MODELS`. Classes that all of them have are not listed.
"""

from collections.abc import Mapping

from recommender.vllm.version import EVERY_VERSION, VersionRange

_VERSIONS: Mapping[str, VersionRange] = {
    "AyaVisionForConditionalGeneration": VersionRange(last=(0, 24)),
    "BaiChuanForCausalLM": VersionRange(last=(0, 23)),
    "BaichuanForCausalLM": VersionRange(last=(0, 23)),
    "BambaForCausalLM": VersionRange(last=(0, 23)),
    "DeepseekV4ForCausalLM": VersionRange(first=(0, 20)),
    "Gemma4ForCausalLM": VersionRange(first=(0, 19)),
    "Gemma4ForConditionalGeneration": VersionRange(first=(0, 19)),
    "InternLMForCausalLM": VersionRange(last=(0, 23)),
    "MPTForCausalLM": VersionRange(last=(0, 28)),
    "MiMoV2ForCausalLM": VersionRange(first=(0, 21)),
    "MiniMaxForCausalLM": VersionRange(last=(0, 23)),
    "MiniMaxM1ForCausalLM": VersionRange(last=(0, 23)),
    "MiniMaxText01ForCausalLM": VersionRange(last=(0, 23)),
    "Ministral3ForCausalLM": VersionRange(first=(0, 20)),
    "MllamaForConditionalGeneration": VersionRange(last=(0, 10)),
    "MptForCausalLM": VersionRange(last=(0, 28)),
    "Phi3SmallForCausalLM": VersionRange(last=(0, 9)),
    "QWenLMHeadModel": VersionRange(last=(0, 23)),
    "Qwen3_5ForCausalLM": VersionRange(first=(0, 27)),
    "Qwen3_5MoeForCausalLM": VersionRange(first=(0, 27)),
    "RWForCausalLM": VersionRange(last=(0, 28)),
    "StableLMEpochForCausalLM": VersionRange(last=(0, 28)),
}


def class_versions(class_name: str) -> VersionRange:
    """The versions that have `class_name`; every version where it is not listed or not stated."""
    return _VERSIONS.get(class_name, EVERY_VERSION)
