"""Malformed requests over a real connection: each is answered, and none reaches the Hub."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from callers.wire import Answered, get, send
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.service import service_of

from handler.errors import RequestError
from local.embedded.hub import EmbeddedHub, load_snapshot

_ROUTE = "/api/v1/recommend"
_GOOD = f"{_ROUTE}?model=mistralai%2FMistral-7B-Instruct-v0.3&instance_type=g5.xlarge"
_STATUSES = {error.code: error.status for error in RequestError.__subclasses__()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    port: int
    hub: EmbeddedHub


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with EmbeddedHub(load_snapshot()) as hub, service_of(hub.url) as front:
        yield Service(port=front.server_port, hub=hub)


def assert_refused(answer: Answered, status: int, code: str) -> None:
    assert (answer.status, answer.document["code"]) == (status, code)
    assert answer.document.keys() == {"error", "code"}
    assert_readable_across_origins(answer)
    assert answer.headers["cache-control"] in {"no-store", "private, no-store"}


def assert_readable_across_origins(answer: Answered) -> None:
    """A page of another origin may read the answer."""
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "raw",
    [
        "..",
        "org/..",
        "../api/whoami-v2",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "%252e%252e%252f",
        "..%5C..%5Cetc",
        "org//name",
        "%2F%2Fevil.test%2Fname",
        "https:%2F%2Fevil.test%2Fname",
        "org/name/../../other",
        "org/name/resolve/main/config.json",
        "org/name?x=1",
        "org/name%3Fexpand[]=sha",
        "org/name%23fragment",
        "user:password@evil.test/name",
        "evil.test:80/name",
        "org%5Cname",
        "org%EF%BC%8Fname",
        "org%E2%88%95name",
        "%EF%BC%8E%EF%BC%8E/name",
        "%D0%BErg/name",
        "org/na%E2%80%AEme",
        "org/name%00",
        "org/name%0d%0aHost:%20evil.test",
        "org/name%0aX-Evil:%201",
        "org/name.",
        "org/name..",
        "org/name.git",
        "org/na+me",
        "org/na%20me",
        "org/na%2Bme",
        "%ff",
        "%c0%ae%c0%ae/name",
        "%ed%a0%80/name",
        "%",
        "%zz",
        "datasets/squad",
        "api",
        pytest.param("a" * 10_240, id="10 kB"),
        pytest.param("a/" * 5000, id="5000 folders"),
        pytest.param("%2e" * 3000, id="3000 dots"),
    ],
)
def test_malformed_model_ids_are_refused_without_a_request_to_the_hub(service: Service, raw: str) -> None:
    requests = len(service.hub.requests)
    answer = get(service.port, f"{_ROUTE}?instance_type=g5.xlarge&model={raw}")

    assert_refused(answer, 400, "invalid_request")
    assert len(service.hub.requests) == requests
    assert len(answer.body) < 500


@pytest.mark.parametrize(
    "query",
    [
        "",
        "model&instance_type",
        "model=&instance_type=",
        "model=org/name&model=org/name&instance_type=g5.xlarge",
        "model=org/name&instance_type=g5.xlarge&instance_type=g5.xlarge",
        "model=org/name&instance_type=g5.xlarge&tp=1&tp=2",
        "model=org/name&instance_type=g5.xlarge&quantization=fp8&quantization=fp8",
        "model=org/name&instance_type=g5.xlarge&vllm_version=0.19&vllm_version=0.20",
        "model[]=org/name&instance_type=g5.xlarge",
        "MODEL=org/name&instance_type=g5.xlarge",
        "model=org/name;instance_type=g5.xlarge",
        "model=org/name#&instance_type=g5.xlarge",
        "model%3Dorg/name&instance_type=g5.xlarge",
        "&&&=&=x&" * 500,
    ],
)
def test_parameters_that_are_empty_repeated_or_misnamed_are_refused(service: Service, query: str) -> None:
    requests = len(service.hub.requests)

    assert_refused(get(service.port, f"{_ROUTE}?{query}"), 400, "invalid_request")
    assert len(service.hub.requests) == requests


@pytest.mark.parametrize("query", ["tp=", "tp=&tp=", "unknown=1&unknown=2", "%00=%00", "%ff=%ff", "=", "&"])
def test_parameters_without_meaning_are_ignored(service: Service, query: str) -> None:
    answer = get(service.port, f"{_GOOD}&{query}")

    assert answer.status == (400 if query == "tp=&tp=" else 200)  # joined by a comma, which is not a number
    assert_readable_across_origins(answer)


@pytest.mark.parametrize(
    "header",
    [
        b"X-HF-Token: hf_a b",
        b"X-HF-Token: hf_\x00",
        b"X-HF-Token: hf_\x7f",
        b"X-HF-Token: hf_\xff\xfe",
        b"X-HF-Token: hf_\xc3\xa4",
        b"X-HF-Token: hf_a\r\n Authorization: Bearer hf_b",
        b"X-HF-Token: hf_a\r\n\tX-Evil: 1",
        b"X-HF-Token: hf_%0d%0aX-Evil: 1",
        pytest.param(b"X-HF-Token: hf_" + b"a" * 1100, id="1100 characters"),
        pytest.param(b"X-HF-Token: hf_" + b"a" * 70_000, id="70 kB"),
    ],
)
def test_invalid_tokens_are_refused_and_not_repeated_or_forwarded(service: Service, header: bytes) -> None:
    requests = len(service.hub.requests)
    answer = get(service.port, _GOOD, header)

    assert_refused(answer, 400, "invalid_request")
    assert len(service.hub.requests) == requests
    assert b"hf_a" not in answer.body
    assert "x-evil" not in answer.headers


def test_the_token_header_may_be_written_in_any_case(service: Service) -> None:
    gated = f"{_ROUTE}?model=meta-llama/Llama-3.1-8B-Instruct&instance_type=g5.xlarge"
    answers = [
        get(service.port, gated, f"{name}: hf_someone") for name in ("X-HF-TOKEN", "x-hf-token", "x-Hf-tOkEn")
    ]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert {answer.headers["cache-control"] for answer in answers} == {"private, no-store"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(service: Service, method: str) -> None:
    answer = get(service.port, _GOOD, method=method)

    assert_refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


def test_a_head_is_refused_without_a_body(service: Service) -> None:
    answer = get(service.port, _GOOD, method="HEAD")

    assert (answer.status, answer.body, answer.headers["allow"]) == (405, b"", "GET")
    assert_readable_across_origins(answer)
    assert int(answer.headers["content-length"]) > 0


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "BREW", "get", "G" * 300])
def test_unknown_methods_are_refused(service: Service, method: str) -> None:
    assert_refused(get(service.port, _GOOD, method=method), 405, "method_not_allowed")


def test_a_preflight_is_answered_without_the_function(service: Service) -> None:
    requests = len(service.hub.requests)
    overrides = (
        "Origin: https://page.example",
        "Access-Control-Request-Method: GET",
        "Access-Control-Request-Headers: x-hf-token",
    )
    answer = get(service.port, _GOOD, *overrides, method="OPTIONS")

    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-hf-token" in answer.headers["access-control-allow-headers"]
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert len(service.hub.requests) == requests


@pytest.mark.parametrize(
    "path",
    ["/", "//api/v1/recommend/", "/api/v1/recommend/", "/api/v1/../v1/recommend", "/api/v1/%72ecommend", "*"],
)
def test_other_paths_are_refused(service: Service, path: str) -> None:
    assert_refused(get(service.port, path), 404, "route_not_found")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET " + b"/" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET http://[evil/ HTTP/1.1\r\n\r\n",
        b"\xff\xff\xff / HTTP/1.1 \r\n\r\n",
    ],
    ids=range(6),
)
def test_malformed_requests_are_refused_in_the_same_shape(service: Service, request_bytes: bytes) -> None:
    answer = send(service.port, request_bytes)

    assert answer.document["code"] in {"invalid_request", "method_not_allowed"}
    assert_refused(answer, _STATUSES[answer.document["code"]], answer.document["code"])


_parts = st.sampled_from(
    [
        "model=",
        "instance_type=",
        "tp=",
        "overhead_gib=",
        "&",
        "=",
        "%",
        "%00",
        "%ff",
        "+",
        ",",
        "#",
        "?",
        "gpt2",
        "g5.xlarge",
    ]
)
_queries = st.lists(_parts | st.text(max_size=6).map(quote), max_size=12).map("".join)


def test_every_query_gets_a_documented_answer(service: Service) -> None:
    @given(query=_queries)
    @settings(
        max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
    )
    def try_one(query: str) -> None:
        answer = get(service.port, f"{_ROUTE}?{query}")
        if answer.status == 200:
            assert_readable_across_origins(answer)
            assert answer.headers["cache-control"] == "public, max-age=300"
        else:
            assert_refused(answer, _STATUSES[answer.document["code"]], answer.document["code"])

    try_one()
