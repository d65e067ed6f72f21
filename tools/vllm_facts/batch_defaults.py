"""Defaults of `--max-num-batched-tokens` and `--max-num-seqs` by GPU: `vllm/engine/arg_utils.py`."""

import ast
from collections.abc import Iterator
from typing import Any

from tools.vllm_facts.sources import Module, Sources, assignments

_ARGUMENTS = "vllm/engine/arg_utils.py"
_TOKENS, _SEQUENCES = "default_max_num_batched_tokens", "default_max_num_seqs"
_USAGES = {"UsageContext.OPENAI_API_SERVER": "openai_api_server", "UsageContext.LLM_CLASS": "llm_class"}
# `is_gb10`: a capability of which no discrete GPU is.
_GB10 = "current_platform.is_device_capability((12, 1))"


def batch_defaults(sources: Sources) -> dict[str, Any]:
    """The tiers of GPUs, the first that applies first: its conditions, and tokens and sequences by usage.

    Conditions: `min_gib` of memory, `name_has` any of some words, `name_lacks` all of some, `not_capability`.
    """
    module = sources.module(_ARGUMENTS)
    function, choice = _choice(module)
    common = dict(assignments(function.body))
    return {
        "tiers": [_tier(module, test, dict(assignments(body)), common) for test, body in _branches(choice)]
    }


def _choice(module: Module) -> tuple[ast.FunctionDef, ast.If]:
    """The `if` by memory or name of the GPU that sets the defaults, and the function around it."""
    for function in (node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef)):
        for node in function.body:
            if isinstance(node, ast.If) and _is_on_gpu(node.test) and _TOKENS in dict(assignments(node.body)):
                return function, node
    return module.fail(f"an `if` on the GPU's memory or name that sets {_TOKENS}")


def _is_on_gpu(test: ast.expr) -> bool:
    return any(name in ast.unparse(test) for name in ("device_memory", "device_name"))


def _branches(choice: ast.If) -> Iterator[tuple[ast.expr | None, list[ast.stmt]]]:
    """Each test with what it leads to; the last without a test."""
    yield choice.test, choice.body
    match choice.orelse:
        case [ast.If() as another]:
            yield from _branches(another)
        case otherwise:
            yield None, otherwise


def _tier(
    module: Module, test: ast.expr | None, values: dict[str, ast.expr], common: dict[str, ast.expr]
) -> dict[str, Any]:
    tokens, sequences = (values.get(name, common.get(name)) for name in (_TOKENS, _SEQUENCES))
    if tokens is None or sequences is None:
        module.fail(f"{_TOKENS} and {_SEQUENCES} of each kind of GPU")
    usages = {
        usage: [_number(module, tokens, context), _number(module, sequences, context)]
        for context, usage in _USAGES.items()
    }
    return {**(_conditions(module, test) if test is not None else {}), **usages}


def _number(module: Module, node: ast.expr, context: str) -> int:
    """A number, or the one of a usage where it depends on that."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None and ast.unparse(key) == context:
                return _number(module, value, context)
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    return module.fail(f"a number for {context}, not {ast.unparse(node)}")


def _conditions(module: Module, test: ast.expr) -> dict[str, Any]:
    found: dict[str, Any] = {}
    terms = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
    for term in terms:
        match term:
            case ast.Compare(
                left=ast.Name("device_memory"),
                ops=[ast.GtE()],
                comparators=[ast.BinOp(ast.Constant(value=int(gib)), ast.Mult(), ast.Name("GiB_bytes"))],
            ):
                found["min_gib"] = gib
            case ast.Compare(ast.Constant(value=str(word)), [ast.NotIn()], [ast.Name("device_name")]):
                found["name_lacks"] = [*found.get("name_lacks", []), word]
            case ast.BoolOp(op=ast.Or(), values=parts) if all(
                " in device_name" in ast.unparse(each) for each in parts
            ):
                found["name_has"] = [each.left.value for each in parts]  # type: ignore[attr-defined]
            case ast.UnaryOp(ast.Not(), ast.Name("is_gb10")) if _GB10 in ast.unparse(module.tree):
                found["not_capability"] = "12.1"
            case _:
                module.fail(f"a known condition on the GPU, not {ast.unparse(term)}")
    return found
