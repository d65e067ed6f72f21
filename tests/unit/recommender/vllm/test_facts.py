"""Facts about vLLM's releases, each checked by hand in the file and line of vLLM that its test names."""

import pytest
from support.instances import instance

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.units import GIB
from recommender.vllm import facts
from recommender.vllm.facts import AttentionBackend, BatchDefaults, ModelClass, Usage
from recommender.vllm.releases import known_releases, value
from recommender.vllm.version import EVERY_VERSION, OLDEST_COVERED_VERSION, Version, VersionRange


@pytest.mark.parametrize(
    ("class_name", "expected"),
    [
        ("LlamaForCausalLM", EVERY_VERSION),
        ("LlavaNextForConditionalGeneration", EVERY_VERSION),
        ("Qwen3NextForCausalLM", VersionRange(first=(0, 10, 2))),
        ("GptOssForCausalLM", VersionRange(first=(0, 10, 1))),
        ("MiniMaxM2ForCausalLM", VersionRange(first=(0, 11, 1))),
        ("Qwen3_5ForConditionalGeneration", VersionRange(first=(0, 17))),
        ("MllamaForConditionalGeneration", VersionRange(last=(0, 10))),
        ("Phi3SmallForCausalLM", VersionRange(last=(0, 9))),
        ("Ernie4_5_ForCausalLM", VersionRange(first=(0, 9, 2), last=(0, 10, 0))),
        ("MiniMaxForCausalLM", VersionRange(first=(0, 10), last=(0, 23))),
    ],
)
def test_a_class_is_served_from_its_first_to_its_last_release(
    class_name: str, expected: VersionRange
) -> None:
    """`vllm/model_executor/models/registry.py`: 0.10.1 line 76, 0.11.1 line 137, 0.10.2 line 271."""
    assert facts.class_versions(class_name) == (expected,)


def test_a_class_may_be_gone_for_a_while() -> None:
    """Llama 4 without its vision tower: `registry.py` of 0.8.3 and 0.10.1, not of 0.8.4."""
    assert facts.class_versions("Llama4ForCausalLM") == (
        VersionRange(first=(0, 8, 3), last=(0, 8, 3)),
        VersionRange(first=(0, 10, 1)),
    )


@pytest.mark.parametrize(
    ("class_name", "keys", "first"),
    [
        ("NemotronHForCausalLM", {"hidden_size"}, (0, 9, 1)),
        ("NemotronHForCausalLM", {"hidden_size", "n_routed_experts"}, (0, 11, 1)),
        ("NemotronHForCausalLM", {"n_routed_experts", "moe_latent_size"}, (0, 13)),
        ("DeciLMForCausalLM", {"block_configs"}, (0, 8, 3)),
        ("LlamaForCausalLM", {"n_routed_experts"}, None),
    ],
)
def test_a_class_is_served_once_it_reads_the_keys_that_change_its_layers(
    class_name: str, keys: set[str], first: Version | None
) -> None:
    """`vllm/model_executor/models/`: nemotron_h.py of 0.11.1 and 0.13.0, nemotron_nas.py of 0.8.3."""
    assert facts.class_versions(class_name, keys) == (VersionRange(first=first),)


@pytest.mark.parametrize("class_name", ["BertModel", "EagleLlamaForCausalLM", "NoSuchForCausalLM"])
def test_classes_that_generate_no_text_have_no_versions(class_name: str) -> None:
    assert facts.class_versions(class_name) == ()


def test_a_class_is_known_by_module_name_and_group() -> None:
    """`registry.py` of 0.33.0: text generation from line 73, embedding from 220."""
    assert facts.model_class("AquilaForCausalLM", (0, 24)) == ModelClass(
        group="text_generation", module="llama", name="LlamaForCausalLM"
    )
    assert facts.model_class("AquilaForCausalLM", (0, 25)) is None
    assert facts.model_class("ModernBertModel", (0, 33)) == ModelClass(
        group="embedding", module="modernbert", name="ModernBertModel"
    )
    plugin = "https://github.com/vllm-project/bart-plugin"
    assert value("plugin_models", "BartForConditionalGeneration", (0, 33, 0)) == plugin  # 0.33.0, line 899
    assert value("plugin_models", "LlamaForCausalLM", (0, 33, 0)) is None


@pytest.mark.parametrize(
    ("method", "scheme", "version", "expected"),
    [
        ("fp8", None, (0, 13, 0), (8, 0)),
        ("fp8", None, (0, 14, 0), (7, 5)),
        ("awq", None, (0, 8, 0), (7, 5)),
        ("gptq", None, (0, 33, 0), (6, 0)),
        ("mxfp4", None, (0, 33, 0), (8, 0)),
        ("compressed-tensors", "WNA16", (0, 11, 2), (8, 0)),
        ("compressed-tensors", "WNA16", (0, 12, 0), (7, 5)),
        ("compressed-tensors", "W8A8Fp8", (0, 33, 0), (8, 9)),
        ("modelopt", "FP8", (0, 26, 0), (8, 9)),
        ("modelopt", "FP8", (0, 27, 0), (8, 0)),
        ("modelopt", "NVFP4", (0, 8, 5), (10, 0)),
        ("modelopt", "NVFP4", (0, 14, 0), (7, 5)),
        ("modelopt", "W4A16_NVFP4", (0, 19, 0), None),
        ("modelopt_mixed", "W4A16_NVFP4", (0, 33, 0), (7, 5)),
        ("tpu_int8", None, (0, 8, 0), None),
        ("no_such_method", None, (0, 33, 0), None),
    ],
)
def test_a_method_runs_from_a_compute_capability_up(
    method: str, scheme: str | None, version: Version, expected: tuple[int, int] | None
) -> None:
    """`get_min_capability` in `vllm/model_executor/layers/quantization/`.

    fp8.py of 0.13.0 line 256 and of 0.14.0 line 153; compressed_tensors_wNa16.py of 0.11.2 line 77 and of
    0.12.0 line 83; modelopt.py of 0.8.5 line 196, of 0.26.0 line 413 and of 0.27.0 line 408.
    """
    assert expected == facts.method_minimum_capability(method, version, scheme)


def test_without_a_version_the_highest_capability_since_the_oldest_release_counts() -> None:
    """ModelOpt's FP8 needs 8.9 up to 0.26 and 8.0 from 0.27 on."""
    assert facts.method_minimum_capability("modelopt", None) == (8, 9)
    assert facts.method_minimum_capability("bitsandbytes", None) is None
    assert facts.method_minimum_capability("bitsandbytes", OLDEST_COVERED_VERSION) == (7, 0)


def test_bitsandbytes_is_in_vllm_up_to_0_27() -> None:
    """`quantization/__init__.py` of 0.27.1 line 28; gone in 0.28.0."""
    assert facts.method_versions("bitsandbytes") == (VersionRange(last=(0, 27)),)
    assert value("quantization", "bitsandbytes", (0, 27, 1)) is not None
    assert value("quantization", "bitsandbytes", (0, 28, 0)) is None
    assert facts.method_versions("exl2") == ()


def test_fbgemm_is_deprecated_from_0_14_on() -> None:
    """`DEPRECATED_QUANTIZATION_METHODS`, `quantization/__init__.py` of 0.14.0 line 45."""
    assert not facts.is_deprecated("fbgemm_fp8", (0, 13))
    assert facts.is_deprecated("fbgemm_fp8", (0, 14))
    assert facts.is_deprecated("fbgemm_fp8", None)
    assert not facts.is_deprecated("fp8", None)


def test_awq_computed_in_float16_alone_up_to_0_23() -> None:
    """`get_supported_act_dtypes`: awq.py of 0.23.0, auto_awq.py of 0.24.0."""
    assert set(value("quantization", "awq", (0, 23))["dtypes"]) == {"float16"}
    assert set(value("quantization", "awq", (0, 24))["dtypes"]) == {"float16", "bfloat16"}
    assert value("quantization", "awq", (0, 33)) == value("quantization", "auto_awq", (0, 33))
    assert facts.computes_in_float16_only("awq", (0, 23))
    assert not facts.computes_in_float16_only("awq", (0, 24))
    assert facts.computes_in_float16_only("awq", None)
    assert not facts.computes_in_float16_only("fp8", None)


@pytest.mark.parametrize(
    ("method", "version", "linear", "experts"),
    [
        ("fp8", (0, 8, 5), True, True),
        ("fp8", (0, 33), True, True),
        ("fp8", None, True, True),
        ("mxfp4", (0, 27), False, False),
        ("mxfp4", (0, 33), True, True),
        ("int8_per_channel_weight_only", (0, 33), False, True),
        ("nvfp4_per_token", (0, 33), False, True),
        ("bitsandbytes", (0, 9), True, False),
        ("bitsandbytes", (0, 12), True, True),
        ("bitsandbytes", (0, 27), True, True),
        ("bitsandbytes", (0, 28), False, False),
        ("bitsandbytes", None, False, False),
        ("awq", (0, 33), False, False),
    ],
)
def test_what_is_quantized_while_loading_depends_on_the_version(
    method: str, version: Version | None, *, linear: bool, experts: bool
) -> None:
    """`_ONLINE_SHORTHANDS` of 0.33.0, `vllm/config/quantization.py` from line 188 on."""
    assert facts.quantizes_at_load(method, "linear", version) is linear
    assert facts.quantizes_at_load(method, "experts", version) is experts


def _gpu(instance_type: str) -> Gpu:
    return gpu_of(instance(instance_type))


@pytest.mark.parametrize(
    ("instance_type", "version", "usage", "expected"),
    [
        ("p5.48xlarge", (0, 8, 3), "openai_api_server", (8192, 1024)),
        ("g5.xlarge", (0, 8, 3), "openai_api_server", (2048, 1024)),
        ("g5.xlarge", (0, 8, 4), "openai_api_server", (2048, 256)),
        ("p4de.24xlarge", (0, 8, 4), "openai_api_server", (2048, 256)),
        ("p4de.24xlarge", (0, 8, 5), "openai_api_server", (8192, 1024)),
        ("p4de.24xlarge", (0, 9, 0), "openai_api_server", (2048, 256)),
        ("p6-b200.48xlarge", (0, 27, 1), "openai_api_server", (8192, 1024)),
        ("p6-b200.48xlarge", (0, 28, 0), "openai_api_server", (16384, 1024)),
        ("g7e.2xlarge", (0, 33, 0), "openai_api_server", (8192, 1024)),
        ("p5.48xlarge", (0, 33, 0), "llm_class", (16384, 1024)),
    ],
)
def test_batches_depend_on_the_gpu_and_the_version(
    instance_type: str, version: Version, usage: Usage, expected: tuple[int, int]
) -> None:
    """`vllm/engine/arg_utils.py` of 0.8.3 line 1647, 0.8.5 line 1596, 0.9.0 line 1495, 0.28.0 line 2582."""
    tokens, sequences = expected

    assert facts.batch_defaults(_gpu(instance_type), version, usage) == BatchDefaults(
        max_num_batched_tokens=tokens, max_num_seqs=sequences
    )


@pytest.mark.parametrize(("visible_bytes", "tokens"), [(70 * GIB - 1, 2048), (70 * GIB, 8192)])
def test_a_large_gpu_has_70_gib(visible_bytes: int, tokens: int) -> None:
    """`device_memory >= 70 * GiB_bytes`, `vllm/engine/arg_utils.py`."""
    gpu = Gpu(name="GPU", visible_bytes=visible_bytes, compute_capability=(9, 0), nvlink=True)

    assert facts.batch_defaults(gpu, (0, 33)).max_num_batched_tokens == tokens


def test_the_default_utilization_rose_with_0_20() -> None:
    """`vllm/config/cache.py` of 0.19.1 line 41 and of 0.20.0 line 66."""
    versions = ((0, 8, 4), (0, 19, 1), (0, 20, 0))

    assert [facts.default_utilization(each) for each in versions] == [0.9, 0.9, 0.92]
    assert {value("cache_defaults", "block_size", each) for each in known_releases()} == {16}


def test_gemma_refuses_float16_from_0_9_1_on() -> None:
    """`_FLOAT16_NOT_SUPPORTED_MODELS`: `vllm/config.py` of 0.9.1 line 3121."""
    assert not facts.refuses_float16("gemma2", (0, 9, 0))
    assert facts.refuses_float16("gemma2", (0, 9, 1))
    assert facts.refuses_float16("gemma3_text", None)
    assert not facts.refuses_float16("llama", None)


def test_a_backend_has_gpus_caches_and_blocks() -> None:
    """In `vllm/v1/attention/backends/mla/`: cutlass_mla.py of 0.12.0, flashinfer_mla_sparse.py of 0.24.0."""
    assert facts.attention_backend("CUTLASS_MLA", (0, 12)) == AttentionBackend(
        capabilities=frozenset({(10, 0), (10, 1), (10, 3)}),
        kv_cache_dtypes=frozenset({"auto", "fp8", "fp8_e4m3"}),
        conditional_kv_cache_dtypes=frozenset(),
        block_sizes=(128,),
    )
    assert facts.attention_backend("FLASHINFER_MLA_SPARSE_SM120", (0, 23)) is None
    sparse = facts.attention_backend("FLASHINFER_MLA_SPARSE_SM120", (0, 24))
    assert sparse is not None
    assert sparse.capabilities == {(12, 0), (12, 1)}
    flash = facts.attention_backend("FLASH_ATTN", (0, 19))
    assert flash is not None
    assert "fp8" in flash.conditional_kv_cache_dtypes
    triton = facts.attention_backend("TRITON_ATTN", (0, 33))
    assert triton is not None
    assert triton.capabilities is None


@pytest.mark.parametrize(
    ("capability", "expected"),
    [
        ((6, 1), ()),
        ((7, 0), (VersionRange(last=(0, 19)),)),
        ((7, 5), (EVERY_VERSION,)),
        ((8, 6), (EVERY_VERSION,)),
        ((9, 0), (EVERY_VERSION,)),
        ((10, 0), (VersionRange(first=(0, 9)),)),
        ((10, 3), (VersionRange(first=(0, 9)),)),
        ((12, 0), (VersionRange(first=(0, 9, 2)),)),
    ],
)
def test_wheels_run_on_gpus_of_a_major_capability_that_they_are_built_for(
    capability: tuple[int, int], expected: tuple[VersionRange, ...]
) -> None:
    """`docker/Dockerfile`: 7.0 up to 0.19.1; 8.9 and 9.0 at most in 0.8, 10.0 from 0.9.0, 12.0 from 0.9.2."""
    assert expected == facts.wheel_versions(capability)


def test_chunked_layers_have_full_caches_by_default_up_to_0_13() -> None:
    """`vllm/envs.py` of 0.13.0 line 1433 and of 0.14.0 line 1469."""
    variable = "VLLM_ALLOW_CHUNKED_LOCAL_ATTN_WITH_HYBRID_KV_CACHE"

    assert value("environment", variable, (0, 10, 0)) is None
    assert value("environment", variable, (0, 13, 0)) is False
    assert value("environment", variable, (0, 14, 0)) is True


@pytest.mark.parametrize(
    ("model_type", "version", "expected"),
    [
        ("gemma2", (0, 9, 0), False),
        ("gemma2", (0, 9, 1), True),
        ("gemma3_text", (0, 10, 1), False),
        ("gemma3_text", (0, 10, 2), True),
        ("glm4", (0, 33, 0), True),
        ("plamo2", (0, 26, 0), True),
        ("plamo2", (0, 27, 0), False),
        ("plamo2", None, True),
        ("vaultgemma", None, False),
    ],
)
def test_float16_is_refused_by_model_type_and_version(
    model_type: str, version: tuple[int, ...] | None, *, expected: bool
) -> None:
    """`_FLOAT16_NOT_SUPPORTED_MODELS` in `vllm/config.py` of 0.9.1 and `vllm/config/model.py` of 0.33.0."""
    assert expected == facts.refuses_float16(model_type, version)
