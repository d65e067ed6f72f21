"""docs/deploy.md states what the table has on a laptop."""

from pathlib import Path

from support.instances import ALL

_DOCUMENT = " ".join((Path(__file__).parents[2] / "docs/deploy.md").read_text().split())


def test_the_number_of_embedded_instance_types_is_right() -> None:
    assert f"the {len(ALL)} GPU and Neuron types" in _DOCUMENT
