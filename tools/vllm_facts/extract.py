"""All facts of one release."""

from typing import Any

from tools.vllm_facts.attention import attention_backends
from tools.vllm_facts.batch_defaults import batch_defaults
from tools.vllm_facts.cache_defaults import cache_defaults
from tools.vllm_facts.class_checks import class_checks
from tools.vllm_facts.command_line import command_line
from tools.vllm_facts.environment import environment
from tools.vllm_facts.experts import quantized_experts
from tools.vllm_facts.float16 import float16_refused
from tools.vllm_facts.models import config_keys, models, plugin_models, removed_models
from tools.vllm_facts.online import online
from tools.vllm_facts.quantization import quantization
from tools.vllm_facts.schemes import schemes
from tools.vllm_facts.sources import Sources
from tools.vllm_facts.wheel import wheel

_TABLES = {
    "attention_backends": attention_backends,
    "batch_defaults": batch_defaults,
    "cache_defaults": cache_defaults,
    "class_checks": class_checks,
    "command_line": command_line,
    "config_keys": config_keys,
    "environment": environment,
    "float16_refused": float16_refused,
    "models": models,
    "online_quantization": online,
    "plugin_models": plugin_models,
    "quantization": quantization,
    "quantization_schemes": schemes,
    "quantized_experts": quantized_experts,
    "removed_models": removed_models,
    "wheel": wheel,
}


def extract(sources: Sources) -> dict[str, dict[str, Any]]:
    """The tables of a release; a table that its distribution does not hold is left out."""
    tables = {name: table(sources) for name, table in _TABLES.items()}
    return {name: dict(table) for name, table in tables.items() if table is not None}
