"""The Hub's statuses, codes and messages as errors of this service.

The order of the cases follows huggingface_hub's `hf_raise_for_status`, src/huggingface_hub/utils/_http.py.
The status alone is ambiguous: without a token, an unknown repository and a gated one are both a 401.
"""

from http import HTTPStatus

from handler.errors import (
    HubBadResponse,
    HubRateLimited,
    HubUnreachable,
    ModelGated,
    ModelNotFound,
    RequestError,
    TokenRejected,
)
from handler.hub.response import HubResponse
from handler.token import HubToken
from recommender.model.config_reader import printable

_DISABLED = "Access to this resource is disabled."
_QUOTED_CHARACTERS = 300
_FIRST_SERVER_ERROR = 500
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS})


def response_error(response: HubResponse, model_id: str, token: HubToken | None) -> RequestError:
    """The error that `response`, whose status is not 200, stands for; status and attempts are for the log."""
    error = _error(response, model_id, token)
    error.details.update(status=response.status, attempts=response.attempts)
    return error


def too_slow() -> HubUnreachable:
    """The deadline passed before the Hub answered."""
    return HubUnreachable(
        "The Hugging Face Hub took too long to answer; try again in a minute.", cause="deadline"
    )


def _error(response: HubResponse, model_id: str, token: HubToken | None) -> RequestError:  # noqa: PLR0911 - a table
    code, message = response.headers.get("x-error-code", ""), _message(response, token)
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        remedy = "" if token else "A Hugging Face token (header X-HF-Token) has a limit of its own."
        return HubRateLimited(retry_after_seconds=response.retry_after_seconds, remedy=remedy)
    if response.status >= _FIRST_SERVER_ERROR or response.status == HTTPStatus.REQUEST_TIMEOUT:
        return HubUnreachable(
            f"The Hugging Face Hub answered with status {response.status}; try again in a minute."
        )
    if message == _DISABLED:
        return disabled(model_id)
    if response.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        if token is not None:
            return _token_rejected(response, model_id, message)
        return _gated(model_id) if code == "GatedRepo" else _not_found(model_id, token)
    if response.status in _GONE:
        return _not_found(model_id, token)
    return HubBadResponse(f"The Hugging Face Hub answered with the unexpected status {response.status}.")


def disabled(model_id: str) -> ModelNotFound:
    """The repository exists, but the Hub has disabled it."""
    return ModelNotFound(f"The Hugging Face Hub has disabled the repository {model_id}.")


def is_refusal(error: RequestError) -> bool:
    """Whether the Hub refused access, instead of failing: no stale copy stands in for what it refuses."""
    return isinstance(error, ModelGated | ModelNotFound | TokenRejected)


def _token_rejected(response: HubResponse, model_id: str, message: str) -> TokenRejected:
    if response.status == HTTPStatus.UNAUTHORIZED:
        return TokenRejected(
            "The Hugging Face Hub does not accept this token. Omit it for a public model, or renew it at"
            " https://huggingface.co/settings/tokens."
        )
    quoted = f" The Hub's message: {message}" if message else ""
    return TokenRejected(f"The owner of this token does not have access to {model_id}.{quoted}")


def _gated(model_id: str) -> ModelGated:
    return ModelGated(
        f"{model_id} is gated. Accept its terms at https://huggingface.co/{model_id}, create a token with"
        " read access at https://huggingface.co/settings/tokens, and enter it as your Hugging Face token"
        " (header X-HF-Token)."
    )


def _not_found(model_id: str, token: HubToken | None) -> ModelNotFound:
    if token is not None:
        return ModelNotFound(
            f"The Hugging Face Hub has no model {model_id} that this token can read. Check the spelling; a"
            " private repository needs a token with access to it."
        )
    return ModelNotFound(
        f"The Hugging Face Hub has no public model {model_id}. Check the spelling; if the repository is"
        " private, enter a Hugging Face token with access to it (header X-HF-Token)."
    )


def _message(response: HubResponse, token: HubToken | None) -> str:
    """The Hub's own message, without the token, short and printable."""
    words = " ".join(response.headers.get("x-error-message", "").split())
    return printable(token.redact(words) if token else words, longest=_QUOTED_CHARACTERS)
