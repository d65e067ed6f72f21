"""What the shares of quantized matrices must be multiples of, because several weights share a scale."""

from dataclasses import dataclass, replace

from recommender.model.config_reader import ConfigReader

# Lists of modules that stay in 16 bit, by method.
_SKIPPED_MODULES = ("ignore", "modules_to_not_convert", "exclude_modules")

_NVFP4_FORMAT = "nvfp4-pack-quantized"
_NVFP4_GROUP = 16

# `group_size` of AWQ and GPTQ where it is absent, as in `quantized_formats`.
_DEFAULT_GROUP_SIZE = 128

# Triton's kernels of AWQ and GPTQ experts halve groups until a share is a multiple of them, and stop at 32:
# `vllm/model_executor/layers/quantization/moe_wna16.py`, `create_weights`.
_SMALLEST_EXPERT_GROUP = 32


# `refine_fp8_moe_block_shape`, `vllm/model_executor/layers/fused_moe/oracle/fp8.py`.
_SMALLEST_EXPERT_BLOCK = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardMultiples:
    """The multiples, in weights; 1 where any share will do."""

    inputs: int = 1
    """Of a share of a matrix that is divided by its inputs: output and down projections."""
    outputs: int = 1
    """Of a share of a matrix that is divided by its outputs: those of queries, keys, values, gate and up."""
    experts: int = 1
    """Of a share of an expert's width."""
    refined_experts: int = 1
    """The same in versions that can divide the blocks of experts: `VersionBehavior.refines_expert_blocks`."""
    merges_odd_outputs: bool = False
    """Whether versions that allow it take any outputs of matrices that are merged into one:
    `VersionBehavior.merges_odd_outputs`."""
    attention: bool = True
    """Whether the matrices of attention are quantized at all."""
    feed_forward: bool = True
    """Whether those of dense feed-forward blocks are."""


ANY_SHARE = ShardMultiples()


def parse_shard_multiples(stated: ConfigReader | None, method: str | None) -> ShardMultiples:
    """The multiples for a checkpoint that is quantized by `method`; `stated` is its configuration."""
    if stated is None:
        return _grouped(_NVFP4_GROUP) if method == "modelopt_fp4" else ANY_SHARE
    match method:
        case "fp8":
            # `vllm/model_executor/layers/quantization/utils/fp8_utils.py`, `validate_fp8_block_shape`.
            rows, columns = _block(stated.positive_ints("weight_block_size"))
            experts = max(rows, columns)
            multiples = ShardMultiples(
                inputs=columns,
                outputs=rows,
                experts=experts,
                refined_experts=min(experts, _SMALLEST_EXPERT_BLOCK),
                merges_odd_outputs=True,
            )
        case "awq" | "gptq" | "auto-round":
            group = _group_size(stated)
            multiples = ShardMultiples(
                inputs=group,
                experts=min(group, _SMALLEST_EXPERT_GROUP),
                refined_experts=min(group, _SMALLEST_EXPERT_GROUP),
            )
        case "compressed-tensors":
            multiples = _compressed(stated)
        case "quark":
            weight = stated.nested("global_quant_config").nested("weight")
            multiples = _grouped(weight.optional_positive_int("group_size") or 1)
        case "modelopt_fp4":
            multiples = _grouped(_NVFP4_GROUP)
        case _:
            multiples = ANY_SHARE
    return _for_quantized_parts(stated, multiples)


def _compressed(stated: ConfigReader) -> ShardMultiples:
    """Source: `vllm/model_executor/layers/quantization/compressed_tensors/schemes/`, `create_weights`."""
    if stated.string("format") == _NVFP4_FORMAT:
        return _grouped(_NVFP4_GROUP)
    all_groups = stated.nested("config_groups")
    weights = [all_groups.nested(name).nested("weights") for name in all_groups.sorted_keys()]
    blocks = [_block(each.positive_ints("block_structure")) for each in weights]
    rows = max((block[0] for block in blocks), default=1)
    columns = max((block[1] for block in blocks), default=1)
    group = max((each.optional_positive_int("group_size") or 1 for each in weights), default=1)
    experts = max(rows, columns, group)
    return ShardMultiples(inputs=max(columns, group), outputs=rows, experts=experts, refined_experts=experts)


def _grouped(group: int) -> ShardMultiples:
    return ShardMultiples(inputs=group, experts=group, refined_experts=group)


def _block(shape: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of a block: outputs and inputs."""
    return (shape[0], shape[-1]) if shape else (1, 1)


def _group_size(stated: ConfigReader) -> int:
    if stated.is_minus_one("group_size"):
        return 1
    return stated.optional_positive_int("group_size", "q_group_size") or _DEFAULT_GROUP_SIZE


def _for_quantized_parts(stated: ConfigReader, multiples: ShardMultiples) -> ShardMultiples:
    """`multiples` where entries without a layer's number leave attention or feed-forward blocks in 16 bit."""
    # GPTQModel's rules for modules: a leading minus skips them.
    rules = [rule for rule in stated.nested("dynamic").sorted_keys() if rule.startswith("-:")]
    places = (stated, stated.nested("quantization"))  # ModelOpt's hf_quant_config.json nests its own
    listed = [entry for each in places for key in _SKIPPED_MODULES for entry in each.strings(key)]
    general = [entry for entry in (*listed, *rules) if not any(each.isdigit() for each in entry)]
    attention = any("attn" in entry and "vis" not in entry for entry in general)
    feed_forward = any("mlp" in entry and "down" in entry for entry in general)
    return replace(multiples, attention=not attention, feed_forward=not feed_forward)
