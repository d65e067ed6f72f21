"""The result of a small function of vLLM, worked out from its text.

Functions such as `get_min_capability` return a constant, or depend on the platform, the GPU or an
environment variable. The caller gives what is known of these; whatever else a result depends on makes it
`UNKNOWN`. The platform is CUDA.
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final


class _Sentinel:
    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


UNKNOWN: Final = _Sentinel("UNKNOWN")
"""A value that the text alone does not give."""
RAISES: Final = _Sentinel("RAISES")
"""The function raises an error."""

Known = Mapping[str, object]
"""Values by the text that stands for them: `capability.major`, `torch.half`."""

_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], object]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, container: item in container,
    ast.NotIn: lambda item, container: item not in container,
}

_PLATFORM: Mapping[str, Callable[..., object]] = {
    "current_platform.is_cuda": lambda: True,
    "current_platform.is_cuda_alike": lambda: True,
    "current_platform.is_rocm": lambda: False,
    "current_platform.is_xpu": lambda: False,
    "current_platform.is_cpu": lambda: False,
    "current_platform.is_tpu": lambda: False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluator:
    """Works out expressions and function bodies from what is known."""

    names: Known = field(default_factory=dict)
    calls: Mapping[str, Callable[..., object]] = field(default_factory=dict)
    """Functions by the text that calls them: `DeviceCapability`, `os.getenv`."""

    def result(self, function: ast.FunctionDef) -> object:
        """What `function` returns: a value, `RAISES` or `UNKNOWN`."""
        return self._run(function.body, {})

    def value(self, node: ast.expr, local: Known | None = None) -> object:
        """The value of an expression."""
        known = {**self.names, **(local or {})}
        text = ast.unparse(node)
        if text in known:
            return known[text]
        evaluate = _EXPRESSIONS.get(type(node))
        return UNKNOWN if evaluate is None else evaluate(self, node, local or {})

    def _run(self, body: Sequence[ast.stmt], local: Known) -> object:
        for place, node in enumerate(body):
            match node:
                case ast.Return(value=ast.expr() as value):
                    return self.value(value, local)
                case ast.If():
                    return self._branched(node, body[place + 1 :], local)
                case ast.Raise():
                    return RAISES
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    local = {**local, name: self.value(value, local)}
                case ast.Expr() | ast.Import() | ast.ImportFrom() | ast.Assert():
                    continue
                case _:
                    return UNKNOWN
        return None

    def _branched(self, node: ast.If, rest: Sequence[ast.stmt], local: Known) -> object:
        return _either(
            self.value(node.test, local),
            lambda: self._run([*node.body, *rest], local),
            lambda: self._run([*node.orelse, *rest], local),
        )


def _either(condition: object, then: Callable[[], object], otherwise: Callable[[], object]) -> object:
    """One of two values; where the condition is unknown, the value that both give."""
    if condition is not UNKNOWN:
        return then() if condition else otherwise()
    first, second = then(), otherwise()
    return first if first is second or first == second else UNKNOWN


def _sequence(evaluator: Evaluator, node: ast.List | ast.Tuple | ast.Set, local: Known) -> object:
    values: list[object] = []
    for item in node.elts:
        value = evaluator.value(item.value if isinstance(item, ast.Starred) else item, local)
        if value is UNKNOWN:
            return UNKNOWN
        values.extend(value if isinstance(item, ast.Starred) and isinstance(value, list | tuple) else [value])
    return tuple(values) if isinstance(node, ast.Tuple) else values


def _logical(evaluator: Evaluator, node: ast.BoolOp, local: Known) -> object:
    """`and` or `or`, which one operand can settle whatever is unknown of the others."""
    settles = isinstance(node.op, ast.Or)
    result: object = not settles
    for operand in node.values:
        value = evaluator.value(operand, local)
        if value is UNKNOWN:
            result = UNKNOWN
        elif bool(value) is settles:
            return value
        elif result is not UNKNOWN:
            result = value
    return result


def _unary(evaluator: Evaluator, node: ast.UnaryOp, local: Known) -> object:
    value = evaluator.value(node.operand, local)
    if isinstance(node.op, ast.Not):
        return UNKNOWN if value is UNKNOWN else not value
    return -value if isinstance(node.op, ast.USub) and isinstance(value, int | float) else UNKNOWN


def _conditional(evaluator: Evaluator, node: ast.IfExp, local: Known) -> object:
    return _either(
        evaluator.value(node.test, local),
        lambda: evaluator.value(node.body, local),
        lambda: evaluator.value(node.orelse, local),
    )


def _comparison(evaluator: Evaluator, node: ast.Compare, local: Known) -> object:
    values = [evaluator.value(each, local) for each in (node.left, *node.comparators)]
    if UNKNOWN in values:
        return UNKNOWN
    pairs = zip(node.ops, values, values[1:], strict=False)
    return all(_COMPARISONS[type(kind)](left, right) for kind, left, right in pairs)


def _call(evaluator: Evaluator, node: ast.Call, local: Known) -> object:
    values = [evaluator.value(argument, local) for argument in node.args]
    if UNKNOWN in values:
        return UNKNOWN
    text = ast.unparse(node.func)
    function = {**_PLATFORM, **evaluator.calls}.get(text)
    if function is not None:
        return function(*values)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "startswith":
        owner = evaluator.value(node.func.value, local)
        return owner.startswith(*values) if isinstance(owner, str) else UNKNOWN  # type: ignore[arg-type]
    return UNKNOWN


_EXPRESSIONS: Mapping[type[ast.expr], Callable[[Evaluator, Any, Known], object]] = {
    ast.Constant: lambda _evaluator, node, _local: node.value,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.BoolOp: _logical,
    ast.UnaryOp: _unary,
    ast.IfExp: _conditional,
    ast.Compare: _comparison,
    ast.Call: _call,
}
