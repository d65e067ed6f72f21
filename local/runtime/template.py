"""Reads template.yaml, so that local code need not repeat it."""

from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
_CREATION_KEYS = ("AttributeDefinitions", "KeySchema", "BillingMode")


def load_template(path: Path = TEMPLATE) -> dict[str, Any]:
    """The template as plain values; an intrinsic function such as `!Ref X` becomes `{"!Ref": "X"}`."""
    template: dict[str, Any] = yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506 - a SafeLoader
    return template


def table_definition() -> dict[str, Any]:
    """The arguments of `create_table` for the template's table, without its name."""
    resources = load_template()["Resources"].values()
    table = next(each for each in resources if each["Type"] == "AWS::DynamoDB::Table")
    return {key: table["Properties"][key] for key in _CREATION_KEYS}


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms."""


def _intrinsic(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {f"!{tag}": loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {f"!{tag}": loader.construct_sequence(node, deep=True)}
    raise TypeError(f"!{tag} on a mapping is not a short form of CloudFormation")


_Loader.add_multi_constructor("!", _intrinsic)
