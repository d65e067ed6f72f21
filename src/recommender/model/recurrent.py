"""Recurrent states: what layers of linear attention, state-space models and convolutions keep of a request.

The size of a state does not depend on the length of the request.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTensor:
    """A part of a state, divided evenly among GPUs."""

    values: int
    value_bytes: int | None = None
    """Bytes of one value; `None` for those of the dtype that vLLM computes in."""
    has_configured_dtype: bool = False
    """Whether `mamba_ssm_cache_dtype` of config.json states the bytes, which versions may not read; `None` is
    then the version's default (Nemotron-H)."""

    def bytes_per_value(self, value_bytes: int, unstated_value_bytes: int, *, reads_dtype: bool) -> int:
        """Bytes of one value under a version, for computations in `value_bytes`."""
        if not self.has_configured_dtype:
            return self.value_bytes or value_bytes
        return (self.value_bytes if reads_dtype else None) or unstated_value_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentState:
    """The state of one layer."""

    tensors: tuple[StateTensor, ...]
    heads: tuple[int, ...]
    """Counts that tensor parallelism must divide."""
    groups: int = 1
    """Groups of heads that share a projection; copied where GPUs do not divide them."""
    values_per_group: int = 0
    """Values of one group among the inputs of the convolution."""
    parameters_per_group: int = 0
    """Parameters of the projection into one group."""
    has_checkpoints: bool = False
    """Whether later versions also keep a state of the prompt: `num_prefill_checkpoint_blocks`."""
    merged_width: int = 0
    """Width of the merged projection into it, of all GPUs."""
    output_widths: tuple[int, ...] = ()
    """Widths of the projections into it, which are divided by their outputs."""
    input_widths: tuple[int, ...] = ()
    """Widths of the projections out of it, which are divided by their inputs."""
    is_delta_net: bool = False
    """Whether it is a gated delta net, whose kernels may need larger blocks."""

    def size_bytes(
        self, tensor_parallel: int, value_bytes: int, unstated_value_bytes: int, *, reads_dtype: bool = True
    ) -> int:
        """Bytes of one state on each of `tensor_parallel` GPUs.

        `unstated_value_bytes` apply where config.json does not state a dtype that versions may not read, and
        unless the version `reads_dtype`. Source: `vllm/model_executor/layers/mamba/mamba_utils.py`,
        `MambaStateShapeCalculator`.
        """
        groups = self._groups(tensor_parallel)
        shared = groups * self.values_per_group // tensor_parallel * value_bytes
        return shared + sum(
            tensor.values
            // tensor_parallel
            * tensor.bytes_per_value(value_bytes, unstated_value_bytes, reads_dtype=reads_dtype)
            for tensor in self.tensors
        )

    def matrices(self, tensor_parallel: int, hidden_size: int) -> tuple[int, ...]:
        """Parameters of each projection of one layer on one GPU, into the state and out of it."""
        into = hidden_size * self.merged_width // tensor_parallel + self.unshared_parameters(tensor_parallel)
        return (into, *(hidden_size * width // tensor_parallel for width in self.input_widths))

    def unshared_parameters(self, tensor_parallel: int) -> int:
        """Parameters of one layer on one GPU in addition to an even share: copies of groups."""
        return (self._groups(tensor_parallel) - self.groups) * self.parameters_per_group // tensor_parallel

    def _groups(self, tensor_parallel: int) -> int:
        """All GPUs' groups; each has a copy where they cannot be divided."""
        return self.groups if self.groups % tensor_parallel == 0 else tensor_parallel

    def can_shard_groups(self, tensor_parallel: int) -> bool:
        """Whether the groups can be divided, or the only one copied: `mamba_mixer2.py`."""
        return self.groups == 1 or self.groups % tensor_parallel == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentLayers:
    """Layers that keep a state for each request instead of its tokens."""

    count: int
    state: RecurrentState

    def unshared_parameters(self, tensor_parallel: int) -> int:
        """Parameters of all layers on one GPU in addition to an even share of the checkpoint."""
        return self.count * self.state.unshared_parameters(tensor_parallel)
