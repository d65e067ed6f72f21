"""The states that layers of linear attention, state-space models and short convolutions keep of a request.

Shapes: `vllm/model_executor/layers/mamba/mamba_utils.py`, `MambaStateShapeCalculator`; the keys of each
architecture: `get_mamba_state_shape_from_config` of its class in `vllm/model_executor/models/`.
"""

from recommender.model.architectures import Architecture
from recommender.model.caches import RecurrentState, StateTensor
from recommender.model.config_reader import ConfigReader
from recommender.model.values import Shape

_FLOAT32_BYTES = 4

# `mamba_expand` of transformers' configurations.
_USUAL_EXPANSION = 2

# `get_mamba_chunk_size`, `vllm/config/model.py`, where config.json states none.
_USUAL_CHUNK_TOKENS = 2048


def parse_state(family: Architecture, text: ConfigReader, shape: Shape) -> RecurrentState:
    """The state of one layer of a family that has states."""
    match family.states:
        case "delta_net":
            return _delta_net(text)
        case "mamba1":
            return _mamba_1(text, shape)
        case "mamba2":
            return _mamba_2(family, text)
        case "short_convolution":
            return _short_convolution(text, shape)
        case "lightning":
            return _lightning(shape)
    return _delta_attention(text.nested("linear_attn_config"))


def _delta_net(text: ConfigReader) -> RecurrentState:
    """Gated delta net of Qwen3-Next and Qwen3.5."""
    key_heads, value_heads = text.count("linear_num_key_heads"), text.count("linear_num_value_heads")
    key_dim, value_dim = text.count("linear_key_head_dim"), text.count("linear_value_head_dim")
    channels = 2 * key_heads * key_dim + value_heads * value_dim
    memory = StateTensor(
        values=value_heads * value_dim * key_dim, value_bytes=_state_value_bytes(text, "mamba_ssm_dtype")
    )
    inputs = StateTensor(values=channels * (text.count("linear_conv_kernel_dim") - 1))
    return RecurrentState(
        tensors=(inputs, memory), heads=(key_heads, value_heads), has_checkpoints=True, is_delta_net=True
    )


def _mamba_1(text: ConfigReader, shape: Shape) -> RecurrentState:
    """Jamba states the width by an expansion, Mamba and FalconMamba by `intermediate_size`."""
    width = (
        (text.optional_count("mamba_expand") or _USUAL_EXPANSION) * shape.hidden_size
        if text.has("mamba_d_state")
        else shape.intermediate_size
    )
    inputs = StateTensor(values=width * (text.count("mamba_d_conv", "conv_kernel") - 1))
    memory = StateTensor(values=width * text.count("mamba_d_state", "state_size"))
    return RecurrentState(tensors=(inputs, memory), heads=(width,), chunk_tokens=_chunk_tokens(text))


def _mamba_2(family: Architecture, text: ConfigReader) -> RecurrentState:
    heads = text.count("mamba_num_heads", "mamba_n_heads", "num_heads")
    head_dim = text.count("mamba_head_dim", "mamba_d_head", "head_dim")
    width = text.count("ssm_state_size", "mamba_d_state", "state_size")
    groups = text.optional_count("n_groups", "mamba_n_groups") or 1
    steps = text.count("conv_kernel", "mamba_d_conv") - 1
    own_dtype = "mamba_ssm_cache_dtype" if family.states_have_own_dtype else None
    memory = StateTensor(
        values=heads * head_dim * width,
        value_bytes=_state_value_bytes(text, own_dtype) if own_dtype else None,
        depends_on_version=bool(own_dtype) and not text.has("mamba_ssm_cache_dtype"),
    )
    return RecurrentState(
        tensors=(StateTensor(values=heads * head_dim * steps), memory),
        heads=(heads,),
        groups=groups,
        values_per_group=2 * width * steps,
        chunk_tokens=_chunk_tokens(text),
        has_checkpoints=True,
    )


def _short_convolution(text: ConfigReader, shape: Shape) -> RecurrentState:
    """LFM2: the last inputs of a convolution over the hidden size."""
    width = text.optional_count("conv_dim") or shape.hidden_size
    inputs = StateTensor(values=width * (text.count("conv_L_cache") - 1))
    return RecurrentState(tensors=(inputs,), heads=(width,))


def _lightning(shape: Shape) -> RecurrentState:
    """MiniMax-Text-01: a matrix for each head."""
    memory = StateTensor(values=shape.attention_heads * shape.head_dim**2)
    return RecurrentState(tensors=(memory,), heads=(shape.attention_heads,))


def _delta_attention(linear: ConfigReader) -> RecurrentState:
    """Kimi Delta Attention: the last inputs of queries, keys and values, and a matrix for each head."""
    heads, head_dim = linear.count("num_heads"), linear.count("head_dim")
    inputs = StateTensor(values=3 * heads * head_dim * (linear.count("short_conv_kernel_size") - 1))
    memory = StateTensor(values=heads * head_dim**2, value_bytes=_FLOAT32_BYTES)
    return RecurrentState(tensors=(inputs, memory), heads=(heads,))


def _chunk_tokens(text: ConfigReader) -> int:
    """Source: `vllm/config/model.py`, `get_mamba_chunk_size`."""
    return text.optional_count("mamba_chunk_size", "chunk_size") or _USUAL_CHUNK_TOKENS


def _state_value_bytes(text: ConfigReader, key: str) -> int | None:
    return _FLOAT32_BYTES if text.text(key) == "float32" else None
