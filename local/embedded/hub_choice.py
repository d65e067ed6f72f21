"""Which Hub the service uses on a laptop: the live one or the embedded one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import urllib3
from urllib3.exceptions import HTTPError

from local.embedded.services import hub_process

HUGGING_FACE = "https://huggingface.co"
CHOICES = ("", "live", "snapshot")

_PROBE_SECONDS = 2.0
_PROBE_PATH = "/api/models/openai-community/gpt2?expand[]=gated"


class UnknownHubError(ValueError):
    """HUB has a value that is not one of its choices."""


@contextmanager
def chosen_hub(environment: Mapping[str, str], *, port: int = 0) -> Iterator[tuple[str, str]]:
    """The URL of the Hub that `HUB` selects, and its description.

    `live` is `HF_ENDPOINT` or huggingface.co, `snapshot` is the embedded Hub, started on `port`. If `HUB`
    is not set, the live Hub is used if it answers within two seconds. Raises `UnknownHubError`.
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
        yield url, f"the bundled snapshot at {url}{reason}"


def _answers(endpoint: str) -> bool:
    """Whether the Hub answers a small request in time, including name resolution and TLS."""
    timeout = urllib3.Timeout(total=_PROBE_SECONDS)
    try:
        response = urllib3.request("GET", endpoint + _PROBE_PATH, timeout=timeout, retries=False)
    except (HTTPError, ValueError):
        return False
    return response.status == 200  # noqa: PLR2004 - HTTP OK
