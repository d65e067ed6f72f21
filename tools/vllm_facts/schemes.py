"""The kinds of checkpoint that a method distinguishes, each with its lowest compute capability."""

import ast
from collections.abc import Iterator, Mapping

from tools.vllm_facts.quantization import configuration_class, minimum_capability
from tools.vllm_facts.sources import Class, Module, Sources

_LAYERS = "vllm/model_executor/layers/quantization"
_MODELOPT = f"{_LAYERS}/modelopt.py"

# The folder of a method's scheme classes, and how the names of the classes begin.
_FOLDERS: Mapping[str, tuple[str, str]] = {
    "compressed-tensors": (f"{_LAYERS}/compressed_tensors/schemes", "CompressedTensors"),
    "quark": (f"{_LAYERS}/quark/schemes", "Quark"),
}

# Schemes that read weights with a scale for each block only in later releases than those with one for each
# channel, and how their modules name such weights.
_IN_BLOCKS = frozenset({"compressed-tensors W8A8Fp8", "compressed-tensors W8A16Fp8"})
_BLOCKS = "QuantizationStrategy.BLOCK"

# The class that owns a `quant_algo` of ModelOpt, as each class's `override_quantization_method` decides.
_MODELOPT_OWNERS: Mapping[str, str] = {
    "FP8": "ModelOptFp8Config",
    "FP8_PER_CHANNEL_PER_TOKEN": "ModelOptFp8Config",
    "FP8_PB_WO": "ModelOptFp8Config",
    "NVFP4": "ModelOptNvFp4Config",
    "W4A16_NVFP4": "ModelOptNvFp4Config",
    "MXFP8": "ModelOptMxFp8Config",
    "MIXED_PRECISION": "ModelOptMixedPrecisionConfig",
}
_MIXED = "modelopt_mixed"


def schemes(sources: Sources) -> dict[str, int]:
    """`compressed-tensors WNA16`, `modelopt NVFP4` and their like, each with its capability: 75 for 7.5.

    A scheme of `modelopt_mixed` is an algorithm that a layer of such a checkpoint may have.
    """
    return {
        f"{method} {scheme}": capability
        for method, scheme, capability in [
            *_scheme_classes(sources),
            *_modelopt(sources),
            *_modelopt_mixed(sources),
        ]
    }


def _scheme_classes(sources: Sources) -> Iterator[tuple[str, str, int]]:
    for method, (folder, prefix) in _FOLDERS.items():
        for module in sources.modules(folder):
            for name, node in module.classes.items():
                owner = Class(module, node)
                if (
                    name.startswith(prefix)
                    and name != f"{prefix}Scheme"
                    and owner.method("get_min_capability")
                ):
                    capability = minimum_capability(owner)
                    if capability is None:
                        continue
                    scheme = name.removeprefix(prefix)
                    yield method, scheme, capability
                    if f"{method} {scheme}" in _IN_BLOCKS and _BLOCKS in ast.unparse(module.tree):
                        yield method, f"{scheme}Block", capability


def _modelopt(sources: Sources) -> Iterator[tuple[str, str, int]]:
    module = sources.module(_MODELOPT)
    for algorithm in _algorithms(module):
        owner = module.find_class(_MODELOPT_OWNERS.get(algorithm, ""))
        if owner is None:
            module.fail(f"a known owner of the algorithm {algorithm}")
        yield "modelopt", algorithm, minimum_capability(owner) or 0


def _algorithms(module: Module) -> list[str]:
    """`QUANT_ALGOS`; from 0.30 on a table says which class owns each."""
    if "LINEAR_ALGOS" not in module.assigned:
        return list(ast.literal_eval(module.value("QUANT_ALGOS")))
    if ast.unparse(module.value("QUANT_ALGOS")) != "[*LINEAR_ALGOS, 'MIXED_PRECISION']":
        module.fail("QUANT_ALGOS to be LINEAR_ALGOS and MIXED_PRECISION")
    owners = ast.literal_eval(module.value("LINEAR_ALGOS"))
    for algorithm, (method, _) in owners.items():
        if configuration_class(module.sources, method).name != _MODELOPT_OWNERS.get(algorithm):
            module.fail(f"{algorithm} to belong to {_MODELOPT_OWNERS.get(algorithm)}, not to {method}")
    return [*owners, "MIXED_PRECISION"]


def _modelopt_mixed(sources: Sources) -> Iterator[tuple[str, str, int]]:
    """The algorithms that `get_quant_method` compares a layer's with; from 0.17 on."""
    module = sources.module(_MODELOPT)
    owner = module.find_class(_MODELOPT_OWNERS["MIXED_PRECISION"])
    if owner is None:
        return
    found = owner.method("get_quant_method")
    capability = minimum_capability(owner)
    if found is None or capability is None:
        module.fail("ModelOptMixedPrecisionConfig to have get_quant_method and a capability")
    algorithms = set(_compared(module, found[1]))
    if "LINEAR_ALGOS" in ast.unparse(found[1]):
        algorithms |= set(ast.literal_eval(module.value("LINEAR_ALGOS")))
    for algorithm in algorithms:
        yield _MIXED, algorithm, capability


def _compared(module: Module, function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        match node:
            case ast.Compare(
                left=ast.Name("quant_algo"), ops=[ast.Eq()], comparators=[ast.Constant(value=str(name))]
            ):
                yield name
            case ast.Compare(left=ast.Name("quant_algo"), ops=[ast.In()], comparators=[ast.Name(id=name)]):
                if name in module.assigned:
                    yield from ast.literal_eval(module.assigned[name])
