"""What `vllm serve` accepts for the flags that a recommendation may hold: `vllm/engine/arg_utils.py`."""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tools.vllm_facts.sources import Module, Sources, assignments, literal_names

FLAGS = (
    "--tensor-parallel-size",
    "--max-model-len",
    "--gpu-memory-utilization",
    "--max-num-seqs",
    "--max-num-batched-tokens",
    "--dtype",
    "--quantization",
    "--kv-cache-dtype",
    "--limit-mm-per-prompt",
    "--enforce-eager",
    "--data-parallel-size",
    "--enable-expert-parallel",
)

# Flags that the first releases lack.
_LATER_FLAGS = frozenset({"--data-parallel-size"})

_ARGUMENTS = "vllm/engine/arg_utils.py"
_CONFIGURATION_CLASSES = frozenset(
    {"ModelConfig", "ParallelConfig", "CacheConfig", "SchedulerConfig", "MultiModalConfig"}
)
_KINDS = {
    "bool": "flag",
    "dict": "json",
    "Mapping": "json",
    "MMDummyOptions": "json",
    "MultiModalDummyOptions": "json",
}
_BOUNDS = frozenset({"ge", "gt", "le", "lt"})


def command_line(sources: Sources) -> dict[str, Any]:
    """The type of each flag's value, with its bounds or choices.

    The names that `--quantization` takes are those of the release's quantization methods.
    """
    parser = sources.module(_ARGUMENTS)
    configuration = list(sources.modules("vllm/config"))
    definitions = {flag: _definition(flag, parser, configuration) for flag in FLAGS}
    return {flag: definition for flag, definition in definitions.items() if definition is not None}


def _definition(flag: str, parser: Module, configuration: list[Module]) -> dict[str, Any] | None:
    """By the keywords of `add_argument`, or by the configuration's field that the flag stands for."""
    call = next((call for call in _calls(parser) if flag in literal_names(ast.List(call.args))), None)
    if call is None:
        return None if flag in _LATER_FLAGS else parser.fail(f"add_argument of {flag}")
    own = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    if "action" in own:
        return {"type": "flag"}
    if "type" not in own:
        return _of_field(_field(_field_name(flag, call), parser, configuration), configuration)
    if ast.unparse(own["type"]) == "nullable_kvs":
        return {"type": "pairs"}
    kind = re.search(r"int|float|str", ast.unparse(own["type"]))
    if kind is None:
        parser.fail(f"a number or a string as the type of {flag}")
    choices = own.get("choices")
    if choices is None or "QUANTIZATION_METHODS" in ast.unparse(choices):
        return {"type": kind[0]}
    return {"type": kind[0], "choices": ast.literal_eval(choices)}


def _calls(parser: Module) -> Iterator[ast.Call]:
    for node in ast.walk(parser.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".add_argument"):
            yield node


def _field_name(flag: str, call: ast.Call) -> str:
    """`cache_dtype` of `**cache_kwargs["cache_dtype"]`, or else the flag's own name."""
    for keyword in call.keywords:
        if keyword.arg is None and isinstance(keyword.value, ast.Subscript):
            return str(ast.literal_eval(keyword.value.slice))
    return flag.removeprefix("--").replace("-", "_")


def _field(name: str, parser: Module, configuration: list[Module]) -> ast.AnnAssign:
    """The field that has a value: classes of speculative decoding have some of the same names without one."""
    for module in configuration:
        for each in module.classes.values():
            if each.name in _CONFIGURATION_CLASSES:
                for node in each.body:
                    if (
                        isinstance(node, ast.AnnAssign)
                        and ast.unparse(node.target) == name
                        and node.value is not None
                    ):
                        return node
    return parser.fail(f"the field {name} of a configuration class")


def _of_field(field: ast.AnnAssign, configuration: list[Module]) -> dict[str, Any]:
    """As `_compute_kwargs` of `vllm/engine/arg_utils.py`: choices, unless any string may be given."""
    named = {node.id for node in ast.walk(field.annotation) if isinstance(node, ast.Name)}
    literals = _literals(configuration)
    choices = [value for name in sorted(named & set(literals)) for value in literals[name]]
    if choices and "str" not in named:
        return {"type": "str", "choices": choices}
    special = [kind for name, kind in _KINDS.items() if name in named]
    if special:
        return {"type": special[0]}
    kinds = named & {"int", "float", "str"}
    bounds = field.value.keywords if isinstance(field.value, ast.Call) else []
    return {
        "type": "str" if "QuantizationMethods" in named else kinds.pop(),
        **{each.arg: ast.literal_eval(each.value) for each in bounds if each.arg in _BOUNDS},
    }


def _literals(configuration: list[Module]) -> Mapping[str, list[str]]:
    """`Name = Literal["a", "b"]` of the configuration."""
    return {
        name: literal_names(value.slice)
        for module in configuration
        for name, value in assignments(module.tree.body)
        if isinstance(value, ast.Subscript) and ast.unparse(value.value) == "Literal"
    }
