"""What one GPU would need, term by term."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st
from support.figures import gib_figures

from recommender.hardware.units import GIB
from recommender.messages.memory_sum import needs_text
from recommender.planning.shortfall import Shortfall

_LACK = Shortfall(
    tensor_parallel=4,
    context_tokens=512,
    usable_bytes=20 * GIB,
    weight_bytes=19 * GIB,
    even_share_bytes=17 * GIB,
    overhead_bytes=2 * GIB,
    cache_bytes=GIB // 8,
    state_blocks=0,
)


def test_all_terms_are_named() -> None:
    assert needs_text(_LACK) == (
        "19 GiB for weights (an even share of 17 GiB, padding, and the parts that every GPU holds whole), 2"
        " GiB for vLLM's overhead and 0.1 GiB for a KV cache of 512 tokens, more than the 20 GiB that vLLM"
        " may use"
    )


def test_a_cache_for_states_is_counted_in_blocks() -> None:
    states = dataclasses.replace(_LACK, even_share_bytes=19 * GIB, state_blocks=1024, cache_bytes=1)

    assert needs_text(states) == (
        "19 GiB for weights, 2 GiB for vLLM's overhead and less than 0.1 GiB for a cache of 1,024 blocks, one"
        " for the states of each sequence, more than the 20 GiB that vLLM may use"
    )


@given(st.integers(1, GIB), st.integers(0, GIB), st.integers(0, GIB), st.integers(1, GIB // 8))
def test_rounded_terms_exceed_the_rounded_limit_as_they_do_before_rounding(
    weights: int, overhead: int, cache: int, excess: int
) -> None:
    lack = dataclasses.replace(
        _LACK,
        tensor_parallel=1,
        weight_bytes=weights,
        overhead_bytes=overhead,
        cache_bytes=cache,
        usable_bytes=max(0, weights + overhead + cache - excess),
    )
    *terms, limit = gib_figures(needs_text(lack))

    assert sum(terms) > limit + 0.01


def test_an_even_share_is_named_where_the_weights_take_over_2_percent_more_on_several_gpus() -> None:
    shares = [
        (1, 1.5, False),
        (2, 1.5, True),
        (2, 1.021, True),
        (2, 1.019, False),
    ]
    for degree, factor, is_named in shares:
        lack = dataclasses.replace(
            _LACK, tensor_parallel=degree, weight_bytes=int(17 * GIB * factor), overhead_bytes=10 * GIB
        )

        assert ("(an even share of 17 GiB" in needs_text(lack)) is is_named, (degree, factor)
