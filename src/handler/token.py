"""The caller's Hugging Face token, which is never printed, logged or stored."""

import hashlib
import hmac
import re
import secrets

from handler.errors import InvalidRequest

_HEADER_VALUE = re.compile(r"[\x21-\x7e]{1,1024}")


class HubToken:
    """A token that prints as `***`; only `authorization`, the Hub's header, contains it."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        """Wrap `secret`.

        Raises `InvalidRequest`, without repeating it, where it cannot be sent in a header.
        """
        if not _HEADER_VALUE.fullmatch(secret):
            raise InvalidRequest(
                "The Hugging Face token (header X-HF-Token) contains characters that a token cannot have."
                " Copy it again from https://huggingface.co/settings/tokens; it starts with hf_ and has no"
                " spaces."
            )
        self._secret = secret

    @property
    def authorization(self) -> str:
        """The value of the Authorization header."""
        return f"Bearer {self._secret}"

    def redact(self, text: str) -> str:
        """`text` with `***` in place of the token."""
        return text.replace(self._secret, "***")

    def fingerprint(self, key: bytes) -> str:
        """A keyed hash of the token, which cannot be linked to it without `key`."""
        return hmac.new(key, self._secret.encode(), hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return "HubToken(***)"


class CallerScopes:
    """Names the callers that share cached answers: all without a token, or all with the same token."""

    def __init__(self) -> None:
        """Create the key lazily so that SnapStart snapshots never contain it."""
        self._key: bytes | None = None

    def of(self, token: HubToken | None) -> str:
        """The scope of the owner of `token`."""
        if token is None:
            return "public"
        if self._key is None:
            self._key = secrets.token_bytes(32)
        return token.fingerprint(self._key)
