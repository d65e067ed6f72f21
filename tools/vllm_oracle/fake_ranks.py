"""Tensor-parallel groups of N ranks without process groups: building a model never communicates."""

import types

import torch
from vllm.distributed import parallel_state


class _FakeGroup(parallel_state.GroupCoordinator):
    """Rank 0 of `size` ranks."""

    def __init__(self, size: int, name: str) -> None:
        self.unique_name = name
        self.rank = self.local_rank = self.rank_in_group = 0
        self.ranks = list(range(size))
        self.world_size = size
        self.cpu_group = self.device_group = types.SimpleNamespace(size=lambda: size, rank=lambda: 0)
        self.device = torch.device("meta")
        self.use_device_communicator = False
        self.device_communicator = None
        self.mq_broadcaster = None
        self.use_custom_op_call = True
        self.use_cpu_custom_send_recv = False


def set_ranks(tensor_parallel: int) -> None:
    """Make this process rank 0 of `tensor_parallel` ranks, in a pipeline and data-parallel group of one."""
    for name in ("_TP", "_WORLD", "_EP"):
        setattr(parallel_state, name, _FakeGroup(tensor_parallel, name))
    for name in ("_PP", "_DP", "_DCP", "_PCP", "_EPLB"):
        if hasattr(parallel_state, name):
            setattr(parallel_state, name, _FakeGroup(1, name))
