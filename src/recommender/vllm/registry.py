"""Which versions of vLLM have a class for an architecture.

Source: `vllm/model_executor/models/registry.py` of every version from 0.17 to 0.33, and its
`_PREVIOUSLY_SUPPORTED_MODELS`. Classes that all of them have are not listed.
"""

from collections.abc import Mapping

from recommender.vllm.version import OLDEST_OF_ANY, Version, version_text

_TO_THE_MINOR = 2

_LAST: Mapping[str, Version] = {
    "AyaVisionForConditionalGeneration": (0, 24),
    "BaiChuanForCausalLM": (0, 23),
    "BaichuanForCausalLM": (0, 23),
    "BambaForCausalLM": (0, 23),
    "InternLMForCausalLM": (0, 23),
    "MPTForCausalLM": (0, 28),
    "MiniMaxForCausalLM": (0, 23),
    "MiniMaxM1ForCausalLM": (0, 23),
    "MiniMaxText01ForCausalLM": (0, 23),
    "MllamaForConditionalGeneration": (0, 10),
    "MptForCausalLM": (0, 28),
    "Phi3SmallForCausalLM": (0, 9),
    "QWenLMHeadModel": (0, 23),
    "RWForCausalLM": (0, 28),
    "StableLMEpochForCausalLM": (0, 28),
}

_FIRST: Mapping[str, Version] = {
    "DeepseekV4ForCausalLM": (0, 20),
    "Gemma4ForCausalLM": (0, 19),
    "Gemma4ForConditionalGeneration": (0, 19),
    "MiMoV2ForCausalLM": (0, 21),
    "Ministral3ForCausalLM": (0, 20),
    "Qwen3_5ForCausalLM": (0, 27),
    "Qwen3_5MoeForCausalLM": (0, 27),
}


def missing_support(class_name: str, version: Version | None) -> str | None:
    """Why `version` of vLLM cannot run a class; `None` where it can.

    Without a version the question is whether any version since 0.17 can.
    """
    last, first = _LAST.get(class_name), _FIRST.get(class_name)
    if last is not None and (version or OLDEST_OF_ANY)[:_TO_THE_MINOR] > last:
        return f"vLLM runs {class_name} up to {version_text(last)} only."
    if first is not None and version is not None and version < first:
        return f"vLLM runs {class_name} from {version_text(first)} on."
    return None


def partial_support(class_name: str, version: Version | None) -> str | None:
    """Which of the versions since 0.17 lack a class, where none is chosen; `None` where all have it."""
    last, first = _LAST.get(class_name), _FIRST.get(class_name)
    if version is None and last is not None:
        return f"vLLM runs {class_name} up to {version_text(last)} only: choose no later version."
    if version is None and first is not None:
        return f"vLLM runs {class_name} from {version_text(first)} on: choose no earlier version."
    return None
