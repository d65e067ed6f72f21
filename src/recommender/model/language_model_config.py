"""What the parts of config.json say together of a model that is to be counted."""

from dataclasses import dataclass

from recommender.model.architectures import Architecture
from recommender.model.config_reader import ConfigReader
from recommender.model.values import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModelConfig:
    """A language model as config.json describes it, and its image encoder."""

    family: Architecture
    text: ConfigReader
    vision: ConfigReader | None
    shape: Shape
    is_tied: bool
    """Whether the output head is the input embedding."""
