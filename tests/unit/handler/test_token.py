"""A token shows itself to nobody but the Hub."""

import copy

from handler.token import HubToken

_SECRET = "hf_abcdefghijklmnop"


def test_it_prints_as_stars() -> None:
    token = HubToken(_SECRET)

    assert _SECRET not in f"{token} {token!r} {[token]} {token!s}"


def test_fingerprints_tell_tokens_apart_and_depend_on_the_key() -> None:
    one, other = HubToken(_SECRET), HubToken(_SECRET + "x")

    assert one.fingerprint(b"k") == HubToken(_SECRET).fingerprint(b"k")
    assert len({one.fingerprint(b"k"), other.fingerprint(b"k"), one.fingerprint(b"l")}) == 3
    assert _SECRET not in one.fingerprint(b"k")


def test_it_is_taken_out_of_other_peoples_words() -> None:
    assert HubToken(_SECRET).redact(f"no access for {_SECRET}!") == "no access for ***!"


def test_a_copy_keeps_it_secret() -> None:
    assert _SECRET not in repr(copy.copy(HubToken(_SECRET)))
