"""The longest context that a version derives for a model whose rotary embedding is stretched by YaRN."""

from dataclasses import replace

from recommender.model import Model
from recommender.vllm.version import Version

_FIRST_WITH_STATED_LIMIT: Version = (0, 30)


def with_context_of(model: Model, version: Version | None) -> Model:
    """`model` with the limit of a version; without one, with the shorter limit, which each accepts.

    Earlier versions multiply the original limit, later ones take the stated one: `_get_and_verify_max_len`,
    `vllm/config/model.py`.
    """
    multiplied = model.context.multiplied_tokens
    if multiplied is None or version is None or version >= _FIRST_WITH_STATED_LIMIT:
        return model
    return replace(model, context=replace(model.context, tokens=multiplied, default_tokens=multiplied))
