"""The built page over real sockets: what is sent, how it may be kept, and what no path leads to."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from support.client import Client
from support.service import serving

from local.runtime.template import TEMPLATE, load_template
from local.server.page import Page
from local.server.server import Front

INDEX, SCRIPT, SECRET = "<!doctype html><title>Page</title>", "export {};", "nobody may read this"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A page as Vite builds it, beside a file that is none of its own."""
    (tmp_path / "secret.txt").write_text(SECRET)
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets.parent / "index.html").write_text(INDEX)
    (assets.parent / "favicon.svg").write_text("<svg/>")
    (assets / "index-abc123.js").write_text(SCRIPT)
    (assets / "index-abc123.css").write_text("body {}")
    return assets.parent


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    with serving(Front(_no_such_route, port=0, rooms=[Page(folder=folder)])) as front:
        yield Client(front)


def _no_such_route(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Stands in for the function, which says this of every path but its own."""
    body = {"error": f"There is nothing at {event['rawPath']}.", "code": "route_not_found"}
    return {"statusCode": 404, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}


def test_the_root_is_the_page_and_is_asked_for_each_time(client: Client) -> None:
    response, body = client.request("GET", "/")

    assert (response.status, body.decode()) == (200, INDEX)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"


def test_a_query_leads_to_the_page_too(client: Client) -> None:
    assert client.request("GET", "/?model=gpt2")[1].decode() == INDEX


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/assets/index-abc123.js", "text/javascript; charset=utf-8"),
        ("/assets/index-abc123.css", "text/css; charset=utf-8"),
    ],
)
def test_a_file_with_a_hash_in_its_name_is_kept_for_ever(
    client: Client, path: str, content_type: str
) -> None:
    response, _ = client.request("GET", path)

    assert (response.status, response.headers["Content-Type"]) == (200, content_type)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_file_without_one_is_not(client: Client) -> None:
    response, _ = client.request("GET", "/favicon.svg")

    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/assets/index-abc123.js"])
def test_every_file_says_what_it_may_do(client: Client, path: str) -> None:
    headers = client.request("GET", path)[0].headers
    policy = dict(directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; "))

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert policy.pop("default-src") == "'none'"
    assert set(policy.values()) == {"'self'", "'none'"}
    assert {"base-uri", "form-action", "frame-ancestors"} <= policy.keys()


def test_the_policy_is_the_one_that_the_page_has_on_aws(client: Client) -> None:
    resources = load_template(TEMPLATE.parent / "frontend" / "page.yaml")["Resources"]
    headers = resources["PageHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    policy = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]

    assert client.request("GET", "/")[0].headers["Content-Security-Policy"] == policy


def test_no_other_origin_reads_the_page(client: Client) -> None:
    headers = client.request("GET", "/", {"Origin": "https://elsewhere.example"})[0].headers

    assert "Access-Control-Allow-Origin" not in headers


def test_a_known_file_is_not_sent_again(client: Client, folder: Path) -> None:
    etag = client.request("GET", "/")[0].headers["ETag"]
    known, nothing = client.request("GET", "/", {"If-None-Match": etag})
    (folder / "index.html").write_text(INDEX + "<p>changed")
    changed, body = client.request("GET", "/", {"If-None-Match": etag})

    assert (known.status, nothing, known.headers["ETag"]) == (304, b"", etag)
    assert (changed.status, body.decode()) == (200, INDEX + "<p>changed")


@pytest.mark.parametrize("path", ["/", "/assets/index-abc123.js", "/nothing"])
def test_head_has_the_headers_of_get_and_no_body(client: Client, path: str) -> None:
    (head, nothing), (get, body) = client.request("HEAD", path), client.request("GET", path)

    assert (head.status, nothing) == (get.status, b"")
    assert head.headers["Content-Length"] == str(len(body))
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/%252e%252e%252fsecret.txt",
        "/..\\secret.txt",
        "/..%5csecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/./../secret.txt",
        "//secret.txt",
        "/%00../secret.txt",
        "/assets/index-abc123.js%00.html",
        "{folder}/../secret.txt",
        "file://{folder}/../secret.txt",
    ],
)
def test_no_path_leads_out_of_the_folder(client: Client, folder: Path, target: str) -> None:
    target = target.format(folder=folder)
    answer = client.raw(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")

    assert head.split()[1] == b"404"
    assert json.loads(body)["code"] == "route_not_found"
    assert SECRET.encode() not in answer


@pytest.mark.parametrize("path", ["/assets/index-gone.js", "/assets", "/assets/", "/settings"])
def test_what_is_no_file_is_left_to_the_service(client: Client, path: str) -> None:
    response, body = client.request("GET", path)

    assert (response.status, json.loads(body)["code"]) == (404, "route_not_found")


def test_a_method_other_than_get_is_left_to_the_service(client: Client) -> None:
    response, body = client.request("POST", "/")

    assert (response.status, json.loads(body)["code"]) == (404, "route_not_found")


def test_a_page_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    with serving(Front(_no_such_route, port=0, rooms=[Page(folder=tmp_path / "dist")])) as front:
        response, body = Client(front).request("GET", "/")

    assert (response.status, response.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert "`make start` builds it" in body.decode()


def test_a_page_that_is_built_meanwhile_is_served_from_then_on(client: Client, folder: Path) -> None:
    before, _ = client.request("GET", "/assets/index-def456.js")
    (folder / "assets" / "index-def456.js").write_text(SCRIPT)
    after, body = client.request("GET", "/assets/index-def456.js")

    assert (before.status, after.status, body.decode()) == (404, 200, SCRIPT)


def test_the_page_does_not_wait_for_a_function_at_work(folder: Path) -> None:
    working, done = Event(), Event()

    def busy(event: dict[str, Any], context: Any) -> dict[str, Any]:
        working.set()
        done.wait(timeout=30)
        return _no_such_route(event, context)

    with serving(Front(busy, port=0, rooms=[Page(folder=folder)])) as front:
        client = Client(front)
        asking = Thread(target=client.request, args=("GET", "/api/v1/recommend"), daemon=True)
        asking.start()
        assert working.wait(timeout=30)
        status = client.request("GET", "/")[0].status
        was_busy = not done.is_set()
        done.set()
        asking.join()

    assert (status, was_busy) == (200, True)
