"""Hub documents of models: real ones by name, synthetic ones by the settings under test."""

import json
from enum import Enum
from typing import Any

from local.embedded.snapshot import load_snapshot
from recommender.model import HubMetadata, Model, parse_listing, parse_model
from recommender.model.architectures import ARCHITECTURES
from recommender.model.config_reader import ConfigReader
from recommender.model.parameters import LanguageModelConfig
from recommender.model.shape import parse_shape
from recommender.planning.pre_quantized import Candidate, candidate

_SNAPSHOT = load_snapshot()


class _Absent(Enum):
    KEY = "absent"


ABSENT: Any = _Absent.KEY
"""As the value of a key of config.json, leaves the key out."""


def real(model_id: str) -> HubMetadata:
    """The documents of a model of the bundled snapshot."""
    repo = _SNAPSHOT.find(model_id)
    assert repo is not None, model_id
    return repo.metadata()


def quantized_from(model_id: str) -> tuple[Candidate, ...]:
    """The checkpoints of the bundled snapshot that are tagged as quantized from a model."""
    tagged = [repo for repo in _SNAPSHOT.repos.values() if repo.quantized_from == model_id]
    read = (
        candidate(listed, real(listed.model_id).config or {})
        for listed in parse_listing({"id": repo.id, **repo.info()} for repo in tagged)
    )
    return tuple(each for each in read if each is not None)


def real_model(model_id: str) -> Model:
    return parse_model(real(model_id))


def llama(
    *, parameters: dict[str, int] | None = None, information: dict[str, Any] | None = None, **config: Any
) -> HubMetadata:
    """A Llama of 8 layers, 16 heads, 4 KV heads and a head size of 64, with `config` on top."""
    document = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "num_hidden_layers": 8,
        "hidden_size": 1024,
        "num_attention_heads": 16,
        "num_key_value_heads": 4,
        "intermediate_size": 4096,
        "vocab_size": 32_000,
        "max_position_embeddings": 8192,
        "torch_dtype": "bfloat16",
        **config,
    }
    counted = {"safetensors": {"parameters": parameters or {"BF16": 10**9}}}
    return HubMetadata(
        model_id="org/llama",
        information={**counted, **(information or {})},
        config={key: value for key, value in document.items() if value is not ABSENT},
    )


def language_model(
    *, is_tied: bool = False, vision: dict[str, Any] | None = None, **config: Any
) -> LanguageModelConfig:
    """The Llama of `llama` with `config` on top, and an image encoder that `vision` describes."""
    reader = ConfigReader(llama(**config).config or {}, name="config.json")
    architecture = ARCHITECTURES[reader.string("model_type") or ""]
    return LanguageModelConfig(
        architecture=architecture,
        config=reader,
        vision=None if vision is None else ConfigReader(vision, name="vision_config"),
        shape=parse_shape(reader, mlp_matrices=architecture.mlp_matrices),
        is_tied=is_tied,
    )


def _json(body: bytes) -> Any:
    return json.loads(body)


MODELS = tuple(real(model_id) for model_id in sorted(_SNAPSHOT.repos))
"""The documents of all models of the bundled snapshot."""
