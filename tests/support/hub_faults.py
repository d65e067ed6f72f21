"""Faults of the Hub, each with the error code of the answer, and its refusals."""

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import responses

from support import misbehaviour
from support.hub import moved
from support.loopback import Misbehave, Say

UNREACHABLE, LIMITED, BAD = "hub_unreachable", "hub_rate_limited", "hub_bad_response"

_BOMB = gzip.compress(b"[" * (64 * 1024**2))


def in_half_a_minute() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)


FAULTS: dict[str, tuple[Say | Misbehave, str]] = {
    "accepts and sends nothing": (misbehaviour.silence, UNREACHABLE),
    "accepts and hangs up": (misbehaviour.hang_up, UNREACHABLE),
    "sends the head a byte at a time": (misbehaviour.drip_head, UNREACHABLE),
    "sends the body a byte at a time": (misbehaviour.drip_body, UNREACHABLE),
    "sends the length of a chunk a byte at a time": (misbehaviour.drip_chunk, UNREACHABLE),
    "stops half-way": (misbehaviour.stop_half_way, UNREACHABLE),
    "resets half-way": (misbehaviour.reset_half_way, BAD),
    "is not HTTP": (misbehaviour.no_http, UNREACHABLE),
    "sends a thousand headers": (misbehaviour.thousand_headers, UNREACHABLE),
    **{f"{status} {responses[status]}": (Say(status=status), UNREACHABLE) for status in (500, 502, 503, 504)},
    "429": (Say(status=429), LIMITED),
    "429 for seconds": (Say(status=429, headers={"Retry-After": "30"}), LIMITED),
    "429 for hours": (Say(status=429, headers={"Retry-After": "7200"}), LIMITED),
    "429 until a date": (Say(status=429, headers={"Retry-After": in_half_a_minute()}), LIMITED),
    "429 for an unknown time": (Say(status=429, headers={"Retry-After": "soon"}), LIMITED),
    "redirects in a loop": (moved("/loop"), BAD),
    "redirects to another host": (moved("https://example.invalid/x"), BAD),
    "redirects to another port": (moved("http://127.0.0.1:9/x"), BAD),
    "redirects to a private address": (moved("http://10.0.0.1/x"), BAD),
    "redirects to EC2's metadata": (moved("http://169.254.169.254/latest/meta-data"), BAD),
    "redirects to the loopback of IPv6": (moved("http://[::1]/x"), BAD),
    "redirects to localhost": (moved("http://localhost/x"), BAD),
    "redirects to a file": (moved("file:///etc/passwd"), BAD),
    "redirects with a user name": (moved("https://huggingface.co@example.invalid/x"), BAD),
    "redirects with a backslash": (moved("https://example.invalid\\@huggingface.co/x"), BAD),
    "redirects to nowhere": (Say(status=307), BAD),
    "HTML": (Say(headers={"Content-Type": "text/html"}, body=b"<html>Sign in</html>"), BAD),
    "truncated JSON": (Say(body=b'{"id": "org/na'), BAD),
    "a list": (Say(body=b"[]"), BAD),
    "a string": (Say(body=b'"model"'), BAD),
    "null": (Say(body=b"null"), BAD),
    "nothing": (Say(), BAD),
    "204": (Say(status=204), BAD),
    "304 without a condition": (Say(status=304), BAD),
    "418": (Say(status=418), BAD),
    "500 MB": (misbehaviour.half_a_gigabyte, BAD),
    "no end": (misbehaviour.endless, BAD),
    "a gzip bomb": (Say(headers={"Content-Encoding": "gzip"}, body=_BOMB), BAD),
    "broken gzip": (Say(headers={"Content-Encoding": "gzip"}, body=_BOMB[:50]), BAD),
    "a length too large": (Say(body=b"{}", promised=100), BAD),
    "a length too small": (Say(body=b'{"id": "org/name"}', promised=9), BAD),
    "is not UTF-8": (Say(body=b'{"id": "\xff\xfe"}'), BAD),
    "deep nesting": (Say(body=b'{"a":' * 200_000), BAD),
    "NaN": (Say(body=b'{"id": NaN}'), BAD),
    "a number of a hundred thousand digits": (Say(body=b'{"id": ' + b"9" * 100_000 + b"}"), BAD),
}


REFUSALS: dict[str, tuple[Say, int, str]] = {
    "deleted": (Say(status=404, headers={"X-Error-Code": "RepoNotFound"}), 404, "model_not_found"),
    "made private": (Say(status=401), 404, "model_not_found"),
    "gate closed": (Say(status=401, headers={"X-Error-Code": "GatedRepo"}), 403, "model_gated"),
    "disabled": (
        Say(status=403, headers={"X-Error-Message": "Access to this resource is disabled."}),
        404,
        "model_not_found",
    ),
    "disabled, as the API says": (Say(body=b'{"disabled": true}'), 404, "model_not_found"),
    "gone": (Say(status=410), 404, "model_not_found"),
    "taken down": (Say(status=451), 404, "model_not_found"),
}
