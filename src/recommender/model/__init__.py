"""A model as the Hub describes it. Every key of config.json and of the model information is known here."""

from recommender.model.parse import describe_model, parse_model
from recommender.model.values import (
    Attention,
    HubMetadata,
    KeyValueHeads,
    Latent,
    Model,
    ModelInfo,
    Weights,
)

__all__ = [
    "Attention",
    "HubMetadata",
    "KeyValueHeads",
    "Latent",
    "Model",
    "ModelInfo",
    "Weights",
    "describe_model",
    "parse_model",
]
