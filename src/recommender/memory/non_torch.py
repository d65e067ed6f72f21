"""GPU memory outside PyTorch's allocator: the CUDA context, communication, and buffers of the sampler."""

from recommender.hardware.gpu import HOPPER_CAPABILITY, Gpu
from recommender.model import Model
from recommender.vllm.engine_args import EngineArgs
from recommender.vllm.model_runner import ModelRunner
from recommender.vllm.version_behavior import NonTorch, VersionBehavior

# GPUs of an instance that are joined by an NVSwitch.
_SWITCHED_GPUS = 8

# From this many GPUs on, NCCL's buffers between GPUs on PCIe are larger.
_MANY_GPUS = 4


def non_torch_bytes(
    model: Model, gpu: Gpu, tensor_parallel: int, engine_args: EngineArgs, runner: ModelRunner
) -> int:
    """Bytes on each of `tensor_parallel` GPUs."""
    behavior = engine_args.behavior
    kept = int(runner.kept_bytes_per_logit * engine_args.max_num_seqs * model.shape.vocabulary)
    linked = _linked_bytes(behavior.non_torch, gpu, tensor_parallel)
    return linked + kept + _switch_bytes(gpu, tensor_parallel, behavior)


def _switch_bytes(gpu: Gpu, tensor_parallel: int, behavior: VersionBehavior) -> int:
    if not gpu.nvlink or tensor_parallel < _SWITCHED_GPUS:
        return 0
    is_hopper = gpu.compute_capability == HOPPER_CAPABILITY
    return behavior.switch_bytes + (behavior.hopper_switch_bytes if is_hopper else 0)


def _linked_bytes(sizes: NonTorch, gpu: Gpu, tensor_parallel: int) -> int:
    if tensor_parallel == 1:
        return sizes.single
    if gpu.nvlink:
        return sizes.nvlink
    return sizes.pcie if tensor_parallel < _MANY_GPUS else sizes.pcie_of_many
