"""What the parts of config.json say together of a model that is to be counted."""

from dataclasses import dataclass

from recommender.model.architectures import Family
from recommender.model.config_reader import Fields
from recommender.model.values import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """A language model as config.json describes it, and its image encoder."""

    family: Family
    text: Fields
    vision: Fields | None
    shape: Shape
    is_tied: bool
    """Whether the output head is the input embedding."""
