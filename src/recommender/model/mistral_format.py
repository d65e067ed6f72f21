"""The params.json of Mistral's own format, as the config.json that vLLM makes of it.

Source: `adapt_config_dict`, `vllm/transformers_utils/configs/mistral.py` of 0.33.
"""

from collections.abc import Mapping
from itertools import cycle, islice
from typing import Any

from recommender.model.config_reader import ConfigReader
from recommender.model.errors import UnsupportedModel
from recommender.model.shape import MOST_LAYERS

FILE_NAME = "params.json"

_LARGE_3 = "MistralLarge3ForCausalLM"

_NAMES = {
    "dim": "hidden_size",
    "hidden_dim": "intermediate_size",
    "n_heads": "num_attention_heads",
    "n_kv_heads": "num_key_value_heads",
    "n_layers": "num_hidden_layers",
    "tied_embeddings": "tie_word_embeddings",
}
_NAMES_OF_EXPERTS = {
    "expert_hidden_dim": "moe_intermediate_size",
    "first_k_dense_replace": "first_k_dense_replace",
    "num_experts": "n_routed_experts",
    "num_experts_per_tok": "num_experts_per_tok",
    "num_shared_experts": "n_shared_experts",
}
_DEFAULT_CONTEXT = 128_000

# Otherwise vLLM takes that of the files, which is BF16 in all of Mistral's.
_DEFAULT_DTYPE = "bfloat16"


def config_from_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """The config.json of a language model, or of one with an image encoder.

    Raises `UnsupportedModel` for what vLLM does not load in this format, and for what is not modelled.
    """
    stated = ConfigReader(params, name=FILE_NAME)
    language_model = {**_language_model(stated, params), **_quantization(stated, params)}
    if not stated.is_object("vision_encoder"):
        return language_model
    return {
        "model_type": "pixtral",
        # vLLM's own class has that of the language model inside, which came later.
        "architectures": ([_LARGE_3] if _is_large_3(stated) else ["PixtralForConditionalGeneration"]),
        "dtype": language_model["dtype"],
        "text_config": language_model,
        "vision_config": {**params["vision_encoder"], "model_type": "pixtral_encoder"},
        "quantization_config": language_model.get("quantization_config"),
    }


def _language_model(stated: ConfigReader, params: Mapping[str, Any]) -> dict[str, Any]:
    if stated.is_truthy("multimodal"):
        raise UnsupportedModel(f"{FILE_NAME} describes an audio encoder, which is not modelled")
    is_large_3 = _is_large_3(stated)
    if stated.is_set("model_type") or (stated.is_truthy("moe") and not is_large_3):
        raise UnsupportedModel(f"{FILE_NAME} describes an architecture that vLLM does not read from it")
    if stated.is_truthy("qk_nope_head_dim") and not is_large_3:
        raise UnsupportedModel(
            f"{FILE_NAME} describes latent attention without experts, which is not modelled"
        )
    context = params.get("max_position_embeddings") or _DEFAULT_CONTEXT
    experts = params["moe"] if is_large_3 else {}
    return {
        **{_NAMES.get(key, key): value for key, value in params.items()},
        **{name: experts[key] for key, name in _NAMES_OF_EXPERTS.items() if key in experts},
        "model_type": "deepseek_v3" if is_large_3 else "mistral",
        "architectures": [_LARGE_3 if is_large_3 else "MistralForCausalLM"],
        "max_position_embeddings": context,
        "max_seq_len": params.get("max_seq_len") or context,
        "dtype": params.get("dtype") or _DEFAULT_DTYPE,
        **_window(stated, params),
        **_stretch(stated),
    }


def _is_large_3(stated: ConfigReader) -> bool:
    return stated.nested("moe").is_truthy("num_shared_experts")


def _window(stated: ConfigReader, params: Mapping[str, Any]) -> dict[str, Any]:
    """A list has the window of each layer in turn, or null for full attention."""
    if not stated.is_list("sliding_window"):
        return {}
    listed = params["sliding_window"]
    kinds = ("sliding_attention" if each else "full_attention" for each in listed)
    layers = min(stated.positive_int("n_layers"), MOST_LAYERS)
    return {
        "sliding_window": next(filter(None, listed), None),
        "layer_types": list(islice(cycle(kinds), layers)),
    }


def _stretch(stated: ConfigReader) -> dict[str, Any]:
    if not stated.is_object("yarn"):
        return {}
    yarn = stated.nested("yarn")
    original = yarn.optional_positive_int("original_max_position_embeddings")
    factor = yarn.optional_number("factor", at_least=1, at_most=1024)
    found = {"rope_type": "yarn", "factor": factor, "original_max_position_embeddings": original}
    return {"rope_scaling": found}


def _quantization(stated: ConfigReader, params: Mapping[str, Any]) -> dict[str, Any]:
    """FP8 with one scale for each matrix, or a configuration of compressed-tensors as it is."""
    if not stated.is_truthy("quantization"):
        return {}
    quantization = stated.nested("quantization")
    if quantization.string("qformat_weight") == "fp8_e4m3":
        is_dynamic = quantization.string("qscheme_act") == "NO_SCALES"
        return {
            "quantization_config": {
                "quant_method": "fp8",
                "activation_scheme": "dynamic" if is_dynamic else "static",
            }
        }
    method = (quantization.string("quant_method") or "").lower().replace("_", "-")
    if method != "compressed-tensors":
        raise UnsupportedModel(f"{FILE_NAME} states a quantization that vLLM does not read from it")
    return {"quantization_config": {**params["quantization"], "quant_method": method}}
