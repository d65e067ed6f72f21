"""The caller's Hugging Face token, which must never be shown."""

import hashlib
import hmac
import re
import secrets
from threading import Lock

from handler.errors import InvalidRequest

_HEADER_VALUE = re.compile(r"[\x21-\x7e]{1,1024}")


class HubToken:
    """A token that prints as `***`; only `authorization` gives it away, for the Hub's own header."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        """Wrap `secret`.

        Raises `InvalidRequest`, without repeating it, where it could not be sent in a header.
        """
        if not _HEADER_VALUE.fullmatch(secret):
            raise InvalidRequest(
                "X-HF-Token holds characters that a token cannot have. Copy it again from"
                " https://huggingface.co/settings/tokens; it starts with hf_ and has no spaces."
            )
        self._secret = secret

    @property
    def authorization(self) -> str:
        """The value of the Authorization header."""
        return f"Bearer {self._secret}"

    def redact(self, text: str) -> str:
        """`text` without the token, should someone have repeated it there."""
        return text.replace(self._secret, "***")

    def fingerprint(self, key: bytes) -> str:
        """A name for the token that only a holder of `key` could connect with it."""
        return hmac.new(key, self._secret.encode(), hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return "HubToken(***)"


class CallerScopes:
    """Names for those whose answers may be read back: everybody without a token, else under the same one."""

    def __init__(self) -> None:
        """Draw no key yet: no snapshot of the process shall hold it."""
        self._key: bytes | None = None
        self._drawing = Lock()

    def of(self, token: HubToken | None) -> str:
        """The name for the owner of `token`."""
        if token is None:
            return "public"
        with self._drawing:
            if self._key is None:
                self._key = secrets.token_bytes(32)
        return token.fingerprint(self._key)
