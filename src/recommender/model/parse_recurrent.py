"""The recurrent layers and their state, from config.json.

Shapes: `vllm/model_executor/layers/mamba/mamba_utils.py`, `MambaStateShapeCalculator`; the keys of each
architecture: `get_mamba_state_shape_from_config` of its class in `vllm/model_executor/models/`.
"""

from collections.abc import Callable, Mapping

from recommender.model.architecture import Architecture, StateKind
from recommender.model.config_reader import ConfigReader
from recommender.model.dtype import BY_TORCH_NAME
from recommender.model.errors import ImplausibleMetadata
from recommender.model.layers import LayerKind, layer_kinds
from recommender.model.recurrent import RecurrentLayers, RecurrentState, StateTensor
from recommender.model.values import Shape

_FLOAT32_BYTES = 4

# `mamba_expand` of transformers' configurations.
_DEFAULT_EXPANSION = 2


def parse_recurrent(architecture: Architecture, config: ConfigReader, shape: Shape) -> RecurrentLayers | None:
    """The layers that keep a state; `None` where there are none."""
    if architecture.states is None:
        return None
    kinds = layer_kinds(architecture, config, shape, has_window=False)
    in_every_layer = architecture.is_parallel_hybrid or architecture.has_shared_attention
    count = shape.layers if in_every_layer else kinds.count(LayerKind.STATE)
    if not count:
        return None
    return RecurrentLayers(count=count, state=parse_state(architecture.states, architecture, config, shape))


def parse_state(
    kind: StateKind, architecture: Architecture, config: ConfigReader, shape: Shape
) -> RecurrentState:
    """The state of one layer.

    Raises `ImplausibleMetadata` for a state that holds nothing.
    """
    state = _STATES[kind](architecture, config, shape)
    if not any(tensor.values for tensor in state.tensors):
        raise ImplausibleMetadata(f"{config.name} describes recurrent states without any values.")
    return state


def _delta_net(architecture: Architecture, config: ConfigReader, _shape: Shape) -> RecurrentState:
    """Gated delta net of Qwen3-Next and Qwen3.5."""
    key_heads, key_dim = (
        config.positive_int("linear_num_key_heads"),
        config.positive_int("linear_key_head_dim"),
    )
    value_heads, value_dim = (
        config.positive_int("linear_num_value_heads"),
        config.positive_int("linear_value_head_dim"),
    )
    channels = 2 * key_heads * key_dim + value_heads * value_dim
    inputs = StateTensor(values=channels * (config.positive_int("linear_conv_kernel_dim") - 1))
    memory = StateTensor(
        values=value_heads * value_dim * key_dim, value_bytes=_stated_value_bytes(config, "mamba_ssm_dtype")
    )
    return RecurrentState(
        tensors=(inputs, memory),
        heads=(key_heads, value_heads),
        merged_width=2 * key_heads * key_dim + 2 * value_heads * value_dim,
        output_widths=(key_heads * key_dim, value_heads * value_dim),
        input_widths=(value_heads * value_dim,),
        has_checkpoints=architecture.has_state_checkpoints,
        is_delta_net=architecture.has_state_checkpoints,
    )


def _mamba_1(_architecture: Architecture, config: ConfigReader, shape: Shape) -> RecurrentState:
    """Jamba states the width by an expansion, Mamba and FalconMamba by `intermediate_size`."""
    width = (
        (config.optional_positive_int("mamba_expand") or _DEFAULT_EXPANSION) * shape.hidden_size
        if config.is_set("mamba_d_state")
        else shape.intermediate_size
    )
    inputs = StateTensor(values=width * (config.positive_int("mamba_d_conv", "conv_kernel") - 1))
    memory = StateTensor(values=width * config.positive_int("mamba_d_state", "state_size"))
    return RecurrentState(
        tensors=(inputs, memory),
        heads=(width,),
        merged_width=2 * width,
        input_widths=(width,),
    )


def _mamba_2(architecture: Architecture, config: ConfigReader, shape: Shape) -> RecurrentState:
    """Mamba 2; Zamba2 states the width of its heads by an expansion."""
    heads = config.positive_int("mamba_num_heads", "mamba_n_heads", "n_mamba_heads", "num_heads")
    expanded = config.optional_positive_int("mamba_expand") if architecture.has_shared_attention else None
    head_dim = (
        expanded * shape.hidden_size // heads
        if expanded
        else config.positive_int("mamba_head_dim", "mamba_d_head", "head_dim")
    )
    width = config.positive_int("ssm_state_size", "mamba_d_state", "state_size")
    groups = config.optional_positive_int("n_groups", "mamba_n_groups", "mamba_ngroups") or 1
    steps = config.positive_int("conv_kernel", "mamba_d_conv") - 1
    dtype_key = "mamba_ssm_cache_dtype" if architecture.states_have_own_dtype else None
    memory = StateTensor(
        values=heads * head_dim * width,
        value_bytes=_stated_value_bytes(config, dtype_key) if dtype_key else None,
        has_configured_dtype=dtype_key is not None,
    )
    return RecurrentState(
        tensors=(StateTensor(values=heads * head_dim * steps), memory),
        heads=(heads,),
        groups=groups,
        values_per_group=2 * width * steps,
        parameters_per_group=2 * width * shape.hidden_size,
        merged_width=2 * heads * head_dim + 2 * groups * width + heads,
        input_widths=(heads * head_dim,),
        has_checkpoints=True,
    )


def _short_convolution(_architecture: Architecture, config: ConfigReader, shape: Shape) -> RecurrentState:
    """LFM2: the last inputs of a convolution over the hidden size."""
    width = config.optional_positive_int("conv_dim") or shape.hidden_size
    inputs = StateTensor(values=width * (config.positive_int("conv_L_cache") - 1))
    return RecurrentState(tensors=(inputs,), heads=(width,), merged_width=3 * width, input_widths=(width,))


def _lightning(_architecture: Architecture, _config: ConfigReader, shape: Shape) -> RecurrentState:
    """MiniMax-Text-01: a matrix for each head."""
    memory = StateTensor(values=shape.attention_heads * shape.head_dim**2)
    width = shape.attention_heads * shape.head_dim
    return RecurrentState(
        tensors=(memory,),
        heads=(shape.attention_heads,),
        merged_width=3 * width,
        output_widths=(width,),
        input_widths=(width,),
    )


def _delta_attention(_architecture: Architecture, config: ConfigReader, _shape: Shape) -> RecurrentState:
    """Kimi Delta Attention: the last inputs of queries, keys and values, and a matrix for each head."""
    linear = config.nested("linear_attn_config") if config.is_object("linear_attn_config") else config
    heads = linear.positive_int("num_heads", "linear_num_key_heads", "num_attention_heads")
    head_dim = linear.positive_int("linear_key_head_dim", "head_dim")
    steps = linear.positive_int("short_conv_kernel_size", "linear_conv_kernel_dim") - 1
    inputs = StateTensor(values=3 * heads * head_dim * steps)
    memory = StateTensor(values=heads * head_dim**2, value_bytes=_FLOAT32_BYTES)
    width = heads * head_dim
    return RecurrentState(
        tensors=(inputs, memory),
        heads=(heads,),
        merged_width=3 * width,
        output_widths=(width,),
        input_widths=(width,),
    )


_StateParser = Callable[[Architecture, ConfigReader, Shape], RecurrentState]

_STATES: Mapping[StateKind, _StateParser] = {
    "delta_net": _delta_net,
    "mamba1": _mamba_1,
    "mamba2": _mamba_2,
    "short_convolution": _short_convolution,
    "lightning": _lightning,
    "delta_attention": _delta_attention,
}


def _stated_value_bytes(config: ConfigReader, key: str) -> int | None:
    dtype = BY_TORCH_NAME.get(config.string(key) or "")
    return None if dtype is None else dtype.size_bytes
