"""Quantization methods, the GPUs that they run on and the dtypes that they compute in.

`vllm/model_executor/layers/quantization/__init__.py` names the methods and the class of each.
"""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from tools.vllm_facts.environment import environment
from tools.vllm_facts.evaluate import RAISES, UNKNOWN, Evaluator
from tools.vllm_facts.sources import Class, Module, Sources, assignments, literal_names

_METHODS = "vllm/model_executor/layers/quantization/__init__.py"

_DTYPES: Mapping[str, str] = {
    "torch.half": "float16",
    "torch.float16": "float16",
    "torch.bfloat16": "bfloat16",
    "torch.float32": "float32",
    "torch.float8_e4m3fn": "float8_e4m3fn",
}


def quantization(sources: Sources) -> dict[str, dict[str, Any]]:
    """Each method: its class, lowest compute capability, dtypes of activations, and whether it is deprecated.

    A method that does not run on CUDA has no capability.
    """
    module = sources.module(_METHODS)
    deprecated = literal_names(module.assigned.get("DEPRECATED_QUANTIZATION_METHODS", ast.List([])))
    classes = _classes(module)
    return {
        method: {**_facts(classes[method]), **({"deprecated": True} if method in deprecated else {})}
        for method in _methods(module)
    }


def configuration_class(sources: Sources, method: str) -> Class:
    """The class that reads the configuration of `method`."""
    return configuration_classes(sources)[method]


def configuration_classes(sources: Sources) -> dict[str, Class]:
    """The class that reads the configuration of each method."""
    return _classes(sources.module(_METHODS))


def minimum_capability(owner: Class) -> int | None:
    """What `get_min_capability` returns, 75 for 7.5; `None` where it raises or is negative: not on CUDA."""
    found = owner.method("get_min_capability")
    if found is None:
        owner.module.fail(f"get_min_capability of {owner.name} or a class that it inherits from")
    definer, function = found
    result = _evaluator(definer.module).result(function)
    if result is RAISES:  # for TPUs, Neuron and, in classes that vLLM gave up, everywhere
        return None
    if not isinstance(result, int):
        definer.module.fail(f"{definer.name}.get_min_capability to return a number")
    return result if result >= 0 else None


def _evaluator(module: Module) -> Evaluator:
    """Knows environment variables, and the same function of other classes of the module."""
    variables = {f"envs.{name}": value for name, value in environment(module.sources).items()}
    others = {
        f"{name}.get_min_capability": lambda name=name: minimum_capability(_imported(module, name))
        for name in [*module.classes, *module.imports]
    }
    return Evaluator(names={**variables, **_DTYPES}, calls=others)


def _imported(module: Module, name: str) -> Class:
    return module.find_class(name) or module.fail(f"the class {name}")


def _methods(module: Module) -> list[str]:
    """`QuantizationMethods`; a list in 0.8.0 to 0.8.2."""
    node = module.assigned.get("QuantizationMethods")
    return literal_names(node if node is not None else module.value("QUANTIZATION_METHODS"))


def _classes(module: Module) -> dict[str, Class]:
    """The class of each method, as `get_quantization_config` finds it."""
    function = module.function("get_quantization_config")
    local = _local_values(function.body)
    table = local.get("method_to_config")
    if not isinstance(table, ast.Dict):
        module.fail("method_to_config to be a dictionary")
    named = {
        str(ast.literal_eval(key)): ast.unparse(local.get(ast.unparse(value), value))
        for key, value in zip(table.keys, table.values, strict=True)
        if key is not None
    }
    online = [name for name in _methods(module) if name not in named]
    if online and "OnlineQuantizationConfig" not in ast.unparse(function):
        module.fail(f"a class for {', '.join(online)}")
    named |= dict.fromkeys(online, "OnlineQuantizationConfig")
    return {method: _imported(module, name) for method, name in named.items()}


def _local_values(body: Sequence[ast.stmt]) -> dict[str, ast.expr]:
    """What a function sets its variables to on CUDA; what depends on another condition is left out."""
    found = dict(assignments(body))
    for node in body:
        if isinstance(node, ast.If):
            on_cuda = Evaluator().value(node.test)
            if on_cuda is not UNKNOWN:
                found |= _local_values(node.body if on_cuda else node.orelse)
    return found


def _facts(owner: Class) -> dict[str, Any]:
    capability = minimum_capability(owner)
    if capability is None:
        return {"config": owner.name}
    return {"config": owner.name, "capability": capability, "dtypes": _dtypes(owner)}


def _dtypes(owner: Class) -> list[str]:
    """The dtypes of activations that are accepted on every GPU."""
    found = owner.method("get_supported_act_dtypes")
    if found is None:
        owner.module.fail(f"get_supported_act_dtypes of {owner.name}")
    definer, function = found
    returned = [
        Evaluator(names=_DTYPES).value(node.value)
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value is not None
    ]
    accepted = [set(dtypes) for dtypes in returned if isinstance(dtypes, list)]
    if not accepted or len(accepted) < len(returned):
        definer.module.fail(f"{definer.name}.get_supported_act_dtypes to return lists of dtypes")
    return sorted(set.intersection(*accepted))
