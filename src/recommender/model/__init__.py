"""A model as the Hub describes it. Keys of config.json and of the model information are known only here."""

from recommender.model.attention import (
    AttentionCache,
    AttentionLayers,
    KVHeads,
    MLACache,
)
from recommender.model.attention_span import AttentionChunk, AttentionSpan, FullAttention, SlidingWindow
from recommender.model.checkpoint_quantization import states_quantization_elsewhere
from recommender.model.encoder import VisionEncoder, VisionItem
from recommender.model.indexers import BlockKeyCache, SparseIndexerCache
from recommender.model.listing import ListedCheckpoint, parse_listing
from recommender.model.non_generators import may_be_in_mistral_format
from recommender.model.parse import describe_model, parse_model, stated_classes
from recommender.model.recurrent import RecurrentLayers, RecurrentState, StateTensor
from recommender.model.text_only import text_only
from recommender.model.values import HubMetadata, Model, ModelInfo, Shape, Weights

__all__ = [
    "AttentionCache",
    "AttentionChunk",
    "AttentionLayers",
    "AttentionSpan",
    "BlockKeyCache",
    "FullAttention",
    "HubMetadata",
    "KVHeads",
    "ListedCheckpoint",
    "MLACache",
    "Model",
    "ModelInfo",
    "RecurrentLayers",
    "RecurrentState",
    "Shape",
    "SlidingWindow",
    "SparseIndexerCache",
    "StateTensor",
    "VisionEncoder",
    "VisionItem",
    "Weights",
    "describe_model",
    "may_be_in_mistral_format",
    "parse_listing",
    "parse_model",
    "stated_classes",
    "states_quantization_elsewhere",
    "text_only",
]
