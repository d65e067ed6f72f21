"""Reads from vLLM's source distributions what its command line accepts, without running any of it.

    python tests/vllm/extract.py vllm-0.19.0.tar.gz vllm-0.33.0.tar.gz ...

writes arguments.json, which the tests hold `vllm_args` to. The archives are PyPI's (`vllm`, source
distribution); their SHA-256 is kept beside what was read from them.
"""

import ast
import hashlib
import json
import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ARGUMENTS = Path(__file__).with_name("arguments.json")

# The arguments that a recommendation may hold.
_FLAGS = (
    "--tensor-parallel-size",
    "--max-model-len",
    "--gpu-memory-utilization",
    "--max-num-seqs",
    "--max-num-batched-tokens",
    "--dtype",
    "--quantization",
)

_PARSER = re.compile(r"vllm/engine/arg_utils\.py")
_CONFIG = re.compile(r"vllm/config(/\w+)?\.py")
_METHODS = re.compile(r"vllm/model_executor/layers/quantization/__init__\.py")
_BOUNDS = frozenset({"ge", "gt", "le", "lt"})


def main(archives: list[str]) -> None:
    """Write what the archives define, the oldest version first."""
    read = {_version(Path(name)): _definitions(Path(name)) for name in archives}
    lines = [f"{json.dumps(version)}: {json.dumps(read[version])}" for version in sorted(read, key=_numbers)]
    ARGUMENTS.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def _version(archive: Path) -> str:
    return archive.name.removeprefix("vllm-").removesuffix(".tar.gz")


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _definitions(archive: Path) -> dict[str, Any]:
    parsers = list(_modules(archive, _PARSER))
    classes = [
        node
        for module in _modules(archive, _CONFIG)
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
    ]
    literals = {
        name: values
        for pattern in (_CONFIG, _METHODS)
        for module in _modules(archive, pattern)
        for name, values in _literals(module)
    }
    return {
        "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "arguments": {flag: _argument(flag, parsers, classes, literals) for flag in _FLAGS},
        "quantization_methods": literals["QuantizationMethods"],
    }


def _modules(archive: Path, pattern: re.Pattern[str]) -> Iterator[ast.Module]:
    with tarfile.open(archive) as tar:
        for member in tar:
            if pattern.fullmatch(member.name.partition("/")[2]):
                content = tar.extractfile(member)
                assert content is not None
                yield ast.parse(content.read())


def _literals(module: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """`Name = Literal["a", "b"]` at module level."""
    for node in module.body:
        match node:
            case ast.Assign(targets=[name], value=ast.Subscript(value=ast.Name("Literal"), slice=values)):
                constants = (each for each in ast.walk(values) if isinstance(each, ast.Constant))
                yield ast.unparse(name), [each.value for each in constants]


def _argument(
    flag: str, parsers: list[ast.Module], classes: list[ast.ClassDef], literals: dict[str, list[str]]
) -> dict[str, Any]:
    """How `flag` is defined: its own keywords, or the field of a configuration class that it stands for."""
    call = next(call for parser in parsers for call in _calls(parser) if flag in _names(call))
    own = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    if "type" not in own:
        field = _field(flag.removeprefix("--").replace("-", "_"), classes)
        return _from_field(field, literals)
    kind = re.search(r"int|float|str", ast.unparse(own["type"]))
    assert kind is not None
    choices = own.get("choices")
    if choices is None:
        return {"type": kind[0]}
    if isinstance(choices, ast.List) and all(isinstance(each, ast.Constant) for each in choices.elts):
        return {"type": kind[0], "choices": ast.literal_eval(choices)}
    assert "QUANTIZATION_METHODS" in ast.unparse(choices)
    return {"type": kind[0], "choices": literals["QuantizationMethods"]}


def _calls(parser: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(parser):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".add_argument"):
            yield node


def _names(call: ast.Call) -> list[object]:
    return [each.value for each in call.args if isinstance(each, ast.Constant)]


def _field(name: str, classes: list[ast.ClassDef]) -> ast.AnnAssign:
    """Of the one class that defines it with a value; speculative decoding has its own of the same names."""
    return next(
        node
        for each in classes
        if each.name in {"ModelConfig", "ParallelConfig", "CacheConfig", "SchedulerConfig"}
        for node in each.body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name and node.value is not None
    )


def _from_field(field: ast.AnnAssign, literals: dict[str, list[str]]) -> dict[str, Any]:
    """As `_compute_kwargs` in `vllm/engine/arg_utils.py` does: choices, unless any string may be given."""
    named = {node.id for node in ast.walk(field.annotation) if isinstance(node, ast.Name)}
    choices = [value for name in sorted(named & set(literals)) for value in literals[name]]
    if choices:
        return {"type": "str"} if "str" in named else {"type": "str", "choices": choices}
    (kind,) = named & {"int", "float", "str"}
    bounds = field.value.keywords if isinstance(field.value, ast.Call) else []
    return {
        "type": kind,
        **{each.arg: ast.literal_eval(each.value) for each in bounds if each.arg in _BOUNDS},
    }


if __name__ == "__main__":
    main(sys.argv[1:])
