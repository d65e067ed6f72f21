"""A model as the Hub describes it. Keys of config.json and of the model information are known only here."""

from recommender.model.attention import (
    AttentionCache,
    AttentionChunk,
    AttentionLayers,
    AttentionSpan,
    FullAttention,
    KVHeads,
    MLACache,
    SlidingWindow,
    SparseIndexerCache,
)
from recommender.model.listing import ListedCheckpoint, parse_listing
from recommender.model.parse import describe_model, parse_model
from recommender.model.recurrent import RecurrentLayers, RecurrentState, StateTensor
from recommender.model.values import HubMetadata, Model, ModelInfo, Shape, Weights
from recommender.model.vision import VisionEncoder, VisionItem

__all__ = [
    "AttentionCache",
    "AttentionChunk",
    "AttentionLayers",
    "AttentionSpan",
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
    "parse_listing",
    "parse_model",
]
