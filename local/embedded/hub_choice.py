"""Which Hub the service asks when it runs on a laptop."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import urllib3
from urllib3.exceptions import HTTPError

from local.server.services import hub_process

HUGGING_FACE = "https://huggingface.co"
CHOICES = ("", "live", "snapshot")

_PATIENCE_SECONDS = 2.0
_SMALL_QUESTION = "/api/models/openai-community/gpt2?expand[]=gated"


class UnknownHubError(ValueError):
    """HUB is set to something else than its choices."""


@contextmanager
def chosen_hub(environment: Mapping[str, str], *, port: int = 0) -> Iterator[tuple[str, str]]:
    """The address of the Hub that `HUB` chooses, and what to call it.

    `live` is `HF_ENDPOINT` or huggingface.co, `snapshot` the embedded hub, which is started on `port`;
    unset takes the live one where it answers within two seconds. Raises `UnknownHubError`.
    """
    choice = environment.get("HUB", "").strip().lower()
    if choice not in CHOICES:
        raise UnknownHubError(f"HUB is {choice!r}; it must be live, snapshot or unset.")
    live = (environment.get("HF_ENDPOINT", "").strip() or HUGGING_FACE).rstrip("/")
    if choice == "live" or (not choice and _answers(live)):
        yield live, f"live, {live}"
        return
    with hub_process(port) as url:
        reason = "" if choice else f", because {live} does not answer"
        yield url, f"the bundled snapshot{reason}"


def _answers(endpoint: str) -> bool:
    """Whether the live Hub answers a small question in time, name resolution and TLS included."""
    timeout = urllib3.Timeout(total=_PATIENCE_SECONDS)
    try:
        response = urllib3.request("GET", endpoint + _SMALL_QUESTION, timeout=timeout, retries=False)
    except (HTTPError, ValueError):
        return False
    return response.status == 200  # noqa: PLR2004 - HTTP OK
