"""What one GPU would need, term by term."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.figures import gib_figures

from recommender.hardware.units import GIB, gib_bytes
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


@pytest.mark.parametrize(
    ("cache_bytes", "expected"),
    [
        (GIB // 20, "less than 0.1 GiB for a KV cache"),
        (GIB // 20 + 1, "and 0.1 GiB for a KV cache"),
        (GIB // 10, "and 0.1 GiB for a KV cache"),
    ],
)
def test_a_cache_that_would_be_rounded_to_nothing_is_less_than_a_tenth(
    cache_bytes: int, expected: str
) -> None:
    assert expected in needs_text(dataclasses.replace(_LACK, cache_bytes=cache_bytes))


@pytest.mark.parametrize(
    ("terms_gib", "limit_gib", "expected"),
    [
        # 20.07 is more than 20.06: the limit is rounded down.
        ((19.0, 1.0, 0.07), 20.06, "19 GiB for weights, 1 GiB for vLLM's overhead and 0.1 GiB of 20 GiB"),
        # 20.12 is more than 20.11: the term that rounding down takes most from is rounded up.
        (
            (19.04, 1.02, 0.06),
            20.11,
            "19.1 GiB for weights, 1 GiB for vLLM's overhead and 0.1 GiB of 20.1 GiB",
        ),
        # 20.223 is more than 20.21: one term is not enough.
        (
            (19.045, 1.04, 0.138),
            20.21,
            "19.1 GiB for weights, 1.1 GiB for vLLM's overhead and 0.1 GiB of 20.2 GiB",
        ),
    ],
)
def test_the_limit_is_rounded_down_and_terms_up_until_they_exceed_it(
    terms_gib: tuple[float, float, float], limit_gib: float, expected: str
) -> None:
    weights, overhead, cache = map(gib_bytes, terms_gib)
    lack = dataclasses.replace(
        _LACK,
        tensor_parallel=1,
        weight_bytes=weights,
        overhead_bytes=overhead,
        cache_bytes=cache,
        usable_bytes=gib_bytes(limit_gib),
    )
    words = needs_text(lack).replace(" for a KV cache of 512 tokens, more than the", " of")

    assert words.removesuffix(" that vLLM may use") == expected


def test_an_even_share_is_named_where_the_weights_take_2_percent_more_on_several_gpus() -> None:
    for degree, weights_gib, is_named in [(1, 150, False), (2, 150, True), (2, 102, True), (2, 101.9, False)]:
        lack = dataclasses.replace(
            _LACK,
            tensor_parallel=degree,
            even_share_bytes=100 * GIB,
            weight_bytes=int(weights_gib * GIB),
            usable_bytes=80 * GIB,
        )

        assert ("(an even share of 100 GiB" in needs_text(lack)) is is_named, (degree, weights_gib)
