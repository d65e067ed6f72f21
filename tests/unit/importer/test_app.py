"""The scheduled function."""

import json
from typing import Any

import pytest
from support.dynamodb import TABLE
from support.ec2 import AccessDenied, Families

from importer import app
from importer.import_run import Sources


def run(monkeypatch: pytest.MonkeyPatch, *, pricing: Any) -> dict[str, int]:
    monkeypatch.setenv("INSTANCE_TABLE", TABLE)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "import")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "stack")
    monkeypatch.setattr(
        app, "sources", lambda region: Sources(ec2=Families("g5"), pricing=pricing, region=region)
    )
    return app.handle({}, None)


@pytest.mark.usefixtures("moto_table")
def test_it_returns_how_many_types_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, pricing=None) == {
        "added": 8,
        "changed": 0,
        "delisted": 0,
        "unchanged": 0,
        "skipped": 0,
        "priced": 0,
    }


@pytest.mark.usefixtures("moto_table")
@pytest.mark.parametrize(("pricing", "failures"), [(None, 0), (AccessDenied(), 1)], ids=["read", "refused"])
def test_it_succeeds_without_prices_and_counts_the_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pricing: Any, failures: int
) -> None:
    assert run(monkeypatch, pricing=pricing)["added"] == 8
    (metric,) = [
        json.loads(line) for line in capsys.readouterr().out.splitlines() if app.PRICE_FAILURES in line
    ]

    assert metric[app.PRICE_FAILURES] == [failures]
    assert metric["service"] == "import"
    assert metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "stack"


def test_it_reads_ec2_in_its_region_and_the_price_list_where_that_is_served() -> None:
    found: Any = app.sources("eu-west-1")

    assert found.region == "eu-west-1"
    assert found.ec2.meta.region_name == "eu-west-1"
    assert found.pricing.meta.region_name == "us-east-1"
