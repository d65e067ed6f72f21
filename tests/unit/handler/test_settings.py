"""Settings from the environment, and their table in docs/deploy.md."""

import dataclasses
import re
from pathlib import Path

import pytest

from handler.settings import Settings

_DEPLOY = (Path(__file__).parents[3] / "docs/deploy.md").read_text()


def test_every_setting_but_the_table_has_a_default() -> None:
    assert Settings.from_env({"INSTANCE_TABLE": "t"}) == Settings(instance_table="t")


def test_every_setting_is_read() -> None:
    settings = Settings.from_env(
        {
            "INSTANCE_TABLE": " t ",
            "HF_ENDPOINT": "https://hub.example/",
            "HUB_DEADLINE_SECONDS": "3",
            "HUB_CACHE_SECONDS": "4.5",
            "HUB_CACHE_ENTRIES": "6",
            "HUB_STALE_SECONDS": "7",
            "CATALOG_CACHE_SECONDS": "0",
        }
    )

    assert settings == Settings(
        instance_table="t",
        hub_endpoint="https://hub.example",
        hub_deadline_seconds=3,
        hub_cache_seconds=4.5,
        hub_cache_entries=6,
        hub_stale_seconds=7,
        catalog_cache_seconds=0,
    )


def test_an_empty_variable_takes_the_default() -> None:
    assert Settings.from_env({"INSTANCE_TABLE": "t", "HF_ENDPOINT": ""}) == Settings(instance_table="t")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUB_DEADLINE_SECONDS", "soon"),
        ("HUB_CACHE_SECONDS", "-1"),
        ("HUB_CACHE_ENTRIES", "nan"),
        ("HUB_STALE_SECONDS", "a day"),
        ("CATALOG_CACHE_SECONDS", "inf"),
        ("HF_ENDPOINT", "huggingface.co"),
        ("HF_ENDPOINT", "ftp://huggingface.co"),
        ("HF_ENDPOINT", "http://["),
        ("HF_ENDPOINT", "http://huggingface.co"),
        ("HF_ENDPOINT", "https://huggingface.co/?x=1"),
        ("HF_ENDPOINT", "https://user:secret@huggingface.co"),
    ],
)
def test_an_impossible_value_is_refused_with_its_name(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name) as caught:
        Settings.from_env({"INSTANCE_TABLE": "t", name: value})
    assert "secret" not in str(caught.value)


def test_the_name_of_the_table_is_required() -> None:
    with pytest.raises(ValueError, match="INSTANCE_TABLE"):
        Settings.from_env({})


def test_the_readme_lists_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)?", _DEPLOY, flags=re.MULTILINE))

    assert rows == {
        _variable(field.name): "" if field.default is dataclasses.MISSING else str(field.default)
        for field in dataclasses.fields(Settings)
    }


def _variable(field_name: str) -> str:
    return "HF_ENDPOINT" if field_name == "hub_endpoint" else field_name.upper()
