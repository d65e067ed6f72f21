"""Memory of vLLM's two model runners, and the models that the second one runs by default.

Sources: `vllm/v1/worker/gpu_model_runner.py` and `vllm/v1/sample/` of the first,
`vllm/v1/worker/gpu/model_runner.py` and `vllm/v1/worker/gpu/sample/` of the second.
"""

from dataclasses import dataclass, replace
from typing import Literal

from recommender.hardware.units import gib_bytes
from recommender.model import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRunner:
    """The memory of one runner."""

    sampler_bytes_per_logit: float
    """Peak of sampling one row of logits, per entry of the vocabulary."""
    kept_bytes_per_logit: float = 0
    """Sampler buffers that stay allocated: token counts for penalties, bitmasks for grammars."""
    forward_hidden_states: float = 4
    """Hidden states that are alive at the same time in the forward pass."""
    graph_bytes: int = 0
    """CUDA graphs of any model, where they are subtracted before the cache is sized."""
    graph_bytes_per_layer: int = 0
    """Additional memory of each layer for the graphs of 256 sequences."""
    least_graph_bytes: int = 0
    """Minimum of the two together; 0 where graphs are not subtracted."""
    reserves_attention_buffers: bool = False
    """Whether the buffers that attention kernels keep for graphs are subtracted too."""
    encoder_profile: Literal["none", "outputs", "inputs and outputs"] = "inputs and outputs"
    """What of an image encoder's run stays alive while the language model is profiled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRunnerV1(ModelRunner):
    """The first runner, which runs every model that the second one does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRunnerV2(ModelRunner):
    """The second runner, and the models that it runs by default: `vllm/config/vllm.py`."""

    runs: Literal["listed dense unquantized", "listed", "listed and dense", "all"]
    listed_classes: frozenset[str] = frozenset()

    def runs_by_default(self, model: Model) -> bool:
        """Whether vLLM chooses this runner for `model`."""
        is_listed, is_dense = model.class_name in self.listed_classes, not model.shape.experts
        match self.runs:
            case "listed dense unquantized":
                return is_listed and is_dense and model.quantization is None
            case "listed":
                return is_listed
            case "listed and dense":
                return is_listed or (is_dense and model.recurrent is None)
            case "all":
                return True


# Up to 0.16 top-k and top-p sort the whole vocabulary: 16-bit logits, float32 logits, sorted values and
# indices.
V1_SORTING = ModelRunnerV1(sampler_bytes_per_logit=38.5)

# A Triton kernel for top-k and top-p: 16-bit logits, float32 logits, probabilities and random numbers.
V1_TRITON = ModelRunnerV1(sampler_bytes_per_logit=14.5)
# Graphs: fitted to `gemma4-31b-pro6000-0230`, `qwen25vl-7b-a100-80-0230-022` and `qwen25-7b-l40s-like-0220`.
V1_TRITON_WITH_GRAPHS = replace(
    V1_TRITON,
    graph_bytes=gib_bytes(0.1),
    graph_bytes_per_layer=gib_bytes(0.016),
    least_graph_bytes=gib_bytes(0.5),
)

_DENSE_CLASSES = frozenset({"LlamaForCausalLM", "MistralForCausalLM", "Qwen3ForCausalLM"})
_LISTED_CLASSES = _DENSE_CLASSES | {"DeepseekV2ForCausalLM", "GraniteMoeForCausalLM", "Qwen2MoeForCausalLM"}

# The profile run of the second runner samples without top-k and top-p.
V2_0_22 = ModelRunnerV2(
    sampler_bytes_per_logit=6,
    forward_hidden_states=3.35,
    encoder_profile="none",
    runs="listed dense unquantized",
    listed_classes=frozenset({"Qwen3ForCausalLM"}),
)
V2_0_23 = replace(V2_0_22, listed_classes=_DENSE_CLASSES)
V2_0_24 = replace(V2_0_23, listed_classes=_LISTED_CLASSES, runs="listed")
V2_0_25 = replace(V2_0_24, runs="listed and dense")
V2_0_26 = replace(V2_0_25, sampler_bytes_per_logit=2)
# Up to 0.26 the buffers of its sampler are not counted.
V2_0_27 = replace(V2_0_25, kept_bytes_per_logit=4.25, encoder_profile="outputs")
V2_0_28 = replace(V2_0_27, sampler_bytes_per_logit=2)
# Graphs: fitted to the runs `glyd-*` under 0.30, with 128, 256 and 1024 sequences.
V2_0_29 = replace(
    V2_0_28,
    graph_bytes=gib_bytes(0.15),
    graph_bytes_per_layer=gib_bytes(0.009),
    least_graph_bytes=gib_bytes(0.15),
    reserves_attention_buffers=True,
    runs="all",
)
# It also profiles top-k and top-p: 16-bit and float32 logits, and FlashInfer's masked ones and probabilities.
# An L4 lost 7 bytes per logit by it on top of the largest other peak (vllm-project/vllm#57926).
V2_0_33 = replace(V2_0_29, sampler_bytes_per_logit=14)
