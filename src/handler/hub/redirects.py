"""Where the Hub may send us on to, and where not.

The Hub redirects a renamed repository and every small file within itself, and a mirror that `HF_ENDPOINT`
names redirects what it does not hold to huggingface.co. Nothing that is read here lies anywhere else, so no
other address is ever asked: not another host, not a private address, not http after https.
"""

import re
from http import HTTPStatus
from urllib.parse import SplitResult, urljoin, urlsplit

from handler.errors import HubBadResponse

LONGEST_CHAIN = 5

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

# No blank, no control character, and no backslash, which some take for a slash.
_LOCATION = re.compile(r"[\x21-\x5b\x5d-\x7e]+")


def is_redirect(status: int) -> bool:
    """Whether an answer with `status` names another address to ask."""
    return status in _REDIRECTS


def redirected(url: str, location: str, endpoint: str) -> str:
    """The address that `location`, in an answer from `url`, names.

    Raises `HubBadResponse` where it lies neither on `endpoint` nor on huggingface.co.
    """
    try:
        target = _joined(url, location)
        origin = next(each for each in (endpoint, _HUGGING_FACE) if is_within(target.geturl(), each))
    except (StopIteration, ValueError) as error:
        raise HubBadResponse(
            "The Hugging Face Hub redirects to an address that is not its own; try again later."
        ) from error
    # Put together anew, so that the host is not read once more by another parser.
    return _origin_text(origin) + (target.path or "/") + (f"?{target.query}" if target.query else "")


def _joined(url: str, location: str) -> SplitResult:
    if not _LOCATION.fullmatch(location):
        raise ValueError("this is no address")
    return urlsplit(urljoin(url, location))


def is_within(url: str, origin: str) -> bool:
    """Whether scheme, host and port of the two are the same; raises `ValueError` where one is no address."""
    return _origin(urlsplit(url)) == _origin(urlsplit(origin))


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    if "@" in parts.netloc:
        raise ValueError("a user name has no place in an address of the Hub")
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _origin_text(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
