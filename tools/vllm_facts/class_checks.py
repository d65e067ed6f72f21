"""What a model's class refuses to be built with, by its own error or for want of an attention backend.

Modules are searched as text: parsing all of them takes a minute for each release.
"""

import re
from collections.abc import Mapping

from tools.vllm_facts.models import models
from tools.vllm_facts.sources import Sources

_MODELS = "vllm/model_executor/models"

# What a module has that refuses something. `Attention` hands the last one's keys on to the backend.
_REFUSALS: Mapping[str, re.Pattern[str]] = {
    "experts": re.compile(r"greater\s+than[\s\"f]+the\s+number\s+of\s+experts"),
    "mixed_windows": re.compile(r"\"Sliding window for some but all layers"),
    "windows": re.compile(r"raise ValueError\(\s*\"Sliding window for some but all layers"),
    "dual_chunk_attention_config": re.compile(r"\"layer_idx\":[^}]*\"dual_chunk_attention_config\":"),
}

_IMPORT = re.compile(r"^\s*from (?:vllm\.model_executor\.models)?\.(\w+) import (\([^)]*\)|.*)", re.MULTILINE)
_NAME = re.compile(r"\w+")
_TEXT = re.compile(r"[\"'](\w+)[\"']")

# A block of one module that classes with experts of their own use for something else.
_DENSE_BLOCK = "MLP"


def class_checks(sources: Sources) -> dict[str, str]:
    """What each class that generates text refuses; classes that refuse nothing are left out.

    `experts`: fewer experts than GPUs. `mixed_windows`: a sliding window in some layers. `windows`: in any.
    `dual_chunk_attention_config`: that key, for which no attention backend is chosen unless it is named.
    """
    targets = models(sources)
    places = {name: target.partition(" ")[2].partition(":")[0] for name, target in targets.items()}
    texts = {place: sources.text(path) for place in places.values() if sources.has(path := _path(place))}
    refused = {
        place: {name for name, each in _REFUSALS.items() if each.search(texts[place])} for place in texts
    }
    used = {place: _used(text, places) & texts.keys() for place, text in texts.items()}
    while any(_add(refused[place], refused[other]) for place in texts for other in used[place]):
        pass
    generating = (name for name, target in targets.items() if target.startswith(("text_gen", "multimodal")))
    found = {name: refused.get(places[name], set()) for name in generating}
    return {name: " ".join(sorted(each)) for name, each in found.items() if each}


def _path(place: str) -> str:
    return f"{place.replace('.', '/') if '.' in place else f'{_MODELS}/{place}'}.py"


def _used(text: str, places: Mapping[str, str]) -> set[str]:
    """The modules whose classes a module imports, or names as the registry does."""
    imported = {
        module
        for module, imports in _IMPORT.findall(text)
        if not all(name.endswith(_DENSE_BLOCK) for name in _NAME.findall(imports))
    }
    return imported | {places[name] for name in _TEXT.findall(text) if name in places}


def _add(refused: set[str], further: set[str]) -> bool:
    """Whether `further` had anything to add."""
    is_more = not further <= refused
    refused |= further
    return is_more
