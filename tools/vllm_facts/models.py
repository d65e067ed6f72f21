"""The registry of model classes: `vllm/model_executor/models/registry.py`."""

import ast
from collections.abc import Mapping

from tools.vllm_facts.sources import Module, Sources

_MODELS = "vllm/model_executor/models"
_REGISTRY = f"{_MODELS}/registry.py"

_GENERATING = ("text_generation", "multimodal")

# Keys of config.json that change a model's layers, and that its class learned to read after it was added.
_LATER_KEYS: Mapping[str, tuple[str, ...]] = {
    "DeciLMForCausalLM": ("block_configs",),
    "NemotronHForCausalLM": ("n_routed_experts", "moe_latent_size"),
}

# Adds to the embedding models some text-generation models as they are.
_REPEATED_MODELS = (
    "{k: (mod, arch) for k, (mod, arch) in _TEXT_GENERATION_MODELS.items() if arch == 'LlamaForCausalLM'}"
)


def models(sources: Sources) -> dict[str, str]:
    """Each class that config.json may name: its group, vLLM's module, and vLLM's class if it differs.

    A class in several groups has the one that generates text, and the module of the last, as for vLLM itself.
    """
    registry = sources.module(_REGISTRY)
    groups: dict[str, str] = {}
    targets: dict[str, str] = {}
    for table in _groups(registry):
        group = table.removeprefix("_").removesuffix("_MODELS").removesuffix("_MODEL").lower()
        for name, (module, implementation) in _entries(registry, table).items():
            groups[name] = group if group in _GENERATING else groups.get(name, group)
            targets[name] = module if implementation == name else f"{module}:{implementation}"
    return {name: f"{groups[name]} {target}" for name, target in targets.items()}


def config_keys(sources: Sources) -> dict[str, bool]:
    """Whether a class that the release has reads a key: "NemotronHForCausalLM moe_latent_size"."""
    targets = models(sources)
    return {
        f"{name} {key}": key in _read(sources.module(f"{_MODELS}/{_module(targets[name])}.py"))
        for name in _LATER_KEYS.keys() & targets.keys()
        for key in _LATER_KEYS[name]
    }


def removed_models(sources: Sources) -> dict[str, str]:
    """The last release that had a class, as the releases without it say: from 0.10.0 on."""
    return _texts(sources.module(_REGISTRY), "_PREVIOUSLY_SUPPORTED_MODELS")


def plugin_models(sources: Sources) -> dict[str, str]:
    """The plugin that has a class which vLLM itself gave up: from 0.19.0 on."""
    return _texts(sources.module(_REGISTRY), "_OOT_SUPPORTED_MODELS")


def _module(target: str) -> str:
    return target.partition(" ")[2].partition(":")[0]


def _read(module: Module) -> set[str]:
    """The attributes that a module reads, `getattr(config, "key")` included."""
    nodes = list(ast.walk(module.tree))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return attributes | {str(node.value) for node in nodes if isinstance(node, ast.Constant)}


def _groups(registry: Module) -> list[str]:
    """The tables that make up `_VLLM_MODELS`, in its order."""
    match registry.value("_VLLM_MODELS"):
        case ast.Dict(keys=keys, values=values) if not any(keys):
            return [ast.unparse(value) for value in values]
    return registry.fail("_VLLM_MODELS to be a dictionary of `**_TABLE`")


def _entries(registry: Module, table: str) -> dict[str, tuple[str, str]]:
    entries: dict[str, tuple[str, str]] = {}
    node = registry.value(table)
    if not isinstance(node, ast.Dict):
        registry.fail(f"{table} to be a dictionary")
    for key, value in zip(node.keys, node.values, strict=True):
        match key, value:
            case ast.Constant(value=str(name)), ast.Tuple(
                elts=[ast.Constant(value=module), ast.Constant(value=target)]
            ):
                entries[name] = (str(module), str(target))
            case None, ast.DictComp() if ast.unparse(value) == _REPEATED_MODELS:
                continue
            case _:
                registry.fail(f"{table} to map a name to a module and a class, not {ast.unparse(value)}")
    return entries


def _texts(registry: Module, table: str) -> dict[str, str]:
    """A dictionary of strings; empty in releases before it was introduced."""
    if table not in registry.assigned:
        return {}
    entries = ast.literal_eval(registry.assigned[table])
    if not all(isinstance(part, str) for item in entries.items() for part in item):
        registry.fail(f"{table} to map strings to strings")
    return dict(entries)
