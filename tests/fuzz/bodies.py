"""The documents as bytes, some of them damaged."""

import json
import re
from collections.abc import Callable
from typing import Any

from fuzz.documents import garbage
from hypothesis import strategies as st

Damage = Callable[[bytes], bytes]

# Damage to the bytes of a response.
_DAMAGES: tuple[Damage, ...] = (
    lambda body: body[: len(body) // 2],
    lambda body: b"\xef\xbb\xbf" + body,
    lambda body: body + b"}",
    lambda body: body.replace(b": ", b": NaN, ", 1),
    lambda body: re.sub(rb": \d+", b": NaN", body, count=1),
    lambda body: re.sub(rb": \d+", b": 1e999", body, count=1),
    lambda body: re.sub(rb": \d+", b": " + b"9" * 5000, body, count=1),
    lambda body: body.replace(b"{", b'{"hidden_size": 8, ', 1),
    lambda body: body.replace(b"}", b', "model_type": "gpt2", "model_type": 1}', 1),
    lambda body: body.replace(b'"', b'"\xff', 1),
    lambda body: body.decode().encode("utf-16"),
    lambda body: b"[" + body + b"]",
)
_OTHER_BODIES = (
    b"",
    b"null",
    b"3",
    b"[]",
    b"{}",
    b'""',
    b"<html>Bad gateway</html>",
    b"[" * 5000 + b"]" * 5000,
)


def _buried(depth: int) -> Damage:
    """The first number within lists: at some depths Python can parse what it cannot print."""
    return lambda body: re.sub(rb": (\d+)", b": " + b"[" * depth + rb"\1" + b"]" * depth, body, count=1)


_damaged = (
    st.sampled_from(_DAMAGES)
    | st.sampled_from(_OTHER_BODIES).map(lambda other: lambda _: other)
    | st.integers(850, 1000).map(_buried)
)

damages: st.SearchStrategy[Damage] = (
    st.just(bytes) | st.just(bytes) | st.just(bytes) | st.just(bytes) | _damaged
)


def encoded(document: Any, damage: Damage) -> bytes:
    """The response with `document`; a broken Hub may write infinities and NaN."""
    return damage(json.dumps(document).encode())


entries = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["org/a", "org/b", "../c", "org/a?x", "", "ORG/a"]) | garbage,
        "downloads": st.integers() | garbage,
        "gated": st.sampled_from([False, "auto", "manual", None]) | garbage,
        "disabled": st.booleans() | garbage,
    },
)
