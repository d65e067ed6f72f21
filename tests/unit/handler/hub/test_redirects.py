"""Which redirects of the Hub are followed."""

import pytest

from handler.errors import HubBadResponse
from handler.hub.redirects import is_redirect, is_within, redirected

MIRROR = "https://mirror.example:8443"
URL = f"{MIRROR}/org/name/resolve/main/config.json"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/api/resolve-cache/models/x?etag=1", f"{MIRROR}/api/resolve-cache/models/x?etag=1"),
        ("other.json", f"{MIRROR}/org/name/resolve/main/other.json"),
        (f"{MIRROR}/moved", f"{MIRROR}/moved"),
        ("HTTPS://MIRROR.EXAMPLE:8443/moved", f"{MIRROR}/moved"),
        ("https://huggingface.co/org/name", "https://huggingface.co/org/name"),
        ("https://huggingface.co:443/org/name", "https://huggingface.co/org/name"),
        ("https://huggingface.co", "https://huggingface.co/"),
        ("/moved#part", f"{MIRROR}/moved"),
    ],
)
def test_redirects_within_the_endpoint_and_to_hugging_face_are_followed(location: str, target: str) -> None:
    assert redirected(URL, location, MIRROR) == target


@pytest.mark.parametrize(
    "location",
    [
        "",
        "//evil.example/x",
        "https://evil.example/x",
        "https://mirror.example/x",
        "https://mirror.example:8444/x",
        "http://mirror.example:8443/x",
        "http://huggingface.co/x",
        "https://huggingface.co.evil.example/x",
        "https://huggingface.co@evil.example/x",
        "https://user:secret@huggingface.co/x",
        "https://evil.example\\@huggingface.co/x",
        "https:\\\\evil.example",
        "/\\evil.example",
        "https://huggingface.co\r\nX: y",
        "https://hugging\u0261ace.co/x",
        "https://huggingface.co:99999/x",
        "https://[::1",
        "http://127.0.0.1/x",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "javascript:alert(1)",
    ],
)
def test_redirects_elsewhere_are_refused(location: str) -> None:
    with pytest.raises(HubBadResponse):
        redirected(URL, location, MIRROR)


def test_a_path_that_looks_like_a_host_stays_a_path() -> None:
    target = redirected(URL, "https://huggingface.co//evil.example/x", MIRROR)

    assert is_within(target, "https://huggingface.co")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{MIRROR}/x", True),
        ("https://mirror.example:8443", True),
        ("https://mirror.example/x", False),
        ("http://mirror.example:8443/x", False),
        ("https://huggingface.co/x", False),
    ],
)
def test_an_address_is_within_an_origin_of_the_same_scheme_host_and_port(url: str, expected: bool) -> None:  # noqa: FBT001
    assert is_within(url, MIRROR) is expected


@pytest.mark.parametrize(
    ("status", "expected"), [(301, True), (307, True), (308, True), (304, False), (200, False)]
)
def test_statuses_that_name_another_address_are_redirects(status: int, expected: bool) -> None:  # noqa: FBT001
    assert is_redirect(status) is expected
