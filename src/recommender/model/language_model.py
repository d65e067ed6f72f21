"""The parts of a model that depend on its architecture."""

from collections.abc import Mapping
from dataclasses import dataclass

from recommender.model.architecture import Architecture
from recommender.model.attention import AttentionLayers
from recommender.model.config_reader import ConfigReader
from recommender.model.encoder import VisionEncoder, parse_encoder
from recommender.model.loaded_weights import parse_weights
from recommender.model.parameters import LanguageModelConfig, feed_forward_layers
from recommender.model.parse_attention import parse_attention
from recommender.model.parse_recurrent import parse_recurrent
from recommender.model.quantized_formats import CheckpointQuantization
from recommender.model.recurrent import RecurrentLayers
from recommender.model.shape import parse_shape
from recommender.model.values import HubMetadata, Shape, Weights
from recommender.model.vision import VisionTower, parse_vision
from recommender.model.whole_parameters import whole_parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The Hub's documents of a model, as far as they are read for any architecture."""

    metadata: HubMetadata
    top_level: ConfigReader
    config: ConfigReader
    """The part of config.json that describes the language model."""
    model_type: str
    """That of the language model."""
    stored: Mapping[str, int]
    """Elements by safetensors dtype."""
    stated_quantization: ConfigReader | None
    """The settings of the quantization, in whichever document they are."""
    quantization: CheckpointQuantization | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModel:
    """A language model and the encoders next to it."""

    weights: Weights
    """Those of the encoders included."""
    attention: tuple[AttentionLayers, ...]
    recurrent: RecurrentLayers | None
    shape: Shape
    is_tied: bool
    feed_forward_layers: int
    whole_parameters: int
    vision: VisionTower | None
    encoder: VisionEncoder | None
    is_whole_in_transformers: bool = False
    is_estimated: bool = False


def parse_language_model(documents: Documents, architecture: Architecture) -> LanguageModel:
    """The parts of a model of a known `architecture`."""
    top_level, config = documents.top_level, documents.config
    shape = parse_shape(
        config, mlp_matrices=architecture.mlp_matrices, has_attention=architecture.attention != "none"
    )
    stated = stated_tie(top_level, config)
    language_model = LanguageModelConfig(
        architecture=architecture,
        config=config,
        vision=top_level.nested("vision_config") if top_level.is_set("vision_config") else None,
        shape=shape,
        is_tied=architecture.is_tied if stated is None else stated,
    )
    attention = parse_attention(architecture, config, shape)
    vision = _vision(top_level, architecture, documents.model_type, shape.hidden_size)
    return LanguageModel(
        weights=parse_weights(
            documents.metadata.information, documents.stored, documents.quantization, language_model
        ),
        attention=attention,
        recurrent=parse_recurrent(architecture, config, shape),
        shape=shape,
        is_tied=language_model.is_tied,
        feed_forward_layers=feed_forward_layers(language_model),
        whole_parameters=whole_parameters(
            language_model, documents.quantization.bits if documents.quantization else None
        ),
        is_whole_in_transformers=architecture.is_whole_in_transformers,
        vision=vision,
        encoder=None if vision is None else parse_encoder(top_level),
    )


def stated_tie(top_level: ConfigReader, config: ConfigReader) -> bool | None:
    """Whether the output head is the input embedding; `None` where config.json does not say."""
    stated = [each for each in (config, top_level) if each.is_set("tie_word_embeddings")]
    return any(each.is_true("tie_word_embeddings") for each in stated) if stated else None


def _vision(
    top_level: ConfigReader, architecture: Architecture, model_type: str, hidden_size: int
) -> VisionTower | None:
    """The encoder of `vision_config`, or one that is described elsewhere."""
    stated = top_level.nested("vision_config") if top_level.is_set("vision_config") else None
    outer_type = top_level.string("model_type") or model_type
    found = parse_vision(stated, model_type=outer_type, hidden_size=hidden_size)
    return found or (VisionTower() if architecture.encodes_images else None)
