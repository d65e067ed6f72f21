"""Who may read what on the embedded Hub, compared with what the real Hub is known to answer."""

import json

import pytest

from local.embedded.hub_access import Caller
from local.embedded.hub_routes import HubRequest, respond
from local.embedded.snapshot import load_snapshot
from local.http_types import HttpResponse

SNAPSHOT = load_snapshot()

PUBLIC, GATED, UNKNOWN = "Qwen/Qwen3-8B", "meta-llama/Llama-3.1-8B-Instruct", "nobody/nothing"
PUBLIC_API, PUBLIC_FILE = f"/api/models/{PUBLIC}", f"/{PUBLIC}/resolve/main/config.json"
GATED_API, GATED_FILE = f"/api/models/{GATED}", f"/{GATED}/resolve/main/config.json"
UNKNOWN_API, UNKNOWN_FILE = f"/api/models/{UNKNOWN}", f"/{UNKNOWN}/resolve/main/config.json"
GATED_UNDER_ITS_FORMER_ID = "/meta-llama/Meta-Llama-3.1-8B-Instruct/resolve/main/config.json"
MISSING_FILE, GATED_MISSING_FILE = (f"/{name}/resolve/main/missing.json" for name in (PUBLIC, GATED))

MEMBER, DENIED, INVALID = "hf_member", "hf_denied", "hf_invalid"

NO_CODE = None
INVALID_TOKEN = "Invalid credentials in Authorization header"
UNAUTHENTICATED = "Invalid username or password."
NOT_FOUND = "Repository not found"
LOG_IN = (
    f"Access to model {GATED} is restricted. "
    "You must have access to it and be authenticated to access it. Please log in."
)
ASK_FOR_ACCESS = (
    f"Access to model {GATED} is restricted and you are not in the authorized list. "
    f"Visit https://huggingface.co/{GATED} to ask for access."
)


def get(path: str, token: str | None = None) -> HttpResponse:
    caller = Caller.from_authorization(f"Bearer {token}" if token else None)
    return respond(SNAPSHOT, HubRequest(path=path, caller=caller))


@pytest.mark.parametrize(
    ("path", "token", "expected"),
    [
        (PUBLIC_API, INVALID, (401, NO_CODE, INVALID_TOKEN)),
        (PUBLIC_API, "secret", (401, NO_CODE, INVALID_TOKEN)),
        (PUBLIC_FILE, INVALID, (401, NO_CODE, INVALID_TOKEN)),
        (UNKNOWN_API, None, (401, NO_CODE, UNAUTHENTICATED)),
        (UNKNOWN_API, MEMBER, (404, "RepoNotFound", NOT_FOUND)),
        (UNKNOWN_API, INVALID, (401, NO_CODE, INVALID_TOKEN)),
        (UNKNOWN_FILE, None, (401, NO_CODE, UNAUTHENTICATED)),
        (UNKNOWN_FILE, DENIED, (404, "RepoNotFound", NOT_FOUND)),
        (GATED_API, INVALID, (401, NO_CODE, INVALID_TOKEN)),
        (GATED_FILE, None, (401, "GatedRepo", LOG_IN)),
        (GATED_FILE, DENIED, (403, "GatedRepo", ASK_FOR_ACCESS)),
        (GATED_FILE, INVALID, (401, "GatedRepo", LOG_IN)),
        (GATED_MISSING_FILE, None, (401, "GatedRepo", LOG_IN)),
        (GATED_UNDER_ITS_FORMER_ID, None, (401, "GatedRepo", LOG_IN)),
        (MISSING_FILE, MEMBER, (404, "EntryNotFound", "Entry not found")),
        ("/api/models?limit=3", INVALID, (401, NO_CODE, INVALID_TOKEN)),
    ],
)
def test_an_error_has_its_status_code_and_message(
    path: str, token: str | None, expected: tuple[int, str | None, str]
) -> None:
    path, _, query = path.partition("?")
    caller = Caller.from_authorization(f"Bearer {token}" if token else None)
    response = respond(SNAPSHOT, HubRequest(path=path, query=query, caller=caller))
    message = json.loads(response.body)["error"] if path.startswith("/api/") else response.body.decode()

    assert expected == (response.status, response.headers.get("X-Error-Code"), message)
    assert response.headers["X-Error-Message"] == message


@pytest.mark.parametrize("token", [None, MEMBER, DENIED])
@pytest.mark.parametrize(("path", "status"), [(PUBLIC_API, 200), (PUBLIC_FILE, 307), (GATED_API, 200)])
def test_public_documents_need_no_token(path: str, status: int, token: str | None) -> None:
    assert get(path, token).status == status


@pytest.mark.parametrize(("token", "status"), [(None, 401), (INVALID, 401), (DENIED, 403), (MEMBER, 200)])
def test_the_target_of_the_redirect_is_gated_too(token: str | None, status: int) -> None:
    target = get(GATED_FILE, MEMBER).headers["Location"].partition("?")[0]

    assert status == get(target, token).status


def test_an_invalid_token_and_none_are_the_same_at_a_gate() -> None:
    assert get(GATED_FILE) == get(GATED_FILE, INVALID)


def test_an_unknown_repository_asks_an_anonymous_caller_to_authenticate() -> None:
    assert get(UNKNOWN_API).headers["WWW-Authenticate"] == 'Bearer realm="Authentication required"'
