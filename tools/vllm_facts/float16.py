"""Models that refuse to run in float16: `_FLOAT16_NOT_SUPPORTED_MODELS` of vLLM's configuration."""

import ast

from tools.vllm_facts.document import release_order
from tools.vllm_facts.sources import Sources

_TABLE = "_FLOAT16_NOT_SUPPORTED_MODELS"
_INTRODUCED = release_order("0.9.1")
_CONFIGURATIONS = ("vllm/config/model.py", "vllm/config/__init__.py", "vllm/config.py")


def float16_refused(sources: Sources) -> dict[str, str]:
    """The reason for each `model_type`; empty before 0.9.1, which took float16 for every model."""
    for path in _CONFIGURATIONS:
        if sources.has(path) and _TABLE in sources.module(path).assigned:
            reasons = ast.literal_eval(sources.module(path).value(_TABLE))
            return {str(model_type): str(reason) for model_type, reason in reasons.items()}
    if release_order(sources.version) >= _INTRODUCED:
        sources.fail(" or ".join(_CONFIGURATIONS), _TABLE)
    return {}
