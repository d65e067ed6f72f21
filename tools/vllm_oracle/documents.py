"""Model folders for vLLM: documents of the bundled snapshot, and default configurations of transformers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.embedded.snapshot import load_snapshot

DATA = Path(__file__).parents[2] / "tests" / "oracle" / "data"
DEFAULTS = DATA / "defaults.jsonl"

_DOCUMENTS = ("config.json", "hf_quant_config.json")

# Keys whose names of modules are shortened in the snapshot to one for each kind of module.
_MODULE_LISTS = ("ignore", "modules_to_not_convert", "exclude_modules", "quantized_layers", "targets")
_COUNTS = ("num_hidden_layers", "n_layer", "num_layers", "depth")

# What vLLM reads for a `model_type` although no size depends on it: the snapshot leaves it out.
_WITHOUT_SIZE: dict[str, dict[str, Any]] = {
    "deepseek_v4": {"rms_norm_eps": 1e-6},
    "gemma2": {"hidden_act": "gelu_pytorch_tanh"},
    "qwen3_vl_moe_text": {"norm_topk_prob": True},
}

# A module within a layer; `model.layers.0*` names a whole layer and stays as it is.
_WITHIN_A_LAYER = re.compile(r"\b(layers|blocks)\.\d+\.(?=[^*.])")


def write_folders(root: Path) -> list[Path]:
    """Write `<organization>/<name>/config.json` and its companions under `root`; all folders, sorted."""
    folders = []
    for name, documents in (*_of_snapshot(), *_of_defaults()):
        folder = root / name
        folder.mkdir(parents=True)
        for file_name, document in documents.items():
            (folder / file_name).write_text(json.dumps(document), encoding="utf-8")
        folders.append(folder)
    return sorted(folders)


def with_all_layers(document: Any, layers: int) -> Any:
    """`document` with lists of modules written out for each of `layers` layers.

    Names of layers that a model does not have do no harm.
    """
    if isinstance(document, list):
        return [with_all_layers(each, layers) for each in document]
    if not isinstance(document, dict):
        return document
    return {
        key: _written_out(value, layers) if key in _MODULE_LISTS else with_all_layers(value, layers)
        for key, value in document.items()
    }


def _of_snapshot() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, repo in load_snapshot().repos.items():
        config = repo.files.get("config.json")
        if config is not None:
            layers = max(_counts(config), default=0)
            documents = {
                file_name: with_all_layers(document, layers)
                for file_name in _DOCUMENTS
                if (document := repo.files.get(file_name)) is not None
            }
            yield name, {**documents, "config.json": _completed(documents["config.json"])}


def _of_defaults() -> Iterator[tuple[str, dict[str, Any]]]:
    if DEFAULTS.exists():
        for line in DEFAULTS.read_text(encoding="utf-8").splitlines():
            default = json.loads(line)
            yield default["model"], {"config.json": default["config"]}


def _completed(config: Any) -> Any:
    if not isinstance(config, dict):
        return config
    completed = {key: _completed(value) for key, value in config.items()}
    return {**_WITHOUT_SIZE.get(config.get("model_type", ""), {}), **completed}


def _counts(document: Any) -> Iterator[int]:
    if isinstance(document, dict):
        for key, value in document.items():
            if key in _COUNTS and isinstance(value, int):
                yield value
            yield from _counts(value)


def _written_out(modules: Any, layers: int) -> Any:
    """A list or mapping of modules, which is complete already where it names two layers of one kind."""
    if not isinstance(modules, dict | list):
        return modules
    kinds = [_WITHIN_A_LAYER.sub(r"\g<1>.N.", name, count=1) for name in modules]
    if len(set(kinds)) < len(kinds):
        return modules
    if isinstance(modules, list):
        return [name for kind in kinds for name in _names(kind, layers)]
    values = zip(kinds, modules.values(), strict=True)
    return {name: value for kind, value in values for name in _names(kind, layers)}


def _names(kind: str, layers: int) -> list[str]:
    return [kind.replace(".N.", f".{layer}.", 1) for layer in range(layers)] if ".N." in kind else [kind]
