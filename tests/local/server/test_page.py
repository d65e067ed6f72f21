"""The built page over real sockets: files, caching, and paths that must not be served."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from support.client import Client
from support.service import serving

from local.runtime.template import TEMPLATE, load_template
from local.server.page import Page
from local.server.server import LocalServer

INDEX, SCRIPT, SECRET = "<!doctype html><title>Page</title>", "export {};", "must not be served"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A page as Vite builds it, next to a file that does not belong to it."""
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
    with serving(LocalServer(_no_such_route, port=0, routes=[Page(folder=folder)])) as server:
        yield Client(server)


def _no_such_route(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """The function's response to every path except its own."""
    body = {"error": f"There is nothing at {event['rawPath']}.", "code": "route_not_found"}
    return {"statusCode": 404, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}


@pytest.mark.parametrize("path", ["/", "/compare"])
def test_each_page_is_the_index_and_is_revalidated_each_time(client: Client, path: str) -> None:
    response, body = client.request("GET", path)

    assert (response.status, body.decode()) == (200, INDEX)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("query", ["", "?model=org/name&sort=-concurrency"])
def test_a_slash_after_a_page_redirects_to_the_page_with_its_query(client: Client, query: str) -> None:
    response, body = client.request("GET", f"/compare/{query}")

    assert (response.status, body) == (301, b"")
    assert response.headers["Location"] == f"/compare{query}"


def test_the_page_may_have_a_query(client: Client) -> None:
    assert client.request("GET", "/?model=gpt2")[1].decode() == INDEX
    assert client.request("GET", "/compare?model=gpt2")[1].decode() == INDEX


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/assets/index-abc123.js", "text/javascript; charset=utf-8"),
        ("/assets/index-abc123.css", "text/css; charset=utf-8"),
    ],
)
def test_a_file_with_a_hash_in_its_name_is_immutable(client: Client, path: str, content_type: str) -> None:
    response, _ = client.request("GET", path)

    assert (response.status, response.headers["Content-Type"]) == (200, content_type)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_file_without_a_hash_is_revalidated(client: Client) -> None:
    response, _ = client.request("GET", "/favicon.svg")

    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/assets/index-abc123.js"])
def test_every_file_has_the_security_headers(client: Client, path: str) -> None:
    headers = client.request("GET", path)[0].headers
    policy = dict(directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; "))

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert policy.pop("default-src") == "'none'"
    assert set(policy.values()) == {"'self'", "'none'"}
    assert {"base-uri", "form-action", "frame-ancestors"} <= policy.keys()


def test_the_policy_is_the_same_as_on_aws(client: Client) -> None:
    resources = load_template(TEMPLATE.parent / "frontend" / "page.yaml")["Resources"]
    headers = resources["PageHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    policy = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]

    assert client.request("GET", "/")[0].headers["Content-Security-Policy"] == policy


def test_the_same_paths_are_pages_on_aws(client: Client) -> None:
    resources = load_template(TEMPLATE.parent / "frontend" / "page.yaml")["Resources"]
    code = resources["PagePaths"]["Properties"]["FunctionCode"]
    paths = re.findall(r'=== "(/[a-z]+)"', code)

    assert paths
    assert [client.request("GET", path)[1].decode() for path in paths] == [INDEX] * len(paths)


def test_other_origins_cannot_read_the_page(client: Client) -> None:
    headers = client.request("GET", "/", {"Origin": "https://elsewhere.example"})[0].headers

    assert "Access-Control-Allow-Origin" not in headers


def test_a_file_with_a_matching_etag_is_not_sent_again(client: Client, folder: Path) -> None:
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
def test_files_outside_the_folder_are_not_served(client: Client, folder: Path, target: str) -> None:
    target = target.format(folder=folder)
    answer = client.raw(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")

    assert head.split()[1] == b"404"
    assert json.loads(body)["code"] == "route_not_found"
    assert SECRET.encode() not in answer


@pytest.mark.parametrize("path", ["/assets/index-gone.js", "/assets", "/assets/", "/settings"])
def test_other_paths_are_left_to_the_function(client: Client, path: str) -> None:
    response, body = client.request("GET", path)

    assert (response.status, json.loads(body)["code"]) == (404, "route_not_found")


def test_other_methods_are_left_to_the_function(client: Client) -> None:
    response, body = client.request("POST", "/")

    assert (response.status, json.loads(body)["code"]) == (404, "route_not_found")


def test_without_a_built_page_the_root_says_how_to_build_it(tmp_path: Path) -> None:
    with serving(LocalServer(_no_such_route, port=0, routes=[Page(folder=tmp_path / "dist")])) as server:
        response, body = Client(server).request("GET", "/")

    assert (response.status, response.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert "`make start` builds it" in body.decode()


def test_a_file_that_is_built_later_is_served(client: Client, folder: Path) -> None:
    before, _ = client.request("GET", "/assets/index-def456.js")
    (folder / "assets" / "index-def456.js").write_text(SCRIPT)
    after, body = client.request("GET", "/assets/index-def456.js")

    assert (before.status, after.status, body.decode()) == (404, 200, SCRIPT)


def test_the_page_does_not_wait_for_the_function(folder: Path) -> None:
    working, done = Event(), Event()

    def busy(event: dict[str, Any], context: Any) -> dict[str, Any]:
        working.set()
        done.wait(timeout=30)
        return _no_such_route(event, context)

    with serving(LocalServer(busy, port=0, routes=[Page(folder=folder)])) as server:
        client = Client(server)
        request = Thread(target=client.request, args=("GET", "/api/v1/recommend"), daemon=True)
        request.start()
        assert working.wait(timeout=30)
        status = client.request("GET", "/")[0].status
        was_busy = not done.is_set()
        done.set()
        request.join()

    assert (status, was_busy) == (200, True)
