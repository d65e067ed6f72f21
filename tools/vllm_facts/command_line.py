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
)

_ARGUMENTS = "vllm/engine/arg_utils.py"
_CONFIGURATION_CLASSES = frozenset({"ModelConfig", "ParallelConfig", "CacheConfig", "SchedulerConfig"})
_BOUNDS = frozenset({"ge", "gt", "le", "lt"})


def command_line(sources: Sources) -> dict[str, Any]:
    """The type of each flag's value, with its bounds or choices.

    The names that `--quantization` takes are those of the release's quantization methods.
    """
    parser = sources.module(_ARGUMENTS)
    configuration = list(sources.modules("vllm/config"))
    return {flag: _definition(flag, parser, configuration) for flag in FLAGS}


def _definition(flag: str, parser: Module, configuration: list[Module]) -> dict[str, Any]:
    """By the keywords of `add_argument`, or by the configuration's field that the flag stands for."""
    call = next((call for call in _calls(parser) if flag in literal_names(ast.List(call.args))), None)
    if call is None:
        parser.fail(f"add_argument of {flag}")
    own = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    if "type" not in own:
        return _of_field(_field(flag, parser, configuration), configuration)
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


def _field(flag: str, parser: Module, configuration: list[Module]) -> ast.AnnAssign:
    """The field that has a value: classes of speculative decoding have some of the same names without one."""
    name = flag.removeprefix("--").replace("-", "_")
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
