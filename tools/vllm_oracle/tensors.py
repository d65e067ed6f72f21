"""The bytes of a model's tensors on one rank."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import torch

_MIB = 1024**2
_MOST_GROUPS = 40

NamedTensor = tuple[str, Any]


def tensors_of(model: Any) -> tuple[list[NamedTensor], list[NamedTensor]]:
    """Parameters and buffers, then tensors that modules keep as plain attributes; each tensor once."""
    seen: set[int] = set()
    registered = [
        (name, tensor)
        for name, tensor in [*model.named_parameters(), *model.named_buffers()]
        if _is_first(tensor, seen)
    ]
    attributes = [
        (f"{prefix}.{name}", value)
        for prefix, module in model.named_modules()
        for name, value in vars(module).items()
        if isinstance(value, torch.Tensor) and _is_first(value, seen)
    ]
    return registered, attributes


def total_bytes(tensors: Iterable[NamedTensor]) -> int:
    """Bytes of all of them."""
    return sum(_size_bytes(tensor) for _, tensor in tensors)


def rounding_bytes(tensors: Iterable[NamedTensor]) -> int:
    """What PyTorch's caching allocator adds to large tensors.

    Source: `c10/cuda/CUDACachingAllocator.cpp`: from 10 MiB up CUDA is asked for whole 2 MiB
    (`kMinLargeAlloc`, `kRoundLarge`), and a rest of up to 1 MiB stays with the tensor (`should_split`).
    """
    return sum(_rounding(_size_bytes(tensor)) for _, tensor in tensors)


def grouped(tensors: Iterable[NamedTensor]) -> dict[str, int]:
    """Bytes by name with layer numbers replaced by N, and dtype; the largest groups first."""
    groups: Counter[str] = Counter()
    for name, tensor in tensors:
        kind = re.sub(r"\.\d+(?=\.|$)", ".N", name)
        groups[f"{kind}|{str(tensor.dtype).removeprefix('torch.')}"] += _size_bytes(tensor)
    return dict(groups.most_common(_MOST_GROUPS))


def _is_first(tensor: Any, seen: set[int]) -> bool:
    if id(tensor) in seen:
        return False
    seen.add(id(tensor))
    return True


def _size_bytes(tensor: Any) -> int:
    return int(tensor.numel() * tensor.element_size())


def _rounding(size_bytes: int) -> int:
    if size_bytes < 10 * _MIB:
        return 0
    rest = -size_bytes % (2 * _MIB)
    return rest if rest <= _MIB else 0
