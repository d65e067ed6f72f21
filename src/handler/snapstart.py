"""SnapStart's runtime hooks: warm up before a snapshot, and make clients and caches after a restore.

https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-python.html
"""

import random
from collections.abc import Callable

from handler.comparison_response import comparison_as_json
from handler.request import parse_request
from handler.response import as_json
from recommender.compare import compare
from recommender.hardware.instance import Instance
from recommender.model import HubMetadata
from recommender.recommend import recommend

_INSTANCE = Instance(
    name="g5.xlarge",
    family="g5",
    accelerator_type="gpu",
    accelerator_name="A10G",
    accelerator_count=1,
    accelerator_memory_gib=24,
    vcpus=4,
    memory_gib=16,
)
_MODEL = HubMetadata(
    model_id="mistralai/Mistral-7B-Instruct-v0.3",
    information={"safetensors": {"parameters": {"BF16": 7_248_023_552}}},
    config={
        "architectures": ["MistralForCausalLM"],
        "model_type": "mistral",
        "hidden_size": 4096,
        "intermediate_size": 14_336,
        "max_position_embeddings": 32_768,
        "num_attention_heads": 32,
        "num_hidden_layers": 32,
        "num_key_value_heads": 8,
        "torch_dtype": "bfloat16",
        "vocab_size": 32_768,
    },
)


def register_hooks(renew: Callable[[], None]) -> None:
    """Warm up before a snapshot is taken, and `renew` clients and caches after each restore.

    Does nothing outside of Lambda's runtime, which provides the package that registers hooks.
    """
    try:
        from snapshot_restore_py import (  # type: ignore[import-not-found] # noqa: PLC0415
            register_after_restore,
            register_before_snapshot,
        )
    except ImportError:
        return
    register_before_snapshot(warm_up)
    register_after_restore(random.seed)  # so that the retries of restored copies do not pause equally long
    register_after_restore(renew)


def warm_up() -> None:
    """Answer a built-in request to each route without table, Hub and secrets."""
    request = parse_request({"model": _MODEL.model_id, "instance_type": _INSTANCE.name}, {})
    as_json(recommend(_MODEL, _INSTANCE, [_INSTANCE], overrides=request.overrides))
    comparison_as_json(compare(_MODEL, [_INSTANCE], overrides=request.overrides))
