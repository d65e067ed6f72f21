"""The CloudFormation template that SAM's transform makes of template.yaml."""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar
from unittest import mock

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from local.runtime.artifact import FUNCTION, ROOT, lambda_variables

Template = dict[str, Any]

IMPORT_FUNCTION = "ImportFunction"
BUCKET, KEY = "artifacts", "function.zip"

_AWS_POLICIES = "arn:aws:iam::aws:policy/service-role"
MANAGED_POLICIES = {"AWSLambdaBasicExecutionRole": f"{_AWS_POLICIES}/AWSLambdaBasicExecutionRole"}


class _ManagedPolicies:
    """The one policy of AWS's own that SAM gives a function, for its logs; on AWS the translator asks IAM."""

    def load(self) -> dict[str, str]:
        return MANAGED_POLICIES


@cache
def translated(**parameters: str) -> Template:
    """What would be deployed with these parameters; to be read only."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    for function in (FUNCTION, IMPORT_FUNCTION):
        # As `sam package` leaves it.
        template["Resources"][function]["Properties"]["CodeUri"] = f"s3://{BUCKET}/{KEY}"
    with mock.patch.dict(os.environ, lambda_variables()):
        return transform(template, parameters, _ManagedPolicies())


def of_type(template: Template, kind: str) -> dict[str, Any]:
    """The resources of one type by name."""
    return {name: each for name, each in template["Resources"].items() if each["Type"] == kind}


def deployed(**parameters: str) -> Template:
    """`translated`, with its conditions decided and its parameters filled in, as CloudFormation would."""
    template = translated(**parameters)
    resolver = _Resolver(template, parameters)
    return {
        **template,
        "Resources": {
            name: resolver.resolved(each)
            for name, each in template["Resources"].items()
            if "Condition" not in each or resolver.holds(each["Condition"])
        },
    }


def is_allowed(**parameters: str) -> bool:
    """Whether the template's rules let these parameters through."""
    template = translated()
    resolver = _Resolver(template, parameters)
    return all(
        resolver.resolved(assertion["Assert"])
        for rule in template["Rules"].values()
        for assertion in rule["Assertions"]
    )


class _Resolver:
    """The functions of CloudFormation that need no resource; others stay as they are."""

    def __init__(self, template: Template, parameters: Mapping[str, str]) -> None:
        defaults = {name: each["Default"] for name, each in template["Parameters"].items()}
        self._parameters = {**defaults, **parameters}
        self._conditions = template["Conditions"]

    def holds(self, condition: str) -> bool:
        return bool(self.resolved(self._conditions[condition]))

    def resolved(self, value: Any) -> Any:
        if isinstance(value, list):
            return [each for each in map(self.resolved, value) if each is not _NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function in self._FUNCTIONS:
                return self._FUNCTIONS[function](self, argument)
        pairs = {key: self.resolved(each) for key, each in value.items()}
        return {key: each for key, each in pairs.items() if each is not _NOTHING}

    def _ref(self, name: str) -> Any:
        return _NOTHING if name == "AWS::NoValue" else self._parameters.get(name, {"Ref": name})

    def _if(self, arguments: list[Any]) -> Any:
        condition, yes, no = arguments
        return self.resolved(yes if self.holds(condition) else no)

    def _split(self, arguments: list[Any]) -> Any:
        return self.resolved(arguments[1]).split(arguments[0])

    def _equal(self, arguments: list[Any]) -> bool:
        one, other = map(self.resolved, arguments)
        return str(one) == str(other)

    _FUNCTIONS: ClassVar[Mapping[str, Callable[..., Any]]] = {
        "Ref": _ref,
        "Fn::If": _if,
        "Fn::Split": _split,
        "Fn::Join": lambda self, arguments: arguments[0].join(self.resolved(arguments[1])),
        "Fn::Equals": _equal,
        "Fn::Not": lambda self, arguments: not self.resolved(arguments[0]),
        "Fn::And": lambda self, arguments: all(map(self.resolved, arguments)),
        "Fn::Or": lambda self, arguments: any(map(self.resolved, arguments)),
    }


_NOTHING = object()
