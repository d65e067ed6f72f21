"""Which versions of vLLM have a class or a quantization, and run them on a GPU."""

import pytest

from recommender.vllm.supported_versions import (
    ExpertKernels,
    VersionRanges,
    capable_versions,
    class_versions,
    includes,
    includes_all,
    method_versions,
    needed_capability,
    scheme_versions,
    served_class,
    undeprecated_versions,
)
from recommender.vllm.version import EVERY_VERSION, Version, VersionRange


def since(*first: int) -> VersionRanges:
    return (VersionRange(first=first),)


def until(*last: int) -> VersionRanges:
    return (VersionRange(last=last),)


ALL = (EVERY_VERSION,)
NONE: VersionRanges = ()


@pytest.mark.parametrize(
    ("class_name", "expected"),
    [
        ("LlamaForCausalLM", ALL),
        ("LlavaNextForConditionalGeneration", ALL),
        ("GptOssForCausalLM", since(0, 10, 1)),
        ("Qwen3NextForCausalLM", since(0, 10, 2)),
        ("MiniMaxM2ForCausalLM", since(0, 11, 1)),
        ("Qwen3_5ForConditionalGeneration", since(0, 17)),
        ("Ministral3ForCausalLM", since(0, 20)),
        ("DeepseekV4ForCausalLM", since(0, 20)),
        ("Phi3SmallForCausalLM", until(0, 9)),
        ("MllamaForConditionalGeneration", until(0, 10)),
        ("QWenLMHeadModel", until(0, 23)),
        ("MotifForCausalLM", (VersionRange(first=(0, 10, 2), last=(0, 11, 0)),)),
        ("BertModel", NONE),
        ("NoSuchForCausalLM", NONE),
        ("", NONE),
    ],
)
def test_a_class_is_in_the_versions_whose_registry_lists_it(class_name: str, expected: VersionRanges) -> None:
    """`vllm/model_executor/models/registry.py` of each release."""
    assert expected == class_versions(class_name)


@pytest.mark.parametrize(
    ("class_names", "version", "expected"),
    [
        (("Qwen3_5ForCausalLM", "Qwen3ForCausalLM"), (0, 16, 0), "Qwen3ForCausalLM"),
        (("MyForCausalLM", "LlamaForCausalLM"), None, "LlamaForCausalLM"),
        (("MyForCausalLM", "YourForCausalLM"), None, "MyForCausalLM"),
        (("MistralForCausalLM", "LlamaForCausalLM"), None, "MistralForCausalLM"),
        ((), None, None),
    ],
)
def test_the_first_class_that_the_registry_has_serves_a_model(
    class_names: tuple[str, ...], version: Version | None, expected: str | None
) -> None:
    """`resolve_model_cls`, `vllm/model_executor/models/registry.py` of 0.8.5, 0.11.0 and 0.33.0."""
    assert expected == served_class(class_names, version)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((), since(0, 9, 1)),
        (("hidden_size",), since(0, 9, 1)),
        (("n_routed_experts",), since(0, 11, 1)),
        (("n_routed_experts", "moe_latent_size"), since(0, 13)),
    ],
)
def test_a_class_has_to_read_the_keys_that_change_its_layers(
    keys: tuple[str, ...], expected: VersionRanges
) -> None:
    """`nemotron_h.py` reads the experts from 0.11.1 on, and their latent size from 0.13.0 on."""
    assert expected == class_versions("NemotronHForCausalLM", keys)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("fp8", ALL),
        ("awq", ALL),
        ("bitsandbytes", until(0, 27)),
        ("mxfp4", since(0, 10, 1)),
        ("modelopt_mxfp8", since(0, 16)),
        ("modelopt_fp4", ALL),
        ("torchao", since(0, 8, 4)),
        ("auto-round", since(0, 9)),
        ("exl2", NONE),
    ],
)
def test_a_method_is_in_the_versions_that_register_it(method: str, expected: VersionRanges) -> None:
    """`QUANTIZATION_METHODS`: NVFP4 was `nvfp4` in 0.8, and AutoRound is `inc` from 0.15 on."""
    assert expected == method_versions(method)


@pytest.mark.parametrize(
    ("method", "version", "expected"),
    [
        ("fbgemm_fp8", (0, 13, 0), True),
        ("fbgemm_fp8", (0, 14, 0), False),
        ("fbgemm_fp8", (0, 33, 0), False),
        ("auto-round", (0, 13, 0), True),
        ("auto-round", (0, 14, 1), False),
        ("auto-round", (0, 15, 0), True),
        ("fp8", (0, 33, 0), True),
    ],
)
def test_a_deprecated_method_needs_a_flag(method: str, version: Version, *, expected: bool) -> None:
    """`DEPRECATED_QUANTIZATION_METHODS` of `quantization/__init__.py`, from 0.14.0 on."""
    assert includes(undeprecated_versions(method), version) is expected


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("compressed-tensors WNA16", ALL),
        ("compressed-tensors W8A8Fp8", ALL),
        ("compressed-tensors W4A4Fp4", since(0, 9)),
        ("compressed-tensors W4A16Fp4", since(0, 9)),
        ("compressed-tensors W4A8Fp8", since(0, 10, 2)),
        ("modelopt NVFP4", ALL),
        ("modelopt MIXED_PRECISION", since(0, 17)),
        ("modelopt_mixed W4A16_NVFP4", since(0, 22)),
        ("modelopt W4A16_NVFP4", since(0, 21)),
        ("quark W4A16Int4", since(0, 31)),
        ("compressed-tensors W8A8Fp8Block", since(0, 11)),
        ("compressed-tensors W4A16Mxfp4", since(0, 14)),
        ("compressed-tensors W8A8Mxfp8", since(0, 20)),
        ("modelopt NO_SUCH_FORMAT", NONE),
    ],
)
def test_a_scheme_is_in_the_versions_that_read_it(scheme: str, expected: VersionRanges) -> None:
    """`compressed_tensors.py`, `modelopt.py` and `quark.py` of each release."""
    assert expected == scheme_versions(scheme)


@pytest.mark.parametrize(
    ("method", "scheme", "by_version"),
    [
        ("fp8", None, {(0, 8, 5): 80, (0, 12, 0): 80, (0, 13, 0): 80, (0, 14, 0): 75, (0, 33, 0): 75}),
        ("awq", None, {(0, 8, 5): 75, (0, 33, 0): 75}),
        ("gptq", None, {(0, 8, 5): 60, (0, 33, 0): 60}),
        ("mxfp4", None, {(0, 10, 0): None, (0, 10, 1): 80, (0, 33, 0): 80}),
        ("fbgemm_fp8", None, {(0, 8, 5): 80, (0, 33, 0): 80}),
        ("compressed-tensors", None, {(0, 8, 5): 70, (0, 33, 0): 70}),
        (
            "compressed-tensors",
            "compressed-tensors WNA16",
            {(0, 8, 5): 80, (0, 10, 2): 80, (0, 11, 2): 80, (0, 12, 0): 75, (0, 19, 0): 75, (0, 33, 0): 75},
        ),
        (
            "compressed-tensors",
            "compressed-tensors W8A8Fp8",
            {(0, 8, 5): 80, (0, 12, 0): 80, (0, 15, 1): 80, (0, 16, 0): 75, (0, 33, 0): 75},
        ),
        ("compressed-tensors", "compressed-tensors W8A8Int8", {(0, 8, 5): 75, (0, 33, 0): 75}),
        (
            "compressed-tensors",
            "compressed-tensors W4A4Fp4",
            {(0, 8, 5): None, (0, 10, 2): 80, (0, 15, 1): 80, (0, 16, 0): 75, (0, 33, 0): 75},
        ),
        (
            "compressed-tensors",
            "compressed-tensors W4A16Fp4",
            {(0, 8, 5): None, (0, 12, 0): 80, (0, 16, 0): 75, (0, 23, 0): 75},
        ),
        ("modelopt", "modelopt FP8", {(0, 8, 5): 89, (0, 19, 0): 89, (0, 26, 0): 89, (0, 27, 0): 80}),
        (
            "modelopt_fp4",
            "modelopt NVFP4",
            {(0, 8, 5): 100, (0, 10, 2): 80, (0, 12, 0): 80, (0, 14, 0): 75, (0, 19, 0): 75},
        ),
        ("quark", "quark W8A8Fp8", {(0, 8, 5): 89, (0, 33, 0): 89}),
    ],
)
def test_the_lowest_capability_follows_version_and_scheme(
    method: str, scheme: str | None, by_version: dict[Version, int | None]
) -> None:
    """`get_min_capability` of each method and scheme, read in 0.8.5, 0.10.2, 0.12.0, 0.19.0 and 0.33.0."""
    schemes = () if scheme is None else (scheme,)
    found = {version: needed_capability(method, schemes, version) for version in by_version}

    assert found == {
        version: None if number is None else divmod(number, 10) for version, number in by_version.items()
    }


def test_without_a_version_the_lowest_capability_is_that_of_any_covered_one() -> None:
    assert needed_capability("modelopt", ("modelopt FP8",), None) == (8, 0)
    assert needed_capability("exl2", (), None) is None


def test_all_schemes_of_a_checkpoint_have_to_run() -> None:
    """ModelOpt's mixture needs 8.9 up to 0.23: `ModelOptMixedPrecisionConfig.get_min_capability`."""
    schemes = ("modelopt MIXED_PRECISION", "modelopt_mixed FP8", "modelopt_mixed W4A16_NVFP4")

    assert capable_versions("modelopt_fp4", schemes, (8, 0)) == since(0, 24)
    assert capable_versions("modelopt_fp4", schemes, (8, 9)) == since(0, 22)
    assert capable_versions("modelopt_fp4", schemes) == since(0, 22)


def test_fp8_in_blocks_or_experts_needs_fp8_arithmetic_before_marlin_ran_them() -> None:
    """`use_marlin` in `fp8.py` of 0.8.5 and 0.9.0."""
    assert capable_versions("fp8", (), (8, 0)) == ALL
    assert capable_versions("fp8", (), (8, 0), lacks_marlin=True) == since(0, 9)
    assert capable_versions("fp8", (), (8, 9), lacks_marlin=True) == ALL


@pytest.mark.parametrize(
    ("ranges", "version", "any_of_them", "all_of_them"),
    [
        (ALL, None, True, True),
        (NONE, None, False, False),
        (since(0, 20), None, True, False),
        (since(0, 17), None, True, True),
        (until(0, 23), None, True, False),
        (until(0, 10), None, False, False),
        ((*until(0, 18), *since(0, 19)), None, True, True),
        ((*until(0, 18), *since(0, 20)), None, True, False),
        (until(0, 10), (0, 10, 2), True, True),
        (until(0, 10), (0, 11, 0), False, False),
        (since(0, 10, 2), (0, 10, 1), False, False),
        (since(0, 33), (0, 34, 0), True, True),
        (since(0, 33), (1, 0, 0), True, True),
    ],
)
def test_ranges_are_compared_with_one_version_or_all_covered_ones(
    ranges: VersionRanges, version: Version | None, *, any_of_them: bool, all_of_them: bool
) -> None:
    assert includes(ranges, version) is any_of_them
    assert includes_all(ranges, version) is all_of_them


@pytest.mark.parametrize(
    ("method", "schemes", "kernels", "capability", "expected"),
    [
        ("awq", (), "marlin", (8, 0), ALL),
        ("awq", (), "marlin", (7, 5), since(0, 14)),
        ("awq", (), "others", (7, 5), since(0, 9, 2)),
        ("gptq", (), "marlin", (8, 0), ALL),
        ("gptq", (), "marlin", (7, 5), since(0, 10, 1)),
        ("gptq", (), "others", (8, 0), since(0, 10, 1)),
        ("bitsandbytes", (), "marlin", (8, 0), (VersionRange(first=(0, 10), last=(0, 27)),)),
        ("modelopt", ("modelopt FP8",), "marlin", (9, 0), since(0, 10)),
        ("modelopt_fp4", ("modelopt NVFP4",), "marlin", (9, 0), since(0, 9)),
        ("fbgemm_fp8", (), "marlin", (9, 0), NONE),
        ("compressed-tensors", ("compressed-tensors W8A8Fp8",), "marlin", (8, 9), ALL),
        ("compressed-tensors", ("compressed-tensors W8A8Fp8Block",), "marlin", (8, 9), since(0, 11)),
        ("compressed-tensors", ("compressed-tensors W8A8Int8",), "marlin", (8, 0), since(0, 9)),
        ("compressed-tensors", ("compressed-tensors W4A4Fp4",), "marlin", (9, 0), since(0, 9, 2)),
        ("compressed-tensors", ("compressed-tensors W4A16Mxfp4",), "marlin", (9, 0), since(0, 15)),
        ("compressed-tensors", ("compressed-tensors W4A8Fp8",), "marlin", (9, 0), since(0, 13)),
        ("compressed-tensors", ("compressed-tensors WNA16",), "marlin", (8, 0), ALL),
        ("compressed-tensors", ("compressed-tensors WNA16",), "marlin", (7, 5), since(0, 14)),
        ("fp8", (), "marlin", (8, 9), ALL),
    ],
)
def test_quantized_experts_need_kernels_of_their_own(
    method: str,
    schemes: tuple[str, ...],
    kernels: ExpertKernels,
    capability: tuple[int, int],
    expected: VersionRanges,
) -> None:
    """`get_quant_method` of each method, and `get_moe_method` of compressed-tensors, of 0.8.0 to 0.33.0."""
    assert expected == capable_versions(method, schemes, capability, experts=kernels)


def test_experts_raise_the_capability_of_awq_to_that_of_marlin() -> None:
    """`awq.py` of 0.13.0 runs experts in `AWQMarlinMoEMethod`, whose kernels need 8.0 there."""
    assert needed_capability("awq", (), (0, 13, 0)) == (7, 5)
    assert needed_capability("awq", (), (0, 13, 0), experts="marlin") == (8, 0)
    assert needed_capability("awq", (), None, experts="marlin") == (7, 5)


def test_blocks_of_compressed_fp8_run_without_fp8_arithmetic_since_0_16() -> None:
    """`SUPPORTED_STRATEGIES` of `compressed_tensors_w8a16_fp8.py` lacks blocks up to 0.15.1."""
    schemes = ("compressed-tensors W8A8Fp8Block",)

    assert capable_versions("compressed-tensors", schemes, (8, 6)) == since(0, 16)
    assert capable_versions("compressed-tensors", schemes, (8, 9)) == since(0, 11)
