"""A model as the Hub describes it. Every key of config.json and of the model information is known here."""

from recommender.model.caches import (
    AttentionLayers,
    Cache,
    Chunk,
    KVHeads,
    MLACache,
    RecurrentLayers,
    RecurrentState,
    SparseIndexerCache,
    StateTensor,
    Window,
)
from recommender.model.listing import ListedCheckpoint, parse_listing
from recommender.model.parse import describe_model, parse_model
from recommender.model.values import HubMetadata, Image, Model, ModelInfo, Shape, Weights

__all__ = [
    "AttentionLayers",
    "Cache",
    "Chunk",
    "HubMetadata",
    "Image",
    "KVHeads",
    "ListedCheckpoint",
    "MLACache",
    "Model",
    "ModelInfo",
    "RecurrentLayers",
    "RecurrentState",
    "Shape",
    "SparseIndexerCache",
    "StateTensor",
    "Weights",
    "Window",
    "describe_model",
    "parse_listing",
    "parse_model",
]
