"""Bytes and GiB. Calculations use bytes as `int`; GiB appear only in sentences and in the answer."""

GIB = 1024**3


def gib(size_bytes: float) -> float:
    """`size_bytes` in GiB, unrounded."""
    return size_bytes / GIB


def gib_bytes(size_gib: float) -> int:
    """Bytes of `size_gib`."""
    return int(size_gib * GIB)


def gib_text(size_bytes: float) -> str:
    """`size_bytes` for a sentence, with one decimal at most: `24 GiB`, `13.5 GiB`, `1,128 GiB`."""
    return f"{gib(size_bytes):,.1f}".removesuffix(".0") + " GiB"
