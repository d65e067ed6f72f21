"""docs/api.md lists the parameters, warnings and codes that the service has, no more and no fewer."""

import re
from pathlib import Path

import yaml

from handler.errors import RequestError
from handler.routes import INTERNAL_ERROR
from handler.stale import ANSWER_WARNING_CODES
from recommender.messages.notes import NOTE_CODES

_ROOT = Path(__file__).parents[2]
_DOCUMENT = (_ROOT / "docs/api.md").read_text()
_OPENAPI = yaml.safe_load((_ROOT / "openapi.yaml").read_text())


def _section(heading: str) -> str:
    """The text under a heading, up to the next one."""
    found = re.search(rf"^#+ {heading}$\n(.*?)(?=^#|\Z)", _DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return found[1]


def _first_cells(heading: str) -> list[str]:
    """Everything in backticks in the first cells of a table."""
    cells = re.findall(r"^\| ([^|]+) \|", _section(heading), re.MULTILINE)
    return [code for cell in cells for code in re.findall(r"`(\w+)`", cell)]


def test_every_query_parameter_is_listed() -> None:
    parameters = _OPENAPI["paths"]["/api/v1/recommend"]["get"]["parameters"]

    assert _first_cells("Request") == [each["name"] for each in parameters if each["in"] == "query"]


def test_every_field_of_a_row_is_listed() -> None:
    schemas = _OPENAPI["components"]["schemas"]
    fields = {*schemas["FeasibleInstance"]["properties"], *schemas["InfeasibleInstance"]["properties"]}

    assert sorted(_first_cells("All instances")) == sorted(fields)


def test_a_comparison_has_the_parameters_of_a_recommendation_but_two() -> None:
    recommend, compare = (
        _OPENAPI["paths"][f"/api/v1/{route}"]["get"]["parameters"] for route in ("recommend", "instances")
    )

    assert compare == [each for each in recommend if each["name"] not in {"instance_type", "tp"}]


def test_every_warning_is_listed_once() -> None:
    assert sorted(_first_cells("Warnings")) == sorted(ANSWER_WARNING_CODES)


def test_every_note_is_listed_once() -> None:
    assert sorted(_first_cells("Notes")) == sorted(NOTE_CODES)


def test_every_reason_for_no_configuration_is_listed() -> None:
    explanation = _OPENAPI["components"]["schemas"]["Infeasible"]["properties"]["explanation"]

    assert _first_cells("When there is no configuration") == explanation["properties"]["code"]["enum"]


def test_every_error_is_listed_with_its_status() -> None:
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", _section("Errors"), re.MULTILINE)
    errors = {(str(int(error.status)), error.code) for error in RequestError.__subclasses__()}

    assert len(rows) == len(set(rows))
    assert set(rows) == {*errors, ("500", INTERNAL_ERROR)}
