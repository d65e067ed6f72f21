"""Why a version of vLLM cannot run a model on a GPU."""

import dataclasses

import pytest
from support.instances import instance
from support.metadata import llama, real, real_model

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.model import Model, parse_model
from recommender.planning.compatibility import (
    class_incompatibility,
    degree_incompatibility,
    fp8_cache_incompatibility,
    has_wheels,
    incompatibility,
    model_class_incompatibility,
    quantization_incompatibility,
)
from recommender.planning.incompatibilities import (
    CapabilityTooLow,
    ClassNotInVersion,
    DegreeNotAccepted,
    ExpertsNotInVersion,
    Incompatibility,
    MethodDeprecated,
    MethodNotInVersion,
    No16BitDtype,
    NoBackendForStatedCache,
    NoFP8Cache,
    NoKernels,
    NoSparseAttention,
    NoWheels,
    SchemeNotInVersion,
    SettingRefused,
)
from recommender.planning.tensor_parallelism import Indivisible, SplitBlock
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import KVCacheDtype
from recommender.vllm.quantization import BITSANDBYTES_INT4, FP8, INT4, INT8, Quantization
from recommender.vllm.version import Version, VersionRange

LLAMA = parse_model(llama())
FP8_CHECKPOINT = "Qwen/Qwen3-8B-FP8"
COMPRESSED_FP8 = "nm-testing/Meta-Llama-3.1-8B-Instruct-FP8-hf"


def gpu(instance_type: str) -> Gpu:
    return gpu_of(instance(instance_type))


V100, T4, A10G, L4 = (gpu(name) for name in ("p3dn.24xlarge", "g4dn.xlarge", "g5.xlarge", "g6.xlarge"))
A100 = gpu("p4de.24xlarge")
H100, B200, RTX_PRO = (gpu(name) for name in ("p5.48xlarge", "p6-b200.48xlarge", "g7e.12xlarge"))

_UP_TO_0_13, _UP_TO_0_19, _UP_TO_0_23, _UP_TO_0_27 = ((VersionRange(last=(0, n)),) for n in (13, 19, 23, 27))
_FROM_0_9, _FROM_0_10, _FROM_0_14 = ((VersionRange(first=(0, n)),) for n in (9, 10, 14))
_FROM_0_11_1_TO_0_23 = (VersionRange(first=(0, 11, 1), last=(0, 23)),)
_FROM_0_22, _FROM_0_24, _FROM_0_27, _FROM_0_30 = ((VersionRange(first=(0, n)),) for n in (22, 24, 27, 30))


@pytest.mark.parametrize(
    ("model_id", "card", "version", "expected"),
    [
        ("Qwen/Qwen3-8B", A10G, None, None),
        (
            "Qwen/Qwen-7B-Chat",
            A10G,
            (0, 24),
            ClassNotInVersion(class_name="QWenLMHeadModel", versions=_UP_TO_0_23),
        ),
        ("Qwen/Qwen-7B-Chat", A10G, (0, 23, 1), None),
        ("Qwen/Qwen-7B-Chat", A10G, None, None),
        ("Qwen/Qwen3-8B", V100, (0, 20), NoWheels(versions=_UP_TO_0_19)),
        ("Qwen/Qwen3-8B", V100, (0, 19), None),
        ("Qwen/Qwen3-8B", V100, None, None),
        (
            "unsloth/phi-4-bnb-4bit",
            A10G,
            (0, 28),
            MethodNotInVersion(method="bitsandbytes", versions=_UP_TO_0_27),
        ),
        ("unsloth/phi-4-bnb-4bit", A10G, None, None),
        ("deepseek-ai/DeepSeek-V3.2", A100, None, NoSparseAttention(versions=(), has_fp8_cache=False)),
        (
            "deepseek-ai/DeepSeek-V3.2",
            RTX_PRO,
            (0, 23),
            NoSparseAttention(versions=_FROM_0_24, has_fp8_cache=False),
        ),
        ("deepseek-ai/DeepSeek-V3.2", RTX_PRO, None, None),
        (
            "nvidia/GLM-5.3-NVFP4",
            H100,
            (0, 19),
            NoSparseAttention(versions=_FROM_0_30, has_fp8_cache=True),
        ),
        ("nvidia/GLM-5.3-NVFP4", H100, (0, 30), None),
        ("nvidia/GLM-5.3-NVFP4", B200, (0, 19), None),
        (
            "nvidia/Qwen3.6-35B-A3B-NVFP4",
            H100,
            (0, 19),
            SchemeNotInVersion(scheme="modelopt_mixed W4A16_NVFP4", versions=_FROM_0_22),
        ),
        ("nvidia/Qwen3.6-35B-A3B-NVFP4", H100, (0, 22), None),
        ("nvidia/Qwen3.6-35B-A3B-NVFP4", H100, None, None),
        (
            "meta-llama/Llama-3.1-405B-Instruct-FP8",
            H100,
            (0, 14),
            MethodDeprecated(method="fbgemm_fp8", versions=_UP_TO_0_13),
        ),
        ("meta-llama/Llama-3.1-405B-Instruct-FP8", H100, (0, 13), None),
        ("meta-llama/Llama-3.1-405B-Instruct-FP8", H100, None, None),
        ("deepseek-ai/DeepSeek-V3.2", H100, None, None),
        (
            "TheBloke/Mixtral-8x7B-Instruct-v0.1-AWQ",
            T4,
            (0, 13),
            CapabilityTooLow(method="awq", needed=(8, 0), versions=_FROM_0_14),
        ),
        ("TheBloke/Mixtral-8x7B-Instruct-v0.1-AWQ", T4, (0, 14), None),
        ("TheBloke/Mixtral-8x7B-Instruct-v0.1-AWQ", A10G, (0, 8), None),
        (
            "RedHatAI/Llama-4-Scout-17B-16E-Instruct-FP8-dynamic",
            A100,
            (0, 8, 5),
            CapabilityTooLow(method="compressed-tensors", needed=(8, 9), versions=_FROM_0_9),
        ),
        ("RedHatAI/Llama-4-Scout-17B-16E-Instruct-FP8-dynamic", A100, (0, 9), None),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", B200, None, NoKernels(kind="INT8")),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", A10G, None, None),
        ("gaunernst/gemma-3-27b-it-int4-awq", T4, None, No16BitDtype()),
        ("google/gemma-3-27b-it", T4, None, None),
        ("openai/gpt-oss-20b", T4, None, CapabilityTooLow(method="mxfp4", needed=(8, 0), versions=())),
        (
            "Qwen/Qwen2.5-7B-Instruct-AWQ",
            V100,
            (0, 19),
            CapabilityTooLow(method="awq", needed=(7, 5), versions=()),
        ),
        (
            "nvidia/Llama-3.1-70B-Instruct-FP8",
            A100,
            (0, 26),
            CapabilityTooLow(method="modelopt", needed=(8, 9), versions=_FROM_0_27),
        ),
        ("nvidia/Llama-3.1-70B-Instruct-FP8", A100, (0, 27), None),
        ("nvidia/Llama-3.1-70B-Instruct-FP8", A100, None, None),
    ],
)  # fmt: skip
def test_a_model_is_incompatible_for_its_first_reason(
    model_id: str, card: Gpu, version: Version | None, expected: Incompatibility | None
) -> None:
    assert expected == incompatibility(real_model(model_id), card, behavior=behavior_of(version))


@pytest.mark.parametrize(
    ("card", "version", "needed"),
    [
        (T4, (0, 13), (8, 0)),
        (T4, (0, 14), None),
        (T4, None, None),
        (A10G, (0, 12), None),
        (V100, (0, 13), (8, 0)),
        (V100, (0, 19), (7, 5)),
    ],
    ids=str,
)
def test_fp8_weights_have_one_answer_however_they_come_about(
    card: Gpu, version: Version | None, needed: tuple[int, int] | None
) -> None:
    """A checkpoint in FP8 and FP8 while loading run on the same GPUs."""
    behavior = behavior_of(version)

    for reason in (
        incompatibility(real_model(FP8_CHECKPOINT), card, behavior=behavior),
        incompatibility(LLAMA, card, FP8, behavior),
        quantization_incompatibility(card, FP8, behavior),
    ):
        assert needed == (reason.needed if isinstance(reason, CapabilityTooLow) else reason)


@pytest.mark.parametrize(
    ("card", "version", "runs"),
    [(T4, (0, 15), False), (T4, (0, 16), True), (A10G, (0, 8, 5), True), (V100, (0, 19), False)],
    ids=str,
)
def test_compressed_fp8_runs_on_other_gpus_than_fp8(card: Gpu, version: Version, *, runs: bool) -> None:
    """`CompressedTensorsW8A16Fp8.get_min_capability` of 0.15.1 and 0.16.0: 80 and 75."""
    found = incompatibility(real_model(COMPRESSED_FP8), card, behavior=behavior_of(version))

    assert (found is None) is runs


@pytest.mark.parametrize(
    ("blocks", "version", "runs"),
    [
        ({"weight_block_size": [128, 128]}, (0, 8, 5), False),
        ({"weight_block_size": [128, 128]}, (0, 9), True),
        ({}, (0, 8, 5), True),
    ],
)
def test_fp8_in_blocks_needs_fp8_arithmetic_before_0_9(
    blocks: dict[str, object], version: Version, *, runs: bool
) -> None:
    """`use_marlin` in `fp8.py` of 0.8.5 and 0.9.0: Marlin did not run blocks at first."""
    stated = {"quant_method": "fp8", "activation_scheme": "dynamic", **blocks}
    reason = incompatibility(
        parse_model(llama(quantization_config=stated)), A10G, behavior=behavior_of(version)
    )

    assert (reason is None) is runs


@pytest.mark.parametrize(
    ("quantization", "card", "expected"),
    [
        (INT8, V100, NoKernels(kind="INT8")),
        (INT8, T4, None),
        (INT8, H100, None),
        (INT8, B200, NoKernels(kind="INT8")),
        (FP8, V100, CapabilityTooLow(method="fp8", needed=(7, 5), versions=())),
        (FP8, T4, None),
        (INT4, V100, None),
    ],
)
def test_a_quantization_needs_kernels_for_the_gpu(
    quantization: Quantization, card: Gpu, expected: NoKernels | CapabilityTooLow | None
) -> None:
    assert expected == quantization_incompatibility(card, quantization)
    assert expected == incompatibility(LLAMA, card, quantization)


def test_a_model_that_runs_in_fp32_cannot_be_quantized() -> None:
    """Gemma 3 does not support FP16, a T4 does not support BF16."""
    gemma = real_model("google/gemma-3-27b-it")

    assert incompatibility(gemma, T4, INT4) == No16BitDtype()
    assert incompatibility(gemma, A10G, INT4) is None


def test_bitsandbytes_computes_in_fp32() -> None:
    """`get_supported_act_dtypes` of `bitsandbytes.py`, 0.8 to 0.27."""
    quantized = {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}
    gemma = parse_model(
        llama(
            architectures=["Gemma2ForCausalLM"],
            model_type="gemma2",
            parameters={"U8": 10**9, "BF16": 10**8},
            quantization_config=quantized,
        )
    )

    assert incompatibility(gemma, T4, behavior=behavior_of((0, 19))) is None
    assert incompatibility(real_model("google/gemma-2-9b-it"), T4, BITSANDBYTES_INT4) is None


@pytest.mark.parametrize(
    ("model_id", "card", "version", "expected"),
    [
        ("nvidia/Qwen3-30B-A3B-NVFP4", T4, (0, 23), None),
        (
            "nvidia/Qwen3-30B-A3B-NVFP4",
            T4,
            (0, 24),
            NoBackendForStatedCache(versions=_UP_TO_0_23),
        ),
        ("nvidia/Qwen3-30B-A3B-NVFP4", A10G, (0, 24), None),
    ],
)
def test_an_fp8_cache_that_the_checkpoint_sets_needs_a_backend(
    model_id: str, card: Gpu, version: Version, expected: Incompatibility | None
) -> None:
    """FlashInfer left capability 7.5 with 0.24: vllm-project/vllm#47549."""
    assert expected == incompatibility(real_model(model_id), card, behavior=behavior_of(version))


@pytest.mark.parametrize(
    ("dtype", "expected"), [("auto", None), ("fp8", NoFP8Cache(versions=_FROM_0_11_1_TO_0_23))]
)
def test_only_a_cache_in_fp8_needs_a_backend_for_it(dtype: KVCacheDtype, expected: NoFP8Cache | None) -> None:
    """FlashInfer has one for a T4 from 0.11.1 to 0.23."""
    assert expected == fp8_cache_incompatibility(LLAMA, T4, dtype, behavior_of((0, 24)))
    assert fp8_cache_incompatibility(LLAMA, A10G, dtype, behavior_of((0, 24))) is None


@pytest.mark.parametrize(
    ("version", "runs"), [((0, 13), True), ((0, 14), False), ((0, 17), False), ((0, 18), True)], ids=str
)
def test_latents_in_an_fp8_cache_that_the_checkpoint_sets_need_a_backend(
    version: Version, *, runs: bool
) -> None:
    """DeepSeek-R1-0528-NVFP4 on RTX PRO 6000 runs under 0.13 and not under 0.14: vllm-project/vllm#32732."""
    document = {**(real("nvidia/DeepSeek-V3-0324-NVFP4").config or {})}
    document["quantization_config"] = {
        **document.get("quantization_config", {}),
        "quant_method": "modelopt",
        "quant_algo": "NVFP4",
        "kv_cache_quant_algo": "FP8",
    }
    model = parse_model(dataclasses.replace(real("nvidia/DeepSeek-V3-0324-NVFP4"), config=document))

    assert model.cache_value_bytes == 1
    assert (incompatibility(model, RTX_PRO, behavior=behavior_of(version)) is None) == runs


def test_a_class_that_no_covered_version_has_is_incompatible_without_a_version() -> None:
    """Mllama was removed after 0.10, and an answer without a version covers 0.17 and later."""
    reason = class_incompatibility("MllamaForConditionalGeneration")

    assert reason == ClassNotInVersion(
        class_name="MllamaForConditionalGeneration", versions=(VersionRange(last=(0, 10)),)
    )
    assert class_incompatibility("LlamaForCausalLM") is None


_CHUNKS = {"dual_chunk_attention_config": {"chunk_size": 262_144, "local_size": 8192}}
_SOME_LAYERS = {"use_sliding_window": True, "sliding_window": 4096, "max_window_layers": 20}
_ALL_LAYERS = {**_SOME_LAYERS, "max_window_layers": 28}
_LISTED = {"layer_types": ["full_attention"] * 20 + ["sliding_attention"] * 8}


@pytest.mark.parametrize(
    ("keys", "setting", "runs", "refuses"),
    [
        (_CHUNKS, "dual_chunk_attention_config", [(0, 8, 5)], [(0, 9, 0), (0, 10, 2), (0, 33), None]),
        (_SOME_LAYERS, "mixed_windows", [], [(0, 8, 5), (0, 10, 2), (0, 33), None]),
        ({**_SOME_LAYERS, **_LISTED}, "mixed_windows", [], [(0, 33), None]),
        (_ALL_LAYERS, "windows", [(0, 9, 1), (0, 33), None], [(0, 8, 5)]),
        ({**_ALL_LAYERS, "use_sliding_window": False}, "windows", [(0, 8, 5), None], []),
    ],
    ids=["dual chunks", "mixed windows", "listed windows", "windows", "no windows"],
)
def test_a_class_of_some_versions_has_no_such_attention(
    keys: dict[str, object], setting: str, runs: list[Version | None], refuses: list[Version | None]
) -> None:
    """vllm-project/vllm#24048: no `layer_idx` in `FlashAttentionImpl`; `Qwen2Model.__init__` for windows."""
    qwen = real("Qwen/Qwen2.5-7B-Instruct")
    model = parse_model(dataclasses.replace(qwen, config={**(qwen.config or {}), **keys}))
    card = gpu_of(instance("g6e.xlarge"))

    assert [incompatibility(model, card, behavior=behavior_of(each)) for each in runs] == [None] * len(runs)
    for each in refuses:
        found = incompatibility(model, card, behavior=behavior_of(each))
        assert isinstance(found, SettingRefused)
        assert found.setting == setting


def nested(**text_config: object) -> Model:
    """A multimodal model, whose class every version has, around a language model."""
    base = real("OpenGVLab/InternVL3-78B")
    config = base.config or {}
    return parse_model(
        dataclasses.replace(base, config={**config, "llm_config": {**config["llm_config"], **text_config}})
    )


@pytest.mark.parametrize(
    ("class_name", "version", "runs"),
    [
        ("Qwen3ForCausalLM", (0, 8, 3), False),
        ("Qwen3ForCausalLM", (0, 8, 4), True),
        ("Qwen3ForCausalLM", None, True),
        ("Qwen2ForCausalLM", (0, 8, 3), True),
        # Classes of transformers that no registry has.
        ("Qwen2TextModel", (0, 8, 3), True),
    ],
)
def test_the_class_of_a_nested_language_model_needs_a_version_too(
    class_name: str, version: Version | None, *, runs: bool
) -> None:
    """`init_vllm_registered_model`, `vllm/model_executor/models/utils.py`; Qwen3 came in 0.8.4."""
    model = nested(architectures=[class_name])
    missing = model_class_incompatibility(model, behavior_of(version))

    assert missing == (
        None if runs else ClassNotInVersion(class_name=class_name, versions=(VersionRange(first=(0, 8, 4)),))
    )
    assert (incompatibility(model, H100, behavior=behavior_of(version)) is None) == runs


def test_wheels_have_to_run_in_every_version_that_is_meant() -> None:
    assert has_wheels(T4)
    assert not has_wheels(V100)
    assert has_wheels(V100, behavior_of((0, 19)))
    assert not has_wheels(V100, behavior_of((0, 20)))


@pytest.mark.parametrize(
    ("model_id", "degree", "expected"),
    [
        ("microsoft/phi-4", 2, None),
        (
            "microsoft/phi-4",
            4,
            DegreeNotAccepted(degree=4, obstacle=Indivisible(what="KV heads", size=10), largest_accepted=2),
        ),
        ("Qwen/Qwen2.5-1.5B-Instruct", 4, None),
        (
            "Qwen/Qwen2.5-1.5B-Instruct",
            8,
            DegreeNotAccepted(
                degree=8, obstacle=Indivisible(what="attention heads", size=12), largest_accepted=4
            ),
        ),
    ],
)
def test_a_degree_has_to_divide_the_model(
    model_id: str, degree: int, expected: DegreeNotAccepted | None
) -> None:
    """Phi-4 has 40 heads and 10 KV heads; the 2 KV heads of Qwen2.5-1.5B may be replicated."""
    assert expected == degree_incompatibility(real_model(model_id), degree)


def test_a_checkpoint_whose_groups_divide_nothing_is_not_accepted_on_one_gpu() -> None:
    groups = {"quant_method": "awq", "group_size": 128}
    model = parse_model(llama(intermediate_size=1000, quantization_config=groups))
    split = SplitBlock(what="feed-forward width", share=1000, multiple=128)

    assert degree_incompatibility(model, 1) == DegreeNotAccepted(
        degree=1, obstacle=split, largest_accepted=None
    )


def test_experts_need_a_version_that_runs_them_quantized() -> None:
    """ModelOpt's FP8 has a method for experts from 0.10.0 on: `ModelOptFp8MoEMethod`, `modelopt.py`."""
    experts = {"model_type": "mixtral", "architectures": ["MixtralForCausalLM"], "num_local_experts": 8}
    stated = {"quant_method": "modelopt", "quant_algo": "FP8"}
    model = parse_model(llama(**experts, num_experts_per_tok=2, quantization_config=stated))

    assert incompatibility(model, H100, None, behavior_of((0, 9, 2))) == ExpertsNotInVersion(
        method="modelopt", versions=_FROM_0_10
    )
    assert incompatibility(model, H100, None, behavior_of((0, 10, 0))) is None


def test_torchao_may_leave_experts_alone() -> None:
    experts = {"model_type": "mixtral", "architectures": ["MixtralForCausalLM"], "num_local_experts": 8}
    model = dataclasses.replace(parse_model(llama(**experts, num_experts_per_tok=2)), quantization="torchao")

    assert incompatibility(model, H100, None, behavior_of((0, 33, 0))) is None
