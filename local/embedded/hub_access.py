"""Who may see what on the embedded Hub.

The statuses, error codes and sentences are those that huggingface_hub's `hf_raise_for_status`
(src/huggingface_hub/utils/_http.py) tells apart. Tokens stand for situations:

- a token that starts with `hf_` is valid and may read gated repositories,
- `hf_denied` is valid and may not,
- `hf_invalid` and every other token are refused.
"""

from collections.abc import Mapping
from enum import Enum, auto
from http import HTTPStatus

from local.embedded.snapshot import Repo, Snapshot


class Caller(Enum):
    """Who asks, as far as the token tells."""

    ANONYMOUS = auto()
    REFUSED = auto()
    WITHOUT_ACCESS = auto()
    WITH_ACCESS = auto()

    @classmethod
    def from_authorization(cls, header: str | None) -> "Caller":
        """The caller that an Authorization header identifies."""
        match (header or "").split():
            case []:
                return cls.ANONYMOUS
            case ["Bearer", "hf_denied"]:
                return cls.WITHOUT_ACCESS
            case ["Bearer", "hf_invalid"]:
                return cls.REFUSED
            case ["Bearer", token] if token.startswith("hf_"):
                return cls.WITH_ACCESS
        return cls.REFUSED

    @property
    def is_signed_in(self) -> bool:
        """Whether the token is valid."""
        return self in {Caller.WITH_ACCESS, Caller.WITHOUT_ACCESS}


class RefusalError(Exception):
    """A request the Hub refuses, with the status, code and sentence it gives."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        *,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        codes = {"X-Error-Code": code} if code else {}
        self.headers = {**codes, "X-Error-Message": message, **(headers or {})}


def require_accepted_token(caller: Caller) -> None:
    """Refuse a bad token, which the Hub does even where no token is needed."""
    if caller is Caller.REFUSED:
        # The one 401 sentence that `hf_raise_for_status` does not take for a missing repository.
        raise RefusalError(HTTPStatus.UNAUTHORIZED, "Invalid credentials in Authorization header")


def existing_repo(snapshot: Snapshot, caller: Caller, name: str) -> Repo:
    """The repository with this name; its metadata is public even if it is gated."""
    if repo := snapshot.find(name):
        return repo
    if caller.is_signed_in:
        raise RefusalError(HTTPStatus.NOT_FOUND, "Repository not found", code="RepoNotFound")
    # Without a token the Hub does not tell an unknown repository from a private one, and sends no error code.
    raise RefusalError(
        HTTPStatus.UNAUTHORIZED,
        "Invalid username or password.",
        headers={"WWW-Authenticate": 'Bearer realm="Authentication required"'},
    )


def readable_repo(snapshot: Snapshot, caller: Caller, name: str) -> Repo:
    """The repository whose files the caller may read; a gate stands before the check of the token."""
    found = snapshot.find(name)
    if found and found.gated:
        _require_access(found, caller)
    require_accepted_token(caller)
    repo = existing_repo(snapshot, caller, name)
    if repo.disabled:
        raise RefusalError(HTTPStatus.FORBIDDEN, "Access to this resource is disabled.")
    return repo


def _require_access(repo: Repo, caller: Caller) -> None:
    restricted = f"Access to model {repo.id} is restricted"
    if caller is Caller.WITHOUT_ACCESS:
        raise RefusalError(
            HTTPStatus.FORBIDDEN,
            f"{restricted} and you are not in the authorized list. "
            f"Visit https://huggingface.co/{repo.id} to ask for access.",
            code="GatedRepo",
        )
    if not caller.is_signed_in:
        raise RefusalError(
            HTTPStatus.UNAUTHORIZED,
            f"{restricted}. You must have access to it and be authenticated to access it. Please log in.",
            code="GatedRepo",
        )
