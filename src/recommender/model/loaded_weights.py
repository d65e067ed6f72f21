"""The weights that vLLM loads: less than the checkpoint stores where it has copies or unused layers."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from recommender.model.dtype import BY_SAFETENSORS_NAME, STORED_BYTES
from recommender.model.errors import ImplausibleMetadata
from recommender.model.layers import LayerKind, layer_kinds
from recommender.model.parameters import (
    LanguageModelConfig,
    expert_layers,
    language_parameters,
    vision_parameters,
)
from recommender.model.parse_recurrent import parse_recurrent
from recommender.model.prediction_layers import without_prediction_layers
from recommender.model.quantized_formats import PACKED_DTYPES, CheckpointQuantization
from recommender.model.safetensors import stated_total
from recommender.model.shape import full_layer_heads
from recommender.model.values import Shape, Weights
from recommender.model.vision import whole_tower_parameters

# Packed formats count up to eight weights as one; fewer parameters than that belong to another model.
_LARGEST_SHRINKAGE = 10

# Safetensors dtypes of masks.
_MASK_DTYPES = frozenset({"BOOL", "U8"})

# Classes with routers in FP32, which their checkpoints have in 16 bit: `GateLinear` with
# `params_dtype=torch.float32`.
_WITH_WIDENED_ROUTERS = frozenset({"hy_v4", "mimo_v2_flash"})

_ADAPTERS = ("vision_lora", "speech_lora")


def parse_weights(
    information: Mapping[str, Any],
    stored: Mapping[str, int],
    quantization: CheckpointQuantization | None,
    language_model: LanguageModelConfig,
) -> Weights:
    """The weights that the Hub counts, or else those that the shape implies, as far as vLLM loads them.

    Raises `ImplausibleMetadata` where the count belongs to another model.
    """
    implied = language_parameters(language_model)
    if stored:
        weights = stored_weights(_without_masks(stored, quantization, language_model, implied), quantization)
        _check_parameters(weights, implied)
        weights = _without_adapters(weights, language_model)
        weights = _without_second_copy(weights, language_model, implied)
        weights = without_prediction_layers(weights, language_model, implied)
        return _with_float32_values(_with_own_values(weights, language_model), language_model)
    encoder = _encoder_parameters(language_model)
    parameters = stated_total(information) or implied + encoder
    if quantization is None:
        return Weights(parameters=parameters, float_values=parameters, packed_bytes=0)
    embeddings = language_model.shape.embedding_parameters(tied=language_model.is_tied)
    floats = min(parameters, embeddings + encoder)
    packed_bytes = math.ceil((parameters - floats) * quantization.bytes_per_packed_element)
    return Weights(parameters=parameters, float_values=floats, packed_bytes=packed_bytes)


def _encoder_parameters(language_model: LanguageModelConfig) -> int:
    vision = language_model.vision
    return 0 if vision is None else max(vision_parameters(vision), whole_tower_parameters(vision))


def wide_zero_point_bytes(
    stored: Mapping[str, int], quantization: CheckpointQuantization | None, shape: Shape
) -> int:
    """What the zero points of linear layers grow by in 16 bit; experts have kernels that do not need it."""
    if quantization is None:
        return 0
    packed = sum(stored.get(dtype, 0) for dtype in PACKED_DTYPES)
    return int(max(0, packed - shape.expert_parameters) * quantization.wide_zero_point_bytes)


def _without_masks(
    stored: Mapping[str, int],
    quantization: CheckpointQuantization | None,
    language_model: LanguageModelConfig,
    implied: int,
) -> Mapping[str, int]:
    """`stored` without causal masks: bytes in unquantized checkpoints (GPT-NeoX), floats in those of GPT-2.

    Source: `load_weights` of `gpt2.py` and `gpt_neox.py` in `vllm/model_executor/models/`, which skip them.
    """
    if quantization is not None:
        return stored
    floats = {dtype: count for dtype, count in stored.items() if dtype not in _MASK_DTYPES}
    config = language_model.config
    masks = language_model.shape.layers * config.non_negative_int("n_positions") ** 2
    if config.string("model_type") != "gpt2" or sum(floats.values()) < implied + masks:
        return floats
    largest = max(floats, key=lambda dtype: floats[dtype])
    return {**floats, largest: floats[largest] - masks}


def stored_weights(stored: Mapping[str, int], quantization: CheckpointQuantization | None) -> Weights:
    """The weights of all `stored` elements.

    vLLM loads every plain float of an unquantized checkpoint in the dtype that it computes in, so a float32
    file becomes 16 bit (`vllm/config/model.py`, `_resolve_auto_dtype`). In a quantized checkpoint F32 is the
    dtype of the scales, which keep it.
    """
    plain = {
        dtype: count for dtype, count in stored.items() if _is_plain(dtype, quantized=bool(quantization))
    }
    others = {dtype: count for dtype, count in stored.items() if dtype not in plain}
    per_element = quantization.weights_per_packed_element if quantization else 1
    parameters = sum(
        count * (per_element if dtype in PACKED_DTYPES else 1) for dtype, count in stored.items()
    )
    return Weights(
        parameters=parameters - (quantization.scales if quantization else 0),
        float_values=sum(plain.values()),
        packed_bytes=math.ceil(
            sum(count * _element_bytes(dtype, quantization) for dtype, count in others.items())
        ),
    )


def _is_plain(dtype: str, *, quantized: bool) -> bool:
    return dtype in BY_SAFETENSORS_NAME and not (quantized and dtype == "F32")


def _element_bytes(dtype: str, quantization: CheckpointQuantization | None) -> float:
    if quantization is not None and dtype in PACKED_DTYPES:
        return quantization.bytes_per_packed_element
    return STORED_BYTES[dtype]


def _check_parameters(weights: Weights, implied: int) -> None:
    if weights.parameters * _LARGEST_SHRINKAGE < implied:
        raise ImplausibleMetadata(
            f"The Hub counts {weights.parameters:,} parameters, and config.json describes a model of about"
            f" {implied:,}."
        )


def _without_second_copy(weights: Weights, language_model: LanguageModelConfig, implied: int) -> Weights:
    """Some repositories store the output head and the embedding that it is tied to; vLLM loads one.

    Models with an embedding for each layer (Gemma 3n, Gemma 4 E2B) have an audio encoder, whose size is not
    known, instead.
    """
    output_head = language_model.shape.embedding_parameters(tied=True)
    vision, encodes = language_model.vision, language_model.architecture.encodes_images
    tower = 0 if vision is None else whole_tower_parameters(vision)
    is_counted = (
        language_model.is_tied
        and (tower > 0 or (vision is None and not encodes))
        and not language_model.config.is_truthy("hidden_size_per_layer_input")
    )
    if not is_counted or weights.parameters < implied + tower + output_head:
        return weights
    return replace(weights, float_values=weights.float_values - output_head)


def _without_adapters(weights: Weights, language_model: LanguageModelConfig) -> Weights:
    """`weights` without the adapters of all linear layers that Phi-4-multimodal stores.

    Source: `vllm/model_executor/models/phi4mm.py`, `hf_to_vllm_mapper`, which drops them.
    """
    config, shape = language_model.config, language_model.shape
    rank = sum(config.nested(key).non_negative_int("r") for key in _ADAPTERS)
    if not rank:
        return weights
    attention = shape.attention_heads * shape.head_dim
    qkv = attention + 2 * shape.kv_heads * shape.head_dim
    sides = (
        *(shape.hidden_size, qkv),
        *(attention, shape.hidden_size),
        *(shape.hidden_size, 2 * shape.intermediate_size),
        *(shape.intermediate_size, shape.hidden_size),
    )
    return _less(weights, min(weights.float_values, shape.layers * rank * sum(sides)))


def _less(weights: Weights, floats: int) -> Weights:
    return replace(
        weights, parameters=weights.parameters - floats, float_values=weights.float_values - floats
    )


def _with_own_values(weights: Weights, language_model: LanguageModelConfig) -> Weights:
    """`weights` with the projections of values that Gemma 4 stores once for keys and values.

    Source: `vllm/model_executor/models/gemma4.py`, `load_weights`, which copies them.
    """
    config, shape = language_model.config, language_model.shape
    if not config.is_true("attention_k_eq_v"):
        return weights
    kinds = layer_kinds(language_model.architecture, config, shape, has_window=True)
    heads, head_dim = full_layer_heads(config)
    values = (heads or shape.kv_heads) * (head_dim or shape.head_dim) * shape.hidden_size
    return replace(weights, float_values=weights.float_values + kinds.count(LayerKind.FULL) * values)


def _with_float32_values(weights: Weights, language_model: LanguageModelConfig) -> Weights:
    """`weights` with values of 16 bit that vLLM keeps in FP32 counted twice.

    They are routers, and the matrix of each layer of Mamba 1 that has the shape of its state (`A`,
    `vllm/model_executor/layers/mamba/`).
    """
    architecture, config, shape = language_model.architecture, language_model.config, language_model.shape
    widened = 0
    if config.string("model_type") in _WITH_WIDENED_ROUTERS:
        widened = expert_layers(language_model) * shape.experts * shape.hidden_size
    states = parse_recurrent(architecture, config, shape) if architecture.states == "mamba1" else None
    if states is not None:
        widened += states.count * states.state.tensors[-1].values
    return replace(weights, float_values=weights.float_values + widened)
