"""Classes that the registry lacks and that vLLM's Transformers backend runs.

A version falls back to it for a class of transformers whose attention can be replaced,
`_supports_attention_backend` (`_try_resolve_transformers`, `vllm/model_executor/models/registry.py`). Classes
of a repository's own code are not counted, because the Hub's documents do not say whether theirs can be.
Neither are those with states, latents or another encoder.
"""

from collections.abc import Mapping

from recommender.vllm.releases import Span, known_releases, values
from recommender.vllm.version import Version

FIRST_WITHOUT_PLAN: Version = (0, 25, 0)
"""The first release that runs classes without `base_model_tp_plan` on several GPUs: `recursive_replace` in
`vllm/model_executor/models/transformers/base.py`."""

# The first release beside which pip installs a version of transformers with the class: 4.57.6 beside 0.12 and
# later, 5.20.2 beside 0.33. Source: `modeling_*.py` of transformers 4.57.6 and 5.20.2.
_FIRST_RELEASES: Mapping[str, Version] = {
    **dict.fromkeys(
        (
            "DogeForCausalLM",
            "HeliumForCausalLM",
            "MinistralForCausalLM",
            "VaultGemmaForCausalLM",
        ),
        (0, 12, 0),
    ),
    "PersimmonForCausalLM": FIRST_WITHOUT_PLAN,
    **dict.fromkeys(
        (
            "ModernBertDecoderForCausalLM",
            "NanoChatForCausalLM",
            "PhimoeForCausalLM",
            "SolarOpenForCausalLM",
        ),
        (0, 33, 0),
    ),
}


def fallback_spans(class_name: str) -> list[Span]:
    """The releases that run a class in this way, one by one."""
    first = _FIRST_RELEASES.get(class_name)
    if first is None:
        return []
    registered = [span for span, _ in values("models", class_name)]
    return [
        Span(release, release)
        for release in known_releases()
        if release >= first and not any(span.includes(release) for span in registered)
    ]


def falls_back(class_name: str, version: Version) -> bool:
    """Whether a release runs a class in this way."""
    return any(span.includes(version) for span in fallback_spans(class_name))
