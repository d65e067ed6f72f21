"""What one GPU would need, term by term, where that is more than vLLM may use of it."""

import math
from collections.abc import Sequence

from recommender.hardware.units import GIB, gib_text
from recommender.planning.shortfall import Shortfall

# Smaller differences come from rounding.
_WHOLE_PARTS_SHARE = 1.02


def needs_text(lack: Shortfall) -> str:
    """`13.6 GiB for weights, 1.1 GiB for …, more than the 13.1 GiB that vLLM may use`.

    Figures have one decimal, and are rounded so that their sum exceeds the limit as it does before rounding.
    """
    terms = [lack.weight_bytes, lack.overhead_bytes, lack.cache_bytes]
    (weights, overhead, cache), limit = _rounded(terms, lack.usable_bytes)
    less = "" if round(lack.cache_bytes * 10 / GIB) else "less than "
    return (
        f"{weights} for weights{_whole_parts(lack)}, {overhead} for vLLM's overhead and {less}{cache}"
        f" for {_cache(lack)}, more than the {limit} that vLLM may use"
    )


def _whole_parts(lack: Shortfall) -> str:
    if lack.tensor_parallel == 1 or lack.weight_bytes < _WHOLE_PARTS_SHARE * lack.even_share_bytes:
        return ""
    return (
        f" (an even share of {gib_text(lack.even_share_bytes)}, padding, and the parts that every GPU holds"
        " whole)"
    )


def _cache(lack: Shortfall) -> str:
    if lack.state_blocks:
        return f"a cache of {lack.state_blocks:,} blocks, one for the states of each sequence"
    return f"a KV cache of {lack.context_tokens:,} tokens"


def _rounded(terms: Sequence[int], limit: int) -> tuple[list[str], str]:
    """To tenths; where these would not exceed the limit, it is rounded down, then terms are rounded up."""
    exact, bound = [size * 10 / GIB for size in terms], limit * 10 / GIB
    tenths, most = [max(1, round(each)) for each in exact], round(bound)
    if sum(tenths) <= most:
        most = math.floor(bound)
    for index in sorted(range(len(terms)), key=lambda index: tenths[index] - exact[index]):
        if sum(tenths) <= most:
            tenths[index] = math.ceil(exact[index])
    return [_tenths_text(number) for number in tenths], _tenths_text(most)


def _tenths_text(tenths: int) -> str:
    return f"{tenths / 10:,.1f}".removesuffix(".0") + " GiB"
