"""Recurrent states on several GPUs."""

import pytest
from support.metadata import llama

from recommender.model import RecurrentState, StateTensor, parse_model
from recommender.model.recurrent import RecurrentLayers

_MAMBA_2 = {
    "mamba_n_heads": 32,
    "mamba_d_head": 64,
    "mamba_d_state": 128,
    "mamba_n_groups": 2,
    "mamba_d_conv": 4,
}


def test_groups_are_copied_where_gpus_outnumber_them() -> None:
    """Each of four GPUs has the projections of a whole group, of which there is one."""
    one = parse_model(
        llama(model_type="falcon_h1", head_dim=64, **{**_MAMBA_2, "mamba_n_groups": 1})
    ).recurrent
    assert one is not None

    assert one.state.size_bytes(4, 2, 4) == (8 * 64 + 2 * 128) * 3 * 2 + 8 * 64 * 128 * 2


def test_a_state_is_divided_evenly_and_its_dtype_may_depend_on_the_version() -> None:
    """By hand: 64 values in the model's 2 bytes, 32 in its own 4, 16 in the version's 8, 8 in a stated 4."""
    state = RecurrentState(
        tensors=(
            StateTensor(values=64),
            StateTensor(values=32, value_bytes=4),
            StateTensor(values=16, has_configured_dtype=True),
            StateTensor(values=8, value_bytes=4, has_configured_dtype=True),
        ),
        heads=(16,),
    )

    read, unread = 64 * 2 + 32 * 4 + 16 * 8 + 8 * 4, 64 * 2 + 32 * 4 + 16 * 8 + 8 * 8

    assert state.size_bytes(1, 2, 8) == read
    assert state.size_bytes(4, 2, 8) == read // 4
    assert state.size_bytes(1, 2, 8, reads_dtype=False) == unread


def test_a_state_without_groups_has_one() -> None:
    assert RecurrentState(tensors=(), heads=(3,)).can_shard_groups(3)


@pytest.mark.parametrize(
    ("groups", "degrees"), [(1, list(range(1, 17))), (2, [1, 2]), (8, [1, 2, 4, 8])], ids=str
)
def test_groups_are_divided_unless_there_is_one(groups: int, degrees: list[int]) -> None:
    state = RecurrentState(tensors=(), heads=(16, 32), groups=groups)

    assert degrees == [degree for degree in range(1, 17) if state.can_shard_groups(degree)]


def test_projections_are_divided_and_groups_copied() -> None:
    """1024 x 600 in and 1024 x 400 out; each of four GPUs has a copy of two groups of 5000 parameters."""
    state = RecurrentState(
        tensors=(),
        heads=(16,),
        groups=2,
        values_per_group=24,
        parameters_per_group=5000,
        merged_width=600,
        input_widths=(400,),
    )

    assert [state.unshared_parameters(degree) for degree in (1, 2, 4)] == [0, 0, (4 - 2) * 5000 // 4]
    assert state.matrices(2, 1024) == (1024 * 300, 1024 * 200)
    assert state.matrices(4, 1024) == (1024 * 150 + 2500, 1024 * 100)
    assert [state.size_bytes(degree, 2, 4) for degree in (1, 2, 4)] == [2 * 2 * 24, 2 * 24, 2 * 24]
    assert RecurrentLayers(count=7, state=state).unshared_parameters(4) == 7 * 2500
