"""What the code of vLLM that runs a model, its model runner, takes of a GPU, and which models have which.

Sources: `vllm/v1/worker/gpu_model_runner.py` and `vllm/v1/sample/` of the first runner,
`vllm/v1/worker/gpu/model_runner.py` and `vllm/v1/worker/gpu/sample/` of the second.
"""

from dataclasses import dataclass, replace
from typing import Literal

from recommender.hardware.units import gib_bytes
from recommender.model import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """The memory of one runner."""

    sampler_bytes_per_logit: float
    """Peak of sampling one row of logits, per entry of the vocabulary."""
    kept_bytes_per_logit: float = 0
    """Buffers of the sampler that stay: counts of tokens for penalties, bitmasks for grammars."""
    forward_hidden_states: float = 4
    """Hidden states that are alive at once in the forward pass."""
    graph_bytes: int = 0
    """CUDA graphs, where they are subtracted before the cache is sized."""
    large_graph_bytes_per_layer: int = 0
    """What they take more where 1024 sequences are scheduled at once."""
    large_graph_bytes_of_experts: int = 0
    """What a mixture of experts adds there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondRunner:
    """The second runner, and the models that it has by default: `vllm/config/vllm.py`."""

    runner: Runner
    runs: Literal["listed without experts and quantization", "listed", "dense", "all"]
    classes: frozenset[str] = frozenset()
    """Those that are listed; "dense" are these and all others without experts and states."""

    def has(self, model: Model) -> bool:
        """Whether it runs `model`."""
        is_listed, is_dense = model.class_name in self.classes, not model.shape.experts
        match self.runs:
            case "listed without experts and quantization":
                return is_listed and is_dense and model.quantization is None
            case "listed":
                return is_listed
            case "dense":
                return is_listed or (is_dense and model.recurrent is None)
        return True


# The whole vocabulary is sorted for top-k and top-p: 16-bit logits, float32 ones, sorted values and indices.
SORTING = Runner(sampler_bytes_per_logit=38.5)

# They became a Triton kernel: 16-bit logits, float32 ones, probabilities and random numbers.
FIRST = Runner(sampler_bytes_per_logit=14.5)
FIRST_WITH_GRAPHS = replace(FIRST, graph_bytes=gib_bytes(0.5))

_DENSE_CLASSES = frozenset({"LlamaForCausalLM", "MistralForCausalLM", "Qwen3ForCausalLM"})
_LISTED_CLASSES = _DENSE_CLASSES | {"DeepseekV2ForCausalLM", "GraniteMoeForCausalLM", "Qwen2MoeForCausalLM"}

# Its profile samples without top-k and top-p. Up to 0.26 its buffers are left out of the sum.
_SECOND = Runner(sampler_bytes_per_logit=6, forward_hidden_states=3.35)
_SECOND_WITH_BUFFERS = replace(_SECOND, kept_bytes_per_logit=4.25)
_SECOND_IN_PLACE = replace(_SECOND_WITH_BUFFERS, sampler_bytes_per_logit=2)
_SECOND_WITH_GRAPHS = replace(_SECOND_IN_PLACE, graph_bytes=gib_bytes(0.5))

SECOND_0_22 = SecondRunner(
    runner=_SECOND,
    runs="listed without experts and quantization",
    classes=frozenset({"Qwen3ForCausalLM"}),
)
SECOND_0_23 = replace(SECOND_0_22, classes=_DENSE_CLASSES)
SECOND_0_24 = replace(SECOND_0_23, classes=_LISTED_CLASSES, runs="listed")
SECOND_0_25 = replace(SECOND_0_24, runs="dense")
SECOND_0_26 = replace(SECOND_0_25, runner=replace(_SECOND, sampler_bytes_per_logit=2))
SECOND_0_27 = replace(SECOND_0_25, runner=_SECOND_WITH_BUFFERS)
SECOND_0_28 = replace(SECOND_0_25, runner=_SECOND_IN_PLACE)
SECOND_0_29 = SecondRunner(runner=_SECOND_WITH_GRAPHS, runs="all")
SECOND_0_33 = SecondRunner(runner=replace(_SECOND_WITH_GRAPHS, sampler_bytes_per_logit=14), runs="all")

# The least favourable of all since 0.17: 0.23 to 0.64 GiB of graphs are logged with 256 sequences, 0.6 to
# 1.84 with 1024, more with more layers.
ANY_RUNNER = Runner(
    sampler_bytes_per_logit=FIRST.sampler_bytes_per_logit,
    kept_bytes_per_logit=_SECOND_WITH_BUFFERS.kept_bytes_per_logit,
    graph_bytes=gib_bytes(0.5),
    large_graph_bytes_per_layer=gib_bytes(0.017),
    large_graph_bytes_of_experts=gib_bytes(1.0),
)
