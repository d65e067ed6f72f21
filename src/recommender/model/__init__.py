"""A model as the Hub describes it. Every key of config.json and of the model information is known here."""

from recommender.model.parse import describe_model, parse_model
from recommender.model.values import (
    AttentionLayers,
    Chunk,
    HubMetadata,
    KeyValueHeads,
    Latent,
    Model,
    ModelInfo,
    RecurrentState,
    Shape,
    Weights,
    Window,
)

__all__ = [
    "AttentionLayers",
    "Chunk",
    "HubMetadata",
    "KeyValueHeads",
    "Latent",
    "Model",
    "ModelInfo",
    "RecurrentState",
    "Shape",
    "Weights",
    "Window",
    "describe_model",
    "parse_model",
]
