"""Why the Hub refused: its statuses, codes and sentences as errors of ours.

The order of the cases follows huggingface_hub's `hf_raise_for_status`, src/huggingface_hub/utils/_http.py.
The status alone does not tell: an unknown repository without a token is a 401, and so is a gated one.
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
from handler.hub.response import Reply
from handler.token import HubToken

_DISABLED = "Access to this resource is disabled."
_QUOTED_CHARACTERS = 300
_FIRST_SERVER_ERROR = 500
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS})


def refusal(reply: Reply, model_id: str, token: HubToken | None) -> RequestError:  # noqa: PLR0911 - a table
    """The error that `reply`, which is not a 200, stands for."""
    code, message = reply.headers.get("x-error-code", ""), _sentence(reply, token)
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        remedy = "" if token else " A Hugging Face token in X-HF-Token has an allowance of its own."
        return HubRateLimited(retry_after_seconds=reply.retry_after_seconds, remedy=remedy)
    if reply.status >= _FIRST_SERVER_ERROR or reply.status == HTTPStatus.REQUEST_TIMEOUT:
        return HubUnreachable(
            f"The Hugging Face Hub answers with the status {reply.status}; try again in a minute."
        )
    if message == _DISABLED:
        return disabled(model_id)
    if reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        if token is not None:
            return _token_rejected(reply, model_id, message)
        return _gated(model_id) if code == "GatedRepo" else _not_found(model_id, token)
    if reply.status in _GONE:
        return _not_found(model_id, token)
    return HubBadResponse(f"The Hugging Face Hub answers with the unexpected status {reply.status}.")


def too_slow() -> HubUnreachable:
    """The deadline came before the answer."""
    return HubUnreachable("The Hugging Face Hub took too long to answer; try again in a minute.")


def disabled(model_id: str) -> ModelNotFound:
    """The repository exists, but the Hub has taken it out of use."""
    return ModelNotFound(f"The Hugging Face Hub has disabled the repository {model_id}.")


def is_definite(error: RequestError) -> bool:
    """Whether the Hub has refused, as against failed: what it has refused is not to be shown from memory."""
    return isinstance(error, ModelGated | ModelNotFound | TokenRejected)


def _token_rejected(reply: Reply, model_id: str, message: str) -> TokenRejected:
    if reply.status == HTTPStatus.UNAUTHORIZED:
        return TokenRejected(
            "The Hugging Face Hub does not know this token. Leave it out for a public model, or renew it at"
            " https://huggingface.co/settings/tokens."
        )
    said = f" The Hub says: {message}" if message else ""
    return TokenRejected(f"This token's owner may not read {model_id}.{said}")


def _gated(model_id: str) -> ModelGated:
    return ModelGated(
        f"{model_id} is gated. Accept its terms at https://huggingface.co/{model_id}, create a token at"
        " https://huggingface.co/settings/tokens that may read it, and pass it in the X-HF-Token header."
    )


def _not_found(model_id: str, token: HubToken | None) -> ModelNotFound:
    if token is not None:
        return ModelNotFound(
            f"The Hugging Face Hub shows this token's owner no model named {model_id}. Check the spelling; a"
            " private repository needs a token that may read it."
        )
    return ModelNotFound(
        f"The Hugging Face Hub shows no model named {model_id}. Check the spelling; if the repository is"
        " private, pass a token in the X-HF-Token header."
    )


def _sentence(reply: Reply, token: HubToken | None) -> str:
    """The Hub's own words, made fit to be repeated."""
    words = " ".join(reply.headers.get("x-error-message", "").split())
    return (token.redact(words) if token else words)[:_QUOTED_CHARACTERS]
