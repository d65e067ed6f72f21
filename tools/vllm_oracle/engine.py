"""vLLM's configuration of a model folder, with remote code and checkpoint files left out."""

import contextlib
import importlib
import json
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, PretrainedConfig
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from vllm.config import model as model_config
from vllm.engine.arg_utils import EngineArgs
from vllm.model_executor.models import registry
from vllm.platforms import current_platform
from vllm.transformers_utils import config as vllm_config
from vllm.transformers_utils import repo_utils
from vllm.usage.usage_lib import UsageContext

_LANGUAGE_MODEL_KEYS = ("text_config", "llm_config", "language_config")
_NESTED_PREFIXES = ("vision", "audio")

# What every model needs and no size depends on; the snapshot leaves it out.
_WITHOUT_SIZE = {
    "hidden_act": "silu",
    "initializer_factor": 1.0,
    "layer_norm_eps": 1e-6,
    "layer_norm_epsilon": 1e-6,
    "norm_topk_prob": True,
    "norm_type": "rms_norm",
    "rms_norm_eps": 1e-6,
}

# Checkpoints with an output head of their own under a configuration class that says they are tied, by
# `model_type`: the parameters that the Hub counts include it.
_UNTIED = frozenset({"mistral3"})

_REMOTE_CODE = ("contains custom code", "does not recognize this architecture")

_GPTQ_MODULES = ("gptq", "gptq_marlin", "auto_gptq", "inc")
_LINEAR_LAYERS = (
    *(f"self_attn.{name}" for name in ("q_proj", "k_proj", "v_proj", "o_proj", "qkv_proj")),
    *(f"mlp.{name}" for name in ("gate_proj", "up_proj", "down_proj", "gate_up_proj")),
    *(f"mlp.shared_expert.{name}" for name in ("gate_proj", "up_proj", "down_proj")),
    "mlp.experts",
)
_MOST_LAYERS = 200

_generic_kinds: set[str] = set()


def patch() -> None:
    """Inspect model classes in this process, which has the patches, rather than in a fresh one."""
    registry._run_in_subprocess = lambda function: function()  # noqa: SLF001
    for module in (vllm_config, repo_utils):
        if hasattr(module, "with_retry"):
            module.with_retry = lambda function, *_, **__: function()
    if hasattr(model_config, "checkpoint_has_lm_head"):
        model_config.checkpoint_has_lm_head = _has_output_head
    indexer: Any
    with contextlib.suppress(ImportError):
        indexer = importlib.import_module("vllm.model_executor.layers.sparse_attn_indexer")
        indexer.has_deep_gemm = lambda: True
    with contextlib.suppress(ImportError):
        workspace = importlib.import_module("vllm.v1.worker.workspace")
        workspace.init_workspace_manager(torch.device("meta"))


def engine_config(folder: Path, tensor_parallel: int, context: int | None = None) -> Any:
    """vLLM's configuration for `vllm serve FOLDER`; raises what vLLM raises."""
    options: dict[str, Any] = {
        "model": str(folder),
        "tensor_parallel_size": tensor_parallel,
        "max_model_len": context,
        "load_format": "dummy",
        "skip_tokenizer_init": True,
        "distributed_executor_backend": "mp" if tensor_parallel > 1 else None,
    }
    if "swap_space" in EngineArgs.__dataclass_fields__:
        # Its default is 4 GiB for each rank, more than a small machine has.
        options["swap_space"] = 0
    arguments = EngineArgs(**options)
    config = arguments.create_engine_config(usage_context=UsageContext.OPENAI_API_SERVER)
    if hasattr(config.model_config, "maybe_untie_word_embeddings"):  # left out for dummy weights
        config.model_config.maybe_untie_word_embeddings()
    return config


def read_config(folder: Path, tensor_parallel: int, row: dict[str, Any]) -> Any:
    """As `engine_config`, with a generic configuration class where the repository brings its own code.

    `row` says so: defaults of the missing class are not known then.
    """
    try:
        config = engine_config(folder, tensor_parallel)
    except Exception as error:
        if not any(sign in str(error) for sign in _REMOTE_CODE):
            raise
        _generic_kinds.add(_register_generic_class(folder))
        config = engine_config(folder, tensor_parallel)
    if _document(folder).get("model_type") in _generic_kinds:
        row["config_class"] = "generic"
    return config


def set_block_size(config: Any) -> None:
    """Let the platform choose the size of the cache's blocks; up to 0.16 it did so before."""
    choose = getattr(type(current_platform), "update_block_size_for_backend", None)
    if choose is not None:
        current_platform.update_block_size_for_backend(config)


def assume_quantized_layers(folder: Path, row: dict[str, Any]) -> None:
    """For GPTQ, take every linear layer of a block as quantized.

    vLLM reads that from the headers of the checkpoint's files, `maybe_update_config` of the GPTQ classes.
    """
    document = _document(folder)
    stated = document.get("quantization_config") or {}
    metadata = {}
    if stated.get("quant_method") == "gptq" and not stated.get("modules_in_block_to_quantize"):
        row["assumed_quantized_modules"] = True
        metadata = {
            f"layers.{layer}.{name}.qweight": {"dtype": "I32"}
            for layer in range(_layer_count(document))
            for name in _LINEAR_LAYERS
        }
    module: Any
    for name in _GPTQ_MODULES:
        with contextlib.suppress(ImportError):
            module = importlib.import_module(f"vllm.model_executor.layers.quantization.{name}")
            if hasattr(module, "get_safetensors_params_metadata"):
                module.get_safetensors_params_metadata = lambda *_, **__: metadata


def _layer_count(document: dict[str, Any]) -> int:
    nested = (document[key] for key in _LANGUAGE_MODEL_KEYS if isinstance(document.get(key), dict))
    text = next(nested, document)
    return int(text.get("num_hidden_layers") or text.get("n_layer") or _MOST_LAYERS)


def _has_output_head(model: str, **_: Any) -> bool:
    return _document(Path(model)).get("model_type") in _UNTIED


def _document(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return document


def _register_generic_class(folder: Path) -> str:
    kind = str(_document(folder)["model_type"])

    class Generic(PretrainedConfig):
        model_type = kind

        def __init__(self, **values: Any) -> None:
            super().__init__(**{**_WITHOUT_SIZE, "tie_word_embeddings": False, **_parsed(values)})

    vllm_config._CONFIG_REGISTRY[kind] = Generic  # noqa: SLF001
    AutoConfig.register(kind, Generic, exist_ok=True)
    return kind


def _parsed(values: dict[str, Any]) -> dict[str, Any]:
    """Values of config.json with the objects that vLLM's models read."""
    parsed = {
        key: _nested(value) if isinstance(value, dict) and _is_nested(key) else value
        for key, value in values.items()
    }
    if not {"rope_parameters", "rope_scaling", "rope_theta"} & parsed.keys():
        parsed["rope_theta"] = 10_000.0
    if parsed.get("use_sliding_window") is False:  # as Qwen2's class and those derived from it do
        parsed["sliding_window"] = None
    if isinstance(parsed.get("block_configs"), list):  # DeciLM
        parsed["block_configs"] = [_with_attributes(each) for each in parsed["block_configs"]]
    return parsed


def _is_nested(key: str) -> bool:
    return key in _LANGUAGE_MODEL_KEYS or key.startswith(_NESTED_PREFIXES)


class _Object(dict[str, Any]):
    """A JSON object whose values are attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def _with_attributes(value: Any) -> Any:
    if isinstance(value, dict):
        return _Object({key: _with_attributes(each) for key, each in value.items()})
    return value


def _nested(value: dict[str, Any]) -> Any:
    kind = value.get("model_type")
    fields = {key: each for key, each in value.items() if key != "model_type"}
    if kind in CONFIG_MAPPING:
        return AutoConfig.for_model(kind, **fields)
    made = PretrainedConfig(**{**_WITHOUT_SIZE, **fields})
    made.model_type = kind or ""
    return made
