"""The Hub over TLS: its certificate expires, or it redirects out of TLS."""

import json
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from support.assertions import assert_error
from support.hub import MODEL, moved, running_hub
from support.service import Service

from handler.stale import OLDER_METADATA


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """A certificate authority that this process trusts while a test runs."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return made


def valid(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("127.0.0.1")


def expired(authority: trustme.CA) -> trustme.LeafCert:
    now = datetime.now(UTC)
    return authority.issue_cert(
        "127.0.0.1", not_before=now - timedelta(days=2), not_after=now - timedelta(days=1)
    )


def context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    return made


def service(url: str) -> Service:
    return Service(url, deadline_seconds=2, cache_seconds=0, stale_seconds=3600)


def test_an_expired_certificate_makes_the_hub_unreachable(authority: trustme.CA) -> None:
    with running_hub(tls=context(expired(authority))) as hub:
        answer = service(hub.url).ask(MODEL, "g5.xlarge", token="hf_someone")

        assert hub.seen == []
    assert_error(answer, 502, "hub_unreachable")


def test_a_stale_copy_stands_in_when_the_certificate_expires(authority: trustme.CA) -> None:
    server = context(valid(authority))
    with running_hub(tls=server) as hub:
        hub.headers = {"Connection": "close"}  # so that the next request begins with a handshake
        asked = service(hub.url)
        good = asked.ask(MODEL, "g5.xlarge")
        expired(authority).configure_cert(server)
        answer = asked.ask(MODEL, "g5.xlarge")

    assert (good["statusCode"], answer["statusCode"]) == (200, 200)
    assert json.loads(answer["body"])["warning_codes"][-1] == OLDER_METADATA


def test_a_certificate_of_an_unknown_authority_makes_the_hub_unreachable() -> None:
    with running_hub(tls=context(valid(trustme.CA()))) as hub:
        answer = service(hub.url).ask(MODEL, "g5.xlarge")

    assert_error(answer, 502, "hub_unreachable")


def test_redirects_out_of_tls_are_refused(authority: trustme.CA) -> None:
    with running_hub() as plain, running_hub(tls=context(valid(authority))) as hub:
        hub.fault = moved(f"{plain.url}/x", 308)
        other_port = service(hub.url).ask(MODEL, "g5.xlarge", token="hf_someone")
        hub.fault = moved(f"{hub.url.replace('https:', 'http:')}/x", 308)
        same_port = service(hub.url).ask(MODEL, "g5.xlarge", token="hf_someone")

    for answer in (other_port, same_port):
        assert_error(answer, 502, "hub_bad_response")
    assert plain.seen == []
