"""The Hub over TLS: its certificate has run out, or it leads out of TLS."""

import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from support.assertions import assert_error
from support.faulty_hub import MODEL, faulty_hub
from support.loopback import Say, loopback
from support.service import Service, seeded_catalog

from handler.catalog import Catalog
from handler.stale import OLDER_METADATA


@pytest.fixture(scope="module")
def catalog() -> Iterator[Catalog]:
    with seeded_catalog() as made:
        yield made


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """One that this process trusts while a test runs."""
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


def service(url: str, catalog: Catalog) -> Service:
    return Service(url, catalog, deadline_seconds=2, cache_seconds=0, stale_seconds=3600)


def test_a_certificate_that_has_run_out_is_a_hub_that_cannot_be_reached(
    authority: trustme.CA, catalog: Catalog
) -> None:
    with faulty_hub(tls=context(expired(authority))) as hub:
        answer = service(hub.url, catalog).ask(MODEL, "g5.xlarge", token="hf_someone")

        assert hub.running.seen == []
    assert_error(answer, 502, "hub_unreachable")


def test_an_older_copy_stands_in_when_the_certificate_runs_out(
    authority: trustme.CA, catalog: Catalog
) -> None:
    server = context(valid(authority))
    with faulty_hub(tls=server) as hub:
        hub.headers = {"Connection": "close"}  # so that the next question begins with a handshake
        asked = service(hub.url, catalog)
        good = asked.ask(MODEL, "g5.xlarge")
        expired(authority).configure_cert(server)
        answer = asked.ask(MODEL, "g5.xlarge")

    assert (good["statusCode"], answer["statusCode"]) == (200, 200)
    assert json.loads(answer["body"])["warning_codes"][-1] == OLDER_METADATA


def test_a_certificate_of_nobody_known_is_a_hub_that_cannot_be_reached(catalog: Catalog) -> None:
    with faulty_hub(tls=context(valid(trustme.CA()))) as hub:
        answer = service(hub.url, catalog).ask(MODEL, "g5.xlarge")

    assert_error(answer, 502, "hub_unreachable")


def test_nobody_is_led_out_of_tls(authority: trustme.CA, catalog: Catalog) -> None:
    with loopback(lambda _: Say(body=b"{}")) as plain, faulty_hub(tls=context(valid(authority))) as hub:
        hub.fault = Say(status=308, headers={"Location": f"{plain.url}/x"})
        elsewhere = service(hub.url, catalog).ask(MODEL, "g5.xlarge", token="hf_someone")
        hub.fault = Say(status=308, headers={"Location": f"{hub.url.replace('https:', 'http:')}/x"})
        same_port = service(hub.url, catalog).ask(MODEL, "g5.xlarge", token="hf_someone")

    for answer in (elsewhere, same_port):
        assert_error(answer, 502, "hub_bad_response")
    assert plain.seen == []
