"""Who may read what on the embedded Hub.

Statuses, error codes and messages are those that huggingface_hub's `hf_raise_for_status` distinguishes
(src/huggingface_hub/utils/_http.py). The token selects the case:

- any token that starts with `hf_` is valid and may read gated repositories,
- `hf_denied` is valid but may not read them,
- `hf_invalid` and every other token are rejected.
"""

from collections.abc import Mapping
from enum import Enum, auto
from http import HTTPStatus

from local.embedded.snapshot import Repo, Snapshot


class Caller(Enum):
    """The caller, as far as the token identifies one."""

    ANONYMOUS = auto()
    INVALID_TOKEN = auto()
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
                return cls.INVALID_TOKEN
            case ["Bearer", token] if token.startswith("hf_"):
                return cls.WITH_ACCESS
        return cls.INVALID_TOKEN

    @property
    def is_signed_in(self) -> bool:
        """Whether the token is valid."""
        return self in {Caller.WITH_ACCESS, Caller.WITHOUT_ACCESS}


class HubError(Exception):
    """An error response of the Hub: status, code and message."""

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


def require_valid_token(caller: Caller) -> None:
    """Reject an invalid token, as the Hub does even where no token is needed."""
    if caller is Caller.INVALID_TOKEN:
        # The one 401 message that `hf_raise_for_status` does not read as a missing repository.
        raise HubError(HTTPStatus.UNAUTHORIZED, "Invalid credentials in Authorization header")


def existing_repo(snapshot: Snapshot, caller: Caller, name: str) -> Repo:
    """The repository with this name; the metadata of a gated one is public too."""
    if repo := snapshot.find(name):
        return repo
    if caller.is_signed_in:
        raise HubError(HTTPStatus.NOT_FOUND, "Repository not found", code="RepoNotFound")
    # Without a token the Hub hides whether a repository is missing or private, and sends no error code.
    raise HubError(
        HTTPStatus.UNAUTHORIZED,
        "Invalid username or password.",
        headers={"WWW-Authenticate": 'Bearer realm="Authentication required"'},
    )


def readable_repo(snapshot: Snapshot, caller: Caller, name: str) -> Repo:
    """The repository whose files the caller may read; the Hub checks the gate before the token."""
    found = snapshot.find(name)
    if found and found.gated:
        _require_access(found, caller)
    require_valid_token(caller)
    return existing_repo(snapshot, caller, name)


def _require_access(repo: Repo, caller: Caller) -> None:
    restricted = f"Access to model {repo.id} is restricted"
    if caller is Caller.WITHOUT_ACCESS:
        raise HubError(
            HTTPStatus.FORBIDDEN,
            f"{restricted} and you are not in the authorized list. "
            f"Visit https://huggingface.co/{repo.id} to ask for access.",
            code="GatedRepo",
        )
    if not caller.is_signed_in:
        raise HubError(
            HTTPStatus.UNAUTHORIZED,
            f"{restricted}. You must have access to it and be authenticated to access it. Please log in.",
            code="GatedRepo",
        )
