"""The import as a command."""

from decimal import Decimal
from typing import Any

import pytest
from support.dynamodb import TABLE
from support.ec2 import AccessDenied, Families

from importer import seed
from importer.import_run import Sources
from importer.table import read_table


def run(monkeypatch: pytest.MonkeyPatch, *options: str, ec2: Any = None, pricing: Any = None) -> int:
    sources = Sources(ec2=ec2 or Families("g5"), pricing=pricing, region="us-east-1")
    monkeypatch.setattr(seed, "sources", lambda _: sources)
    return seed.main(["--table", TABLE, "--region", "us-east-1", *options])


def test_it_prints_each_change_and_the_totals(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], moto_table: Any
) -> None:
    status = run(monkeypatch)
    lines = capsys.readouterr().out.splitlines()

    assert status == 0
    assert "+ g5.12xlarge: 4 x A10G, 96 GiB" in lines
    assert lines[-1] == (
        f"{TABLE} is up to date: 8 added, 0 changed, 0 delisted, 0 unchanged, 0 skipped, 0 priced."
    )
    assert len(read_table(moto_table)) == 8


def test_a_dry_run_prints_what_would_change_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], moto_table: Any
) -> None:
    status = run(monkeypatch, "--dry-run")

    assert status == 0
    assert f"{TABLE} would change: 8 added" in capsys.readouterr().out
    assert read_table(moto_table) == {}


@pytest.mark.usefixtures("moto_table")
def test_it_fails_with_one_sentence_if_ec2_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(monkeypatch, ec2=AccessDenied())

    assert status == 1
    assert capsys.readouterr().err.startswith(f"The table {TABLE} was not updated: An error occurred")


@pytest.mark.usefixtures("moto_table")
def test_it_fails_if_the_prices_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(monkeypatch, pricing=AccessDenied())

    assert status == 1
    assert "The prices were not updated: An error occurred (AccessDenied)" in capsys.readouterr().out


def test_an_item_is_printed_with_its_price() -> None:
    item = {
        "name": "g5.xlarge",
        "accelerator_count": 1,
        "accelerator_name": "A10G",
        "accelerator_memory_gib": 24,
        "usd_per_hour": Decimal("1.006"),
    }

    assert seed._item_text(item) == "g5.xlarge: 1 x A10G, 24 GiB, $1.006 an hour"  # noqa: SLF001
