"""The memory of weights on each GPU."""

from dataclasses import replace

import pytest
from support.metadata import llama, real_model

from recommender.hardware.units import GIB
from recommender.memory.weights import weight_bytes, weight_bytes_per_gpu, weight_rules
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.vllm.behavior import behavior_of
from recommender.vllm.quantization import FP8, INT4, INT8
from recommender.vllm.version import Version

_BILLION = 10**9


@pytest.mark.parametrize(
    ("model_id", "tensor_parallel", "logged_gib"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 1, 14.99),
        ("meta-llama/Llama-3.1-8B-Instruct", 2, 7.51),
        ("meta-llama/Llama-3.1-8B-Instruct", 4, 3.77),
        ("codellama/CodeLlama-7b-hf", 1, 12.56),
        ("Qwen/Qwen2.5-7B-Instruct", 1, 14.25),
        ("Qwen/Qwen2.5-72B-Instruct", 2, 67.8),
        ("Qwen/Qwen2.5-72B-Instruct", 4, 33.98),
        ("Qwen/Qwen3-14B", 1, 27.52),
        ("google/gemma-2-9b-it", 1, 17.22),
        ("google/gemma-3-4b-it", 1, 8.58),
        ("google/gemma-3-12b-it", 1, 23.31),
        ("microsoft/phi-4", 1, 27.39),
        ("microsoft/phi-4", 2, 13.77),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", 2, 43.51),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", 4, 53.12),
        ("openai/gpt-oss-20b", 1, 13.64),
        ("Qwen/Qwen3.5-9B", 1, 17.66),
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", 1, 29.43),
        ("Qwen/Qwen3-0.6B", 1, 1.12),
        ("RedHatAI/Qwen2.5-7B-Instruct-FP8-dynamic", 1, 8.14),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", 1, 8.49),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16", 1, 5.38),
    ],
)
def test_weights_are_what_a_server_logged(model_id: str, tensor_parallel: int, logged_gib: float) -> None:
    """`Model loading took ... GiB` of public logs of vLLM 0.17 to 0.31, on each GPU."""
    predicted = weight_bytes_per_gpu(real_model(model_id), Dtype.BFLOAT16, tensor_parallel)

    assert logged_gib == pytest.approx(predicted / GIB, rel=0.006)


@pytest.mark.parametrize(
    ("model_id", "version", "tensor_parallel", "built_bytes"),
    [
        # Experts of 1024: shares of 128, which vLLM pads to 256 from 0.27 on.
        ("moonshotai/Kimi-Linear-48B-A3B-Instruct", (0, 19), 8, 12_352_259_076),
        ("moonshotai/Kimi-Linear-48B-A3B-Instruct", (0, 33), 8, 24_129_878_076),
        # Shares of 96 in groups of 128, which are halved to 32.
        ("Qwen/Qwen3-30B-A3B-GPTQ-Int4", (0, 19), 8, 2_295_952_704),
        # An encoder that every GPU holds whole, and values that are stored as keys.
        ("google/gemma-4-31B-it", (0, 19), 1, 63_233_240_058),
        ("google/gemma-4-31B-it", (0, 19), 8, 9_465_408_506),
        # A second copy of the output head.
        ("google/gemma-4-26B-A4B", (0, 19), 1, 52_070_490_290),
        # Latents that every GPU holds whole.
        ("openbmb/MiniCPM3-4B", (0, 33), 1, 8_200_829_392),
        ("openbmb/MiniCPM3-4B", (0, 33), 8, 1_316_665_808),
        # An output head that is the embedding, without saying so.
        ("mosaicml/mpt-7b", (0, 19), 1, 13_298_574_208),
        # Causal masks among the weights.
        ("openai-community/gpt2", (0, 19), 1, 249_279_824),
        ("EleutherAI/pythia-1b", (0, 19), 1, 2_023_825_856),
        # Rotary tables with four times the context's rows up to 0.31.
        ("Qwen/Qwen3-VL-2B-Instruct", (0, 19), 1, 4_524_548_880),
        ("Qwen/Qwen3-VL-2B-Instruct", (0, 32), 1, 4_322_697_664),
        # A learned vector for each position on every GPU.
        ("facebook/opt-2.7b", (0, 19), 8, 672_973_696),
        # The same without counts of parameters from the Hub.
        ("facebook/opt-125m", (0, 33), 1, 250_855_712),
        # Zero points in 16 bit on Hopper, but in groups of 32 or where they are not used.
        ("TheBloke/Llama-2-70B-AWQ", (0, 33), 2, 18_710_284_160),
        ("TheBloke/Llama-2-70B-AWQ", (0, 12), 2, 18_309_207_328),
        ("gaunernst/gemma-3-27b-it-int4-awq", (0, 33), 2, 9_634_254_914),
        # Zero points that symmetric GPTQ does not use.
        ("Qwen/Qwen2.5-32B-Instruct-GPTQ-Int4", (0, 33), 8, 2_426_433_024),
        # Latents in INT4 that every GPU holds whole, and in 16 bit next to NVFP4.
        ("cognitivecomputations/DeepSeek-R1-AWQ", (0, 33), 8, 46_516_687_800),
        ("nvidia/DeepSeek-V3-0324-NVFP4", (0, 33), 8, 51_811_638_568),
        # Matrices of FP8 that the allocator rounds up, of attention with gates, and of states.
        ("Qwen/Qwen3-32B-FP8", (0, 33), 2, 17_308_766_208),
        ("Qwen/Qwen3.6-27B-FP8", (0, 33), 8, 3_915_606_748),
        ("nvidia/NVIDIA-Nemotron-Nano-9B-v2", (0, 33), 4, 4_478_003_808),
        # Attention of an encoder with 25 heads, whole on every GPU.
        ("OpenGVLab/InternVL3-78B", (0, 19), 8, 23_235_510_848),
        # Routers in FP32.
        ("nvidia/MiniMax-M2.7-NVFP4", (0, 33), 8, 17_009_293_760),
        # Routers of experts that are kept in FP32, and three layers for multi-token prediction left out.
        ("XiaomiMiMo/MiMo-V2-Flash", (0, 19), 8, 39_029_843_248),
        # Latents of experts in FP8, whole on every GPU.
        ("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8", (0, 19), 8, 15_676_789_408),
        # An encoder with a pooling head, up to 0.14, and without.
        ("ibm-granite/granite-vision-3.3-2b", (0, 12), 8, 771_792_120),
        ("ibm-granite/granite-vision-3.3-2b", (0, 19), 1, 5_937_342_472),
        # Gated blocks of which config.json states both halves together.
        ("Qwen/Qwen-7B-Chat", (0, 19), 8, 1_955_963_776),
        # A class that transformers runs, without a rotary table.
        ("ByteDance-Seed/Seed-OSS-36B-Instruct", (0, 33), 8, 9_157_685_248),
        ("ByteDance-Seed/Seed-OSS-36B-Instruct", (0, 26), 8, 9_291_903_232),
    ],
)
def test_weights_are_what_vllm_builds(
    model_id: str, version: Version, tensor_parallel: int, built_bytes: int
) -> None:
    """The parameters and buffers of vLLM's own layers on a Hopper GPU, as the allocator hands them out."""
    behavior, model = behavior_of(version), real_model(model_id)
    predicted = weight_bytes_per_gpu(
        model, Dtype.BFLOAT16, tensor_parallel, behavior=behavior, capability=(9, 0)
    )

    assert built_bytes == pytest.approx(predicted, rel=0.005)


def test_quantizing_at_load_leaves_embeddings_in_16_bit() -> None:
    """vLLM 0.19 logs 8.49 GiB for Llama-3.1-8B with `--quantization fp8`, not half of 14.96."""
    model = real_model("meta-llama/Llama-3.1-8B-Instruct")

    assert weight_bytes(model, Dtype.BFLOAT16, FP8) / GIB == pytest.approx(8.49, rel=0.005)


def test_smaller_formats_take_less() -> None:
    model = parse_model(llama())
    sizes = [weight_bytes(model, Dtype.BFLOAT16, each) for each in (None, INT8, INT4)]

    assert sizes == sorted(sizes, reverse=True)
    assert weight_bytes(model, Dtype.BFLOAT16, FP8) == weight_bytes(model, Dtype.BFLOAT16, INT8)


def test_a_float32_checkpoint_is_loaded_in_16_bit() -> None:
    model = parse_model(llama(parameters={"F32": _BILLION}, torch_dtype="float32"))

    assert 2 * _BILLION == weight_bytes(model, Dtype.BFLOAT16)


@pytest.mark.parametrize(
    ("version", "capability", "expected_gib"),
    [((0, 20), (9, 0), 65.97), ((0, 27), (9, 0), 62.2), ((0, 27), (8, 0), 65.97)],
)
def test_the_experts_of_gpt_oss_are_padded_less_on_hopper_since_0_27(
    version: Version, capability: tuple[int, int], expected_gib: float
) -> None:
    """120B: 65.97 GiB are logged with kernels of Marlin; 60.8 are stored, and 2.5 % are a margin."""
    predicted = weight_bytes_per_gpu(
        real_model("openai/gpt-oss-120b"),
        Dtype.BFLOAT16,
        1,
        behavior=behavior_of(version),
        capability=capability,
    )

    assert expected_gib == pytest.approx(predicted / GIB, abs=0.07)


@pytest.mark.parametrize(
    ("degree", "width", "padded_width"),
    [
        (1, 1024, 1024),
        (4, 1024, 1024),
        (8, 1024, 8 * 256),
        (16, 1024, 16 * 256),
        (1, 128, 128),
        (2, 256, 2 * 256),
    ],
)
def test_shares_of_the_experts_of_kimi_linear_have_256_values_at_least(
    degree: int, width: int, padded_width: int
) -> None:
    """`min_moe_intermediate_per_partition` of `vllm/models/kimi_k3/nvidia/model.py`; not on one GPU."""
    model, behavior = real_model("moonshotai/Kimi-Linear-48B-A3B-Instruct"), behavior_of((0, 33))
    model = replace(model, shape=replace(model.shape, expert_intermediate_size=width))
    padded, plain = (
        weight_bytes_per_gpu(model, Dtype.BFLOAT16, degree, behavior=each)
        for each in (behavior, replace(behavior, pads_kimi_experts=False))
    )
    grown = model.shape.expert_parameters * 2 * (padded_width / width - 1) / degree

    assert padded - plain == pytest.approx(grown, abs=1)


@pytest.mark.parametrize(
    ("architecture", "version", "capability", "degree", "width", "hidden", "margin"),
    [
        ("gpt_oss", (0, 27), (8, 0), 1, 2944, 3072, 0),
        ("gpt_oss", (0, 27), (8, 0), 2, 2 * 1536, 3072, 0),
        ("gpt_oss", (0, 27), (8, 0), 8, 8 * 384, 3072, 0),
        ("gpt_oss", (0, 26), (9, 0), 2, 2 * 1536, 3072, 0),
        ("gpt_oss", (0, 27), (9, 0), 1, 2880, 2880, 0.025),
        ("gpt_oss", (0, 27), (9, 0), 2, 2 * 1472, 2880, 0.025),
        ("gpt_oss", (0, 27), (9, 0), 8, 8 * 384, 2880, 0.025),
        ("other", (0, 27), (9, 0), 2, 2 * 1536, 3072, 0),
    ],
    ids=str,
)
def test_mxfp4_experts_are_padded_to_tiles(
    architecture: str,
    version: Version,
    capability: tuple[int, int],
    degree: int,
    width: int,
    hidden: int,
    margin: float,
) -> None:
    """Experts of 2880 x 2880: tiles of 128 x 256 in Marlin, and shares of 64 in Triton, with a margin."""
    model = replace(real_model("openai/gpt-oss-20b"), architecture=architecture)
    padded, plain = (
        weight_bytes_per_gpu(
            each, Dtype.BFLOAT16, degree, behavior=behavior_of(version), capability=capability
        )
        for each in (model, replace(model, quantization="not padded"))
    )
    growth = width * hidden / 2880**2 - 1 + margin

    assert padded - plain == pytest.approx(model.weights.packed_bytes * growth / degree, abs=1)


@pytest.mark.parametrize(
    ("method", "degree", "scales"),
    [
        ("gptq", 1, 0),
        ("gptq", 2, 0),
        ("gptq", 4, 2 / 64 - 2.5 / 128),
        ("gptq", 8, 2 / 32 - 2.5 / 128),
        ("awq", 4, 2.5 / 64 - 2.5 / 128),
        ("awq", 8, 2.5 / 32 - 2.5 / 128),
        ("compressed-tensors", 8, 0),
    ],
)
def test_shares_that_hold_no_whole_groups_have_more_scales(method: str, degree: int, scales: float) -> None:
    """Experts of 768 in groups of 128: shares of 384, 192 and 96 values, the last two in groups of 64 and 32.

    A group has a scale of 2 bytes, and a zero point of half a byte that GPTQ then leaves out.
    """
    model = replace(real_model("Qwen/Qwen3-30B-A3B-GPTQ-Int4"), quantization=method)
    without_groups = replace(model, shard_multiples=replace(model.shard_multiples, inputs=1))
    grouped, plain = (weight_bytes_per_gpu(each, Dtype.FLOAT16, degree) for each in (model, without_groups))

    assert grouped - plain == pytest.approx(model.shape.expert_parameters * scales / degree, abs=1)


@pytest.mark.parametrize("degree", [1, 4])
def test_a_class_that_only_transformers_has_is_whole_on_every_gpu(degree: int) -> None:
    """10^9 parameters in 16 bit, without a rotary table. Whether such a class is divided is not known."""
    model = replace(parse_model(llama()), class_name="HeliumForCausalLM")

    assert weight_bytes_per_gpu(model, Dtype.BFLOAT16, degree, behavior=behavior_of((0, 33))) == 2 * _BILLION


@pytest.mark.parametrize("degree", [1, 2, 4])
def test_a_class_of_transformers_without_a_plan_divides_its_embeddings_alone(degree: int) -> None:
    """GPT BigCode from 0.25 on. Input embedding and output head of 64 x 1024."""
    embeddings = 2 * 64 * 1024
    model = replace(
        parse_model(llama(vocab_size=64)),
        class_name="GPTBigCodeForCausalLM",
        is_whole_in_transformers=True,
    )
    found = weight_bytes_per_gpu(model, Dtype.BFLOAT16, degree, behavior=behavior_of((0, 25)))

    assert found == 2 * (_BILLION - embeddings + embeddings // degree)


def test_layers_that_cache_nothing_have_projections_of_whole_heads_too() -> None:
    """4 KV heads on 8 GPUs: 5 layers with a cache and 3 that read it are 8 layers."""
    model = parse_model(llama())
    (layers,) = model.attention
    sharing = replace(model, attention=(replace(layers, count=5, without_cache=3),))
    found = [weight_bytes_per_gpu(each, Dtype.BFLOAT16, 8) for each in (model, sharing)]

    assert found[0] == found[1]


@pytest.mark.parametrize(("degree", "parameters"), [(1, 1152 * 2 * 4304), (2, 1152 * 4304)])
def test_a_pooling_head_that_is_loaded_has_attention_on_every_gpu(degree: int, parameters: int) -> None:
    """SigLIP of Granite Vision, up to 0.14: four matrices of 1152 x 1152, and two of 1152 x 4304."""
    model = real_model("ibm-granite/granite-vision-3.3-2b")
    built, left_out = (
        weight_bytes_per_gpu(
            model, Dtype.BFLOAT16, degree, behavior=replace(behavior_of((0, 14)), builds_pooling_heads=builds)
        )
        for builds in (True, False)
    )

    assert built - left_out == pytest.approx(2 * (4 * 1152**2 + parameters), abs=2)


def test_quantizing_an_estimated_model_leaves_what_every_gpu_holds_whole_in_16_bit() -> None:
    model = replace(parse_model(llama()), is_estimated=True, whole_parameters=10**8)
    kept = 2 * 32_000 * 1024 + 10**8

    assert weight_bytes(model, Dtype.BFLOAT16, FP8) == (_BILLION - kept) + 2 * kept


@pytest.mark.parametrize(
    ("rule", "model_id"),
    [
        ("extends_rotary_tables", "Qwen/Qwen3-VL-2B-Instruct"),
        ("pads_kimi_experts", "moonshotai/Kimi-Linear-48B-A3B-Instruct"),
        ("keeps_mxfp4_scales_once", "openai/gpt-oss-20b"),
        ("runs_awq_in_machete", "TheBloke/Llama-2-70B-AWQ"),
    ],
)
def test_weights_are_calculated_again_only_where_a_version_changes_them(rule: str, model_id: str) -> None:
    behavior = behavior_of((0, 19))
    other = replace(behavior, **{rule: not getattr(behavior, rule)})
    changed = {
        each: weight_rules(real_model(each), behavior) != weight_rules(real_model(each), other)
        for each in (model_id, "meta-llama/Llama-3.1-8B-Instruct")
    }

    assert changed == {model_id: True, "meta-llama/Llama-3.1-8B-Instruct": False}


def test_zero_points_grow_on_hopper_only() -> None:
    """Llama 2 70B in AWQ: 1.5 bytes for each group of 128 of 68.5 billion weights, from 0.19 on."""
    model = real_model("TheBloke/Llama-2-70B-AWQ")
    recent, old = (
        [
            weight_bytes_per_gpu(
                model, Dtype.FLOAT16, 1, behavior=behavior_of(version), capability=capability
            )
            for capability in ((9, 0), (8, 0))
        ]
        for version in ((0, 19), (0, 18))
    )

    assert recent[0] - recent[1] == model.wide_zero_point_bytes
    assert model.wide_zero_point_bytes == pytest.approx(68.5e9 * 1.5 / 128, rel=0.01)
    assert old[0] == old[1] == recent[1]
