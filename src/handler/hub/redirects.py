"""Which redirects of the Hub are followed.

The Hub redirects renamed repositories and all small files to addresses of its own, and a mirror that
`HF_ENDPOINT` names redirects what it does not hold to huggingface.co. No other address is ever requested: no
other host, no private address, no http after https.
"""

import re
from http import HTTPStatus
from urllib.parse import SplitResult, urljoin, urlsplit

from handler.errors import HubBadResponse

MAX_REDIRECTS = 5

_HUGGING_FACE = "https://huggingface.co"
_REDIRECTS = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)
_DEFAULT_PORTS = {"http": 80, "https": 443}

# No spaces, no control characters, and no backslash, which some parsers take for a slash.
_LOCATION = re.compile(r"[\x21-\x5b\x5d-\x7e]+")


def is_redirect(status: int) -> bool:
    """Whether a response with `status` names another address."""
    return status in _REDIRECTS


def redirected(url: str, location: str, endpoint: str) -> str:
    """The address that `location`, in a response from `url`, names.

    Raises `HubBadResponse` where it is neither on `endpoint` nor on huggingface.co.
    """
    try:
        target = _joined(url, location)
        origin = next(each for each in (endpoint, _HUGGING_FACE) if is_within(target.geturl(), each))
    except (StopIteration, ValueError) as error:
        raise HubBadResponse("The Hugging Face Hub redirects to another host; try again later.") from error
    # Built from the trusted origin, so that no other parser can read another host from it.
    return _origin_text(origin) + (target.path or "/") + (f"?{target.query}" if target.query else "")


def _joined(url: str, location: str) -> SplitResult:
    if not _LOCATION.fullmatch(location):
        raise ValueError("not an address")
    return urlsplit(urljoin(url, location))


def is_within(url: str, origin: str) -> bool:
    """Whether both have the same scheme, host and port; raises `ValueError` where one is not an address."""
    return _origin(urlsplit(url)) == _origin(urlsplit(origin))


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    if "@" in parts.netloc:
        raise ValueError("an address of the Hub has no user name")
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _origin_text(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
