"""The memory of weights on each GPU."""

import pytest
from support.metadata import llama, real_model

from recommender.hardware.units import GIB
from recommender.memory.weights import weight_bytes, weight_bytes_per_gpu
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
