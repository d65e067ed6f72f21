"""GPU memory that vLLM needs in addition to weights and KV cache: CUDA context, activations, CUDA graphs.

`docs/memory-model.md` says how well the parts match start-up logs of vLLM servers.
"""

from dataclasses import dataclass

from recommender.hardware.gpu import Gpu
from recommender.memory.activations import text_peak
from recommender.memory.cuda_graphs import graph_bytes
from recommender.memory.multimodal import encoder_profile
from recommender.memory.non_torch import non_torch_bytes
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.model.encoder import FixedItem
from recommender.vllm.engine_args import EngineArgs


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """Bytes of one GPU that hold neither weights nor KV cache."""

    non_torch_bytes: int
    activation_bytes: int
    cuda_graph_bytes: int
    """Subtracted for graphs before the cache is sized."""
    first_start_bytes: int = 0
    """The part of the activations that a start with the compile cache in place does not take."""

    @property
    def total_bytes(self) -> int:
        """The sum of the parts."""
        return self.non_torch_bytes + self.activation_bytes + self.cuda_graph_bytes


def runtime_overhead(  # noqa: PLR0913 - the optional one is named
    model: Model,
    gpu: Gpu,
    tensor_parallel: int,
    engine_args: EngineArgs,
    dtype: Dtype,
    *,
    unpacks_weights: bool = False,
) -> Overhead:
    """The overhead of each of `tensor_parallel` GPUs that serve `model` in `dtype`.

    With `unpacks_weights` the forward pass also holds its largest matrix in 16 bit, as bitsandbytes does.

    vLLM profiles the encoder of a multimodal model and then the language model, while it keeps the encoder's
    results (`profile_run` in `vllm/v1/worker/gpu_model_runner.py`).
    """
    if engine_args.overhead_bytes is not None:
        return Overhead(non_torch_bytes=0, activation_bytes=engine_args.overhead_bytes, cuda_graph_bytes=0)
    runner = engine_args.behavior.model_runner(model)
    encoder = encoder_profile(model, gpu, tensor_parallel, engine_args, dtype)
    text = text_peak(model, gpu, tensor_parallel, engine_args, dtype, unpacks_weights=unpacks_weights)
    activations = max(encoder.peak_bytes, encoder.kept_bytes + text.first_start_bytes)
    return Overhead(
        non_torch_bytes=non_torch_bytes(model, gpu, tensor_parallel, engine_args, runner),
        activation_bytes=activations,
        cuda_graph_bytes=graph_bytes(model, gpu, tensor_parallel, engine_args, runner),
        first_start_bytes=activations - max(encoder.peak_bytes, encoder.kept_bytes + text.later_bytes),
    )


def depends_on_context(model: Model, engine_args: EngineArgs) -> bool:
    """Whether `--max-model-len` changes the overhead: a batch, a video or an indexer grows with it."""
    if engine_args.grows_with_context:
        return True
    has_video = model.encoder is not None and not isinstance(model.encoder.largest, FixedItem)
    longest = model.max_position_embeddings
    return has_video or any(layers.cache.workspace_bytes(longest) for layers in model.attention)
