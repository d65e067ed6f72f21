"""What a recommendation says about checkpoints to search."""

import pytest
from support.instances import ALL, instance
from support.metadata import real

from recommender.recommend import recommend
from recommender.recommendation import Feasible


@pytest.mark.parametrize(
    ("model_id", "instance_type", "wanted"),
    [
        ("Qwen/Qwen3-8B", "g5.xlarge", ()),
        ("Qwen/Qwen2.5-32B-Instruct", "g6e.xlarge", ()),
        ("meta-llama/Llama-3.1-8B-Instruct", "g4dn.xlarge", ("int8", "int4")),
    ],
    ids=["native", "quantized while loading", "pre-quantized"],
)
def test_only_what_vllm_does_not_quantize_while_loading_needs_a_search(
    model_id: str, instance_type: str, wanted: tuple[str, ...]
) -> None:
    answer = recommend(real(model_id), instance(instance_type), ALL)

    assert isinstance(answer, Feasible)
    assert answer.wanted_checkpoints == wanted
    assert answer.model_info == answer.model.info
