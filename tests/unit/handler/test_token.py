"""A token is sent to the Hub and never printed."""

import copy

import pytest

from handler.errors import InvalidRequest
from handler.token import CallerScopes, HubToken

_SECRET = "hf_abcdefghijklmnop"


def test_it_prints_as_stars() -> None:
    token = HubToken(_SECRET)

    assert _SECRET not in f"{token} {token!r} {[token]} {token!s}"


def test_a_copy_prints_as_stars() -> None:
    assert _SECRET not in repr(copy.copy(HubToken(_SECRET)))


def test_the_authorization_header_contains_it() -> None:
    assert HubToken(_SECRET).authorization == f"Bearer {_SECRET}"


@pytest.mark.parametrize("secret", ["hf_a b", "hf_\r\nX: y", "hf_\u00e4", "hf_\x00", "h" * 1025, ""])
def test_an_invalid_header_value_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        HubToken(secret)

    assert not secret or secret not in str(caught.value)


def test_fingerprints_differ_by_token_and_by_key() -> None:
    one, other = HubToken(_SECRET), HubToken(_SECRET + "x")

    assert one.fingerprint(b"k") == HubToken(_SECRET).fingerprint(b"k")
    assert len({one.fingerprint(b"k"), other.fingerprint(b"k"), one.fingerprint(b"l")}) == 3
    assert _SECRET not in one.fingerprint(b"k")


def test_it_is_redacted_from_text() -> None:
    assert HubToken(_SECRET).redact(f"no access for {_SECRET}!") == "no access for ***!"


def test_callers_share_a_scope_without_a_token_or_with_the_same_one() -> None:
    scopes = CallerScopes()
    token, other = HubToken(_SECRET), HubToken("hf_other")

    assert scopes.of(None) == "public"
    assert scopes.of(token) == scopes.of(HubToken(_SECRET))
    assert len({scopes.of(None), scopes.of(token), scopes.of(other)}) == 3


def test_scopes_of_two_processes_cannot_be_compared() -> None:
    """Each draws a key of its own."""
    assert CallerScopes().of(HubToken(_SECRET)) != CallerScopes().of(HubToken(_SECRET))
