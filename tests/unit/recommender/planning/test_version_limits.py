"""What only some versions of vLLM have for a model on a GPU."""

from support.instances import instance
from support.metadata import llama, real_model

from recommender.hardware.gpu import gpu_of
from recommender.model import parse_model
from recommender.planning.incompatibilities import (
    CapabilityTooLow,
    ClassNotInVersion,
    ExpertsNotInVersion,
    MethodDeprecated,
    MethodNotInVersion,
    NoWheels,
)
from recommender.planning.version_limits import version_limits
from recommender.vllm.behavior import behavior_of
from recommender.vllm.version import VersionRange

LLAMA = parse_model(llama())
V100, A10G, A100, H100 = (
    gpu_of(instance(name)) for name in ("p3dn.24xlarge", "g5.xlarge", "p4de.24xlarge", "p5.48xlarge")
)

_UP_TO_0_13, _UP_TO_0_19, _UP_TO_0_23, _UP_TO_0_27 = ((VersionRange(last=(0, n)),) for n in (13, 19, 23, 27))
_FROM_0_9, _FROM_0_27 = ((VersionRange(first=(0, n)),) for n in (9, 27))


def test_without_a_version_the_limits_of_some_versions_are_known() -> None:
    qwen, phi = real_model("Qwen/Qwen-7B-Chat"), real_model("unsloth/phi-4-bnb-4bit")

    assert version_limits(LLAMA, A10G) == ()
    assert version_limits(LLAMA, V100) == (NoWheels(versions=_UP_TO_0_19),)
    assert version_limits(real_model("nvidia/Llama-3.1-70B-Instruct-FP8"), A100) == (
        CapabilityTooLow(method="modelopt", needed=(8, 0), versions=_FROM_0_27),
    )
    assert version_limits(real_model("meta-llama/Llama-3.1-405B-Instruct-FP8"), H100) == (
        MethodDeprecated(method="fbgemm_fp8", versions=_UP_TO_0_13),
    )
    assert version_limits(phi, A10G) == (MethodNotInVersion(method="bitsandbytes", versions=_UP_TO_0_27),)
    assert version_limits(qwen, V100) == (
        ClassNotInVersion(class_name="QWenLMHeadModel", versions=_UP_TO_0_23),
        NoWheels(versions=_UP_TO_0_19),
    )


def test_a_chosen_version_within_the_limits_has_none() -> None:
    assert version_limits(real_model("Qwen/Qwen-7B-Chat"), V100, behavior_of((0, 19))) == ()


def test_a_capability_that_no_experts_change_is_named_before_them() -> None:
    """NVFP4 needs 10.0 in 0.8, which has no method for its experts either."""
    model = real_model("nvidia/MiniMax-M2.7-NVFP4")
    limits = version_limits(model, A10G, behavior_of((0, 8, 5)))

    assert [type(limit) for limit in limits] == [ClassNotInVersion, CapabilityTooLow, ExpertsNotInVersion]
    assert limits[1] == CapabilityTooLow(method="modelopt_fp4", needed=(10, 0), versions=_FROM_0_9)
