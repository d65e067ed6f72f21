"""What each table is read from, on files cut down to it. Another form is an error, never a guess."""

from pathlib import Path
from typing import Any

import pytest
from support.vllm_sources import release_of

from tools.vllm_facts.attention import attention_backends
from tools.vllm_facts.batch_defaults import batch_defaults
from tools.vllm_facts.cache_defaults import cache_defaults
from tools.vllm_facts.class_checks import class_checks
from tools.vllm_facts.command_line import command_line
from tools.vllm_facts.environment import environment
from tools.vllm_facts.experts import quantized_experts
from tools.vllm_facts.float16 import float16_refused
from tools.vllm_facts.models import config_keys, models, plugin_models, removed_models
from tools.vllm_facts.online import online
from tools.vllm_facts.quantization import quantization
from tools.vllm_facts.schemes import schemes
from tools.vllm_facts.sources import ExtractionError
from tools.vllm_facts.wheel import wheel

_LAYERS = "vllm/model_executor/layers/quantization"
_ENVS = {"vllm/envs.py": "environment_variables = {}\n"}


def test_a_class_has_the_group_that_generates_text_and_the_last_module(tmp_path: Path) -> None:
    registry = """
_TEXT_GENERATION_MODELS = {
    "LlamaForCausalLM": ("llama", "LlamaForCausalLM"),
    "AquilaForCausalLM": ("llama", "LlamaForCausalLM"),
}
_EMBEDDING_MODELS = {
    "BertModel": ("bert", "BertEmbeddingModel"),
    "AquilaForCausalLM": ("aquila", "AquilaForCausalLM"),
    "Phi3VForCausalLM": ("phi3v", "Phi3VForCausalLM"),
    **{k: (mod, arch) for k, (mod, arch) in _TEXT_GENERATION_MODELS.items() if arch == "LlamaForCausalLM"},
}
_MULTIMODAL_MODELS = {"Phi3VForCausalLM": ("phi3v", "Phi3VForCausalLM")}
_VLLM_MODELS = {**_TEXT_GENERATION_MODELS, **_EMBEDDING_MODELS, **_MULTIMODAL_MODELS}
_PREVIOUSLY_SUPPORTED_MODELS = {"Phi3SmallForCausalLM": "0.9.2"}
_OOT_SUPPORTED_MODELS = {"BartModel": "https://example.com/bart"}
"""
    sources = release_of(tmp_path, {"vllm/model_executor/models/registry.py": registry})

    assert models(sources) == {
        "LlamaForCausalLM": "text_generation llama",
        "AquilaForCausalLM": "text_generation aquila",
        "BertModel": "embedding bert:BertEmbeddingModel",
        "Phi3VForCausalLM": "multimodal phi3v",
    }
    assert removed_models(sources) == {"Phi3SmallForCausalLM": "0.9.2"}
    assert plugin_models(sources) == {"BartModel": "https://example.com/bart"}


def test_a_class_may_learn_to_read_a_key_later(tmp_path: Path) -> None:
    registry = """
_TEXT_GENERATION_MODELS = {"NemotronHForCausalLM": ("nemotron_h", "NemotronHForCausalLM")}
_VLLM_MODELS = {**_TEXT_GENERATION_MODELS}
"""
    files = {
        "vllm/model_executor/models/registry.py": registry,
        "vllm/model_executor/models/nemotron_h.py": "experts = config.n_routed_experts\n",
    }

    assert config_keys(release_of(tmp_path, files)) == {
        "NemotronHForCausalLM n_routed_experts": True,
        "NemotronHForCausalLM moe_latent_size": False,
    }


@pytest.mark.parametrize("entry", ["**others()", '"Llama": LLAMA', '"Llama": ("llama", name)'])
def test_another_form_of_the_registry_is_an_error(tmp_path: Path, entry: str) -> None:
    registry = f"_TEXT_GENERATION_MODELS = {{{entry}}}\n_VLLM_MODELS = {{**_TEXT_GENERATION_MODELS}}\n"
    sources = release_of(tmp_path, {"vllm/model_executor/models/registry.py": registry})

    with pytest.raises(
        ExtractionError, match="_TEXT_GENERATION_MODELS to map a name to a module and a class"
    ):
        models(sources)


_QUANTIZATION = {
    **_ENVS,
    f"{_LAYERS}/__init__.py": """
QuantizationMethods = Literal["fp8", "gpt_oss_mxfp4", "tpu_int8", "fp8_per_block"]
DEPRECATED_QUANTIZATION_METHODS = ["tpu_int8"]

def get_quantization_config(quantization):
    if quantization not in QUANTIZATION_METHODS:
        raise ValueError
    from .fp8 import Fp8Config
    from .mxfp4 import GptOssMxfp4Config
    from .online import OnlineQuantizationConfig
    from .tpu_int8 import Int8TpuConfig
    if current_platform.is_cuda():
        chosen = GptOssMxfp4Config
    else:
        chosen = Fp8Config
    method_to_config = {"fp8": Fp8Config, "gpt_oss_mxfp4": chosen, "tpu_int8": Int8TpuConfig}
    for name in shorthands:
        method_to_config[name] = OnlineQuantizationConfig
    return method_to_config[quantization]
""",
    f"{_LAYERS}/fp8.py": """
class Fp8Config:
    def get_min_capability(cls): return 75
    def get_supported_act_dtypes(cls): return [torch.bfloat16, torch.half]
""",
    f"{_LAYERS}/mxfp4.py": """
class Mxfp4Config:
    def get_min_capability(cls): return 80
    def get_supported_act_dtypes(cls): return [torch.bfloat16]

class GptOssMxfp4Config(Mxfp4Config):
    pass
""",
    f"{_LAYERS}/online.py": """
from .fp8 import Fp8Config

class OnlineQuantizationConfig(Fp8Config):
    def get_min_capability(cls): return Fp8Config.get_min_capability()
""",
    f"{_LAYERS}/tpu_int8.py": """
class Int8TpuConfig:
    def get_min_capability(cls): raise NotImplementedError("TPU")
""",
}


def test_a_method_has_the_capability_and_the_dtypes_of_its_class(tmp_path: Path) -> None:
    both = ["bfloat16", "float16"]

    assert quantization(release_of(tmp_path, _QUANTIZATION)) == {
        "fp8": {"config": "Fp8Config", "capability": 75, "dtypes": both},
        "gpt_oss_mxfp4": {"config": "GptOssMxfp4Config", "capability": 80, "dtypes": ["bfloat16"]},
        "tpu_int8": {"config": "Int8TpuConfig", "deprecated": True},
        "fp8_per_block": {"config": "OnlineQuantizationConfig", "capability": 75, "dtypes": both},
    }


def test_a_capability_that_depends_on_something_unknown_is_an_error(tmp_path: Path) -> None:
    unclear = "class Fp8Config:\n    def get_min_capability(cls): return lowest()\n"
    sources = release_of(tmp_path, {**_QUANTIZATION, f"{_LAYERS}/fp8.py": unclear})

    with pytest.raises(
        ExtractionError, match=r"fp8\.py: expected Fp8Config\.get_min_capability to return a number"
    ):
        quantization(sources)


_MODELOPT = """
class ModelOptFp8Config:
    def get_min_capability(cls): return 80

class ModelOptNvFp4Config:
    def get_min_capability(cls): return 75

class ModelOptMixedPrecisionConfig:
    def get_min_capability(cls): return 89
    def get_quant_method(self, layer, prefix):
        if quant_algo == "FP8":
            return 1
        if quant_algo in _FOUR_BIT:
            return 2

_FOUR_BIT = ("NVFP4", "W4A16_NVFP4")
QUANT_ALGOS = ["FP8", "NVFP4", "MIXED_PRECISION"]
"""


def test_schemes_have_capabilities_of_their_own(tmp_path: Path) -> None:
    files = {
        **_ENVS,
        f"{_LAYERS}/modelopt.py": _MODELOPT,
        f"{_LAYERS}/compressed_tensors/schemes/wna16.py": """
class CompressedTensorsScheme:
    def get_min_capability(cls): raise NotImplementedError

class CompressedTensorsWNA16(CompressedTensorsScheme):
    def get_min_capability(cls): return 75
""",
        f"{_LAYERS}/compressed_tensors/schemes/w8a8_fp8.py": """
strategies = [QuantizationStrategy.TENSOR, QuantizationStrategy.BLOCK]

class CompressedTensorsW8A8Fp8:
    def get_min_capability(cls): return 89
""",
        f"{_LAYERS}/compressed_tensors/schemes/w8a16_fp8.py": """
strategies = [QuantizationStrategy.TENSOR]

class CompressedTensorsW8A16Fp8:
    def get_min_capability(cls): return 80
""",
    }

    assert schemes(release_of(tmp_path, files)) == {
        "compressed-tensors WNA16": 75,
        "compressed-tensors W8A16Fp8": 80,
        "compressed-tensors W8A8Fp8": 89,
        "compressed-tensors W8A8Fp8Block": 89,
        "modelopt FP8": 80,
        "modelopt NVFP4": 75,
        "modelopt MIXED_PRECISION": 89,
        "modelopt_mixed FP8": 89,
        "modelopt_mixed NVFP4": 89,
        "modelopt_mixed W4A16_NVFP4": 89,
    }


def test_an_algorithm_without_a_known_owner_is_an_error(tmp_path: Path) -> None:
    text = _MODELOPT.replace('"FP8", "NVFP4"', '"INT3", "NVFP4"')
    sources = release_of(tmp_path, {**_ENVS, f"{_LAYERS}/modelopt.py": text})

    with pytest.raises(ExtractionError, match="a known owner of the algorithm INT3"):
        schemes(sources)


_EXPERTS = {
    f"{_LAYERS}/__init__.py": """
QuantizationMethods = Literal["fp8", "fbgemm_fp8"]

def get_quantization_config(quantization):
    from .fp8 import FBGEMMFp8Config, Fp8Config
    method_to_config = {"fp8": Fp8Config, "fbgemm_fp8": FBGEMMFp8Config}
    return method_to_config[quantization]
""",
    f"{_LAYERS}/fp8.py": """
class QuantizationConfig:
    def packs(self, layer): return isinstance(layer, FusedMoE)

class Fp8Config(QuantizationConfig):
    def get_quant_method(self, layer):
        return Fp8MoEMethod(self) if isinstance(layer, RoutedExperts) else None

class FBGEMMFp8Config(QuantizationConfig):
    def get_quant_method(self, layer):
        return FBGEMMFp8LinearMethod(self) if isinstance(layer, LinearBase) else None
""",
    f"{_LAYERS}/compressed_tensors/compressed_tensors_moe.py": """
def get_moe_method(quant_config, layer):
    if quant_config._is_nvfp4_format(weights):
        return CompressedTensorsW4A4Nvfp4MoEMethod(use_a16=inputs is None)
    if quant_config._is_mxfp4(weights):
        return CompressedTensorsW4A4Mxfp4MoEMethod()
""",
}


def test_experts_are_quantized_by_methods_that_know_their_layer(tmp_path: Path) -> None:
    assert quantized_experts(release_of(tmp_path, _EXPERTS)) == {
        "fp8": True,
        "compressed-tensors W4A4Fp4": True,
        "compressed-tensors W4A16Fp4": True,
        "compressed-tensors W4A4Mxfp4": True,
        "compressed-tensors W4A16Mxfp4": True,
    }


def test_an_unknown_condition_on_experts_is_an_error(tmp_path: Path) -> None:
    path = f"{_LAYERS}/compressed_tensors/compressed_tensors_moe.py"
    sources = release_of(tmp_path, {**_EXPERTS, path: _EXPERTS[path].replace("_is_mxfp4", "_is_int3")})

    with pytest.raises(ExtractionError, match="get_moe_method to have known conditions, not _is_int3"):
        quantized_experts(sources)


def test_shorthands_without_linear_layers_are_for_experts(tmp_path: Path) -> None:
    files = {
        f"{_LAYERS}/fp8.py": """
class Fp8Config:
    def __init__(self, is_checkpoint_fp8_serialized: bool = True): pass
""",
        "vllm/model_executor/model_loader/weight_utils.py": """
def get_quant_config(model_config):
    if model_config.quantization == "fp8":
        return OnlineQuantizationConfig()
""",
        "vllm/config/quantization.py": """
_ONLINE_SHORTHANDS = {
    "fp8_per_block": QuantizationConfigArgs(linear=QuantSpec(), moe=QuantSpec()),
    "nvfp4_per_token": QuantizationConfigArgs(moe=QuantSpec()),
}
""",
    }

    assert online(release_of(tmp_path, files)) == {
        "fp8": "linear experts",
        "fp8_per_block": "linear experts",
        "nvfp4_per_token": "experts",
    }


def _arguments(test: str) -> dict[str, str]:
    return {
        "vllm/engine/arg_utils.py": f"""
class EngineArgs:
    gpu_memory_utilization: float = CacheConfig.gpu_memory_utilization

    def get_batch_defaults(cls):
        is_gb10 = current_platform.is_device_capability((12, 1))
        default_max_num_seqs = 1024
        if {test}:
            default_max_num_batched_tokens = {{
                UsageContext.LLM_CLASS: 16384, UsageContext.OPENAI_API_SERVER: 8192
            }}
        else:
            default_max_num_batched_tokens = {{
                UsageContext.LLM_CLASS: 8192, UsageContext.OPENAI_API_SERVER: 2048
            }}
            default_max_num_seqs = {{UsageContext.LLM_CLASS: 256, UsageContext.OPENAI_API_SERVER: 256}}
"""
    }


@pytest.mark.parametrize(
    ("test", "conditions"),
    [
        ("device_memory >= 70 * GiB_bytes", {"min_gib": 70}),
        (
            "device_memory >= 70 * GiB_bytes and 'a100' not in device_name and not is_gb10",
            {"min_gib": 70, "name_lacks": ["a100"], "not_capability": "12.1"},
        ),
        ("'h100' in device_name or 'h200' in device_name", {"name_has": ["h100", "h200"]}),
    ],
)
def test_batches_follow_the_gpus_memory_and_name(
    tmp_path: Path, test: str, conditions: dict[str, Any]
) -> None:
    assert batch_defaults(release_of(tmp_path, _arguments(test)))["tiers"] == [
        {**conditions, "openai_api_server": [8192, 1024], "llm_class": [16384, 1024]},
        {"openai_api_server": [2048, 256], "llm_class": [8192, 256]},
    ]


def test_another_condition_on_the_gpu_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ExtractionError, match="a known condition on the GPU, not device_memory > limit"):
        batch_defaults(release_of(tmp_path, _arguments("device_memory > limit")))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            (
                "DEFAULT_BLOCK_SIZE: ClassVar[int] = 32",
                "gpu_memory_utilization: float = Field(default=0.92, gt=0)",
            ),
            {"block_size": 32, "gpu_memory_utilization": 0.92},
        ),
        (("gpu_memory_utilization: float = 0.9",), {"block_size": 16, "gpu_memory_utilization": 0.9}),
    ],
    ids=["constant", "platform"],
)
def test_the_cache_has_its_defaults_in_the_configuration_or_the_platform(
    tmp_path: Path, fields: tuple[str, ...], expected: dict[str, float]
) -> None:
    files = {
        **_arguments("device_memory >= 70 * GiB_bytes"),
        "vllm/config/cache.py": "\n    ".join(["class CacheConfig:", *fields]),
        "vllm/platforms/cuda.py": """
def check(cache_config):
    if cache_config and cache_config.block_size is None:
        cache_config.block_size = 16
""",
    }

    assert expected == cache_defaults(release_of(tmp_path, files))


def test_a_variable_has_the_default_that_its_function_gives(tmp_path: Path) -> None:
    text = """
environment_variables = {
    "VLLM_USE_V1": lambda: bool(int(os.getenv("VLLM_USE_V1", "1"))),
    "VLLM_USE_FLASHINFER_SAMPLER": lambda: (
        bool(int(os.environ["SAMPLER"])) if "SAMPLER" in os.environ else None
    ),
    "VLLM_USE_NVFP4_CT_EMULATIONS": deprecated_env("0.23", lambda: bool(int(os.getenv("X", "0")))),
    "ANOTHER": unheard_of,
}
"""

    assert environment(release_of(tmp_path, {"vllm/envs.py": text})) == {
        "VLLM_USE_V1": True,
        "VLLM_USE_FLASHINFER_SAMPLER": "unset",
        "VLLM_USE_NVFP4_CT_EMULATIONS": False,
    }


def test_models_that_refuse_float16_are_a_table_from_0_9_1_on(tmp_path: Path) -> None:
    table = {"vllm/config/model.py": '_FLOAT16_NOT_SUPPORTED_MODELS = {"gemma2": "Numerical instability."}\n'}

    assert float16_refused(release_of(tmp_path / "a", table)) == {"gemma2": "Numerical instability."}
    assert float16_refused(release_of(tmp_path / "b", {"vllm/config.py": ""}, "0.9.0")) == {}
    with pytest.raises(ExtractionError, match="_FLOAT16_NOT_SUPPORTED_MODELS"):
        float16_refused(release_of(tmp_path / "c", {"vllm/config.py": ""}, "0.9.1"))


def test_a_backend_supports_what_its_class_says(tmp_path: Path) -> None:
    files = {
        "vllm/config/cache.py": 'CacheDType = Literal["auto", "fp8", "fp8_e5m2"]\n',
        "vllm/v1/attention/backends/registry.py": """
class AttentionBackendEnum(Enum):
    FLASHMLA = "vllm.v1.attention.mla.FlashMLABackend"
    FLASH_ATTN = "vllm.v1.attention.mla.FlashAttentionBackend"
    ROCM_ATTN = "vllm.lost.RocmAttentionBackend"
    CUSTOM = None
""",
        "vllm/v1/attention/mla.py": """
class AttentionBackend:
    supported_kv_cache_dtypes = ["auto"]
    def supports_compute_capability(cls, capability): return True
    def supports_kv_cache_dtype(cls, kv_cache_dtype): return kv_cache_dtype in cls.supported_kv_cache_dtypes
    def get_supported_kernel_block_sizes(): return [MultipleOf(1)]

class FlashMLABackend(AttentionBackend):
    supported_kv_cache_dtypes = ["auto", "fp8"]
    def supports_compute_capability(cls, capability): return capability.major in [9, 10]
    def get_supported_kernel_block_sizes(): return [64]

class FlashAttentionBackend(AttentionBackend):
    def supports_kv_cache_dtype(cls, kv_cache_dtype):
        if kv_cache_dtype.startswith("fp8"):
            return flash_attn_supports_fp8()
        return super().supports_kv_cache_dtype(kv_cache_dtype)
    def get_supported_kernel_block_sizes(): return sizes()
""",
    }

    assert attention_backends(release_of(tmp_path, files)) == {
        "FLASHMLA": {
            "capabilities": ["9.0", "10.0", "10.1", "10.3"],
            "kv_cache_dtypes": ["auto", "fp8"],
            "block_sizes": [64],
        },
        "FLASH_ATTN": {"capabilities": "any", "kv_cache_dtypes": ["auto", "fp8?", "fp8_e5m2?"]},
    }


def test_a_flag_is_defined_by_add_argument_or_by_a_field_of_the_configuration(tmp_path: Path) -> None:
    own = "".join(
        f'parser.add_argument("{flag}", type={kind})\n'
        for flag, kind in [
            ("--tensor-parallel-size", "int"),
            ("--max-model-len", "int"),
            ("--quantization", "str"),
        ]
    )
    files = {
        "vllm/engine/arg_utils.py": f"""
{own}
parser.add_argument("--gpu-memory-utilization", **cache_kwargs["gpu_memory_utilization"])
parser.add_argument("--max-num-seqs", **scheduler_kwargs["max_num_seqs"])
parser.add_argument("--max-num-batched-tokens", type=int, choices=[1, 2])
parser.add_argument("--dtype", **model_kwargs["dtype"])
parser.add_argument("--kv-cache-dtype", **cache_kwargs["cache_dtype"])
parser.add_argument("--limit-mm-per-prompt", type=nullable_kvs)
parser.add_argument("--enforce-eager", **model_kwargs["enforce_eager"])
parser.add_argument("--enable-expert-parallel", action="store_true")
""",
        "vllm/config/cache.py": """
class CacheConfig:
    gpu_memory_utilization: float = Field(default=0.92, gt=0, le=1)
    cache_dtype: str = "auto"
""",
        "vllm/config/scheduler.py": """
class SchedulerConfig:
    max_num_seqs: int | None = Field(default=128, ge=1)
""",
        "vllm/config/model.py": """
ModelDType = Literal["auto", "half"]

class ModelConfig:
    dtype: ModelDType = "auto"
    enforce_eager: bool = False
""",
    }

    assert command_line(release_of(tmp_path, files)) == {
        "--tensor-parallel-size": {"type": "int"},
        "--max-model-len": {"type": "int"},
        "--gpu-memory-utilization": {"type": "float", "gt": 0, "le": 1},
        "--max-num-seqs": {"type": "int", "ge": 1},
        "--max-num-batched-tokens": {"type": "int", "choices": [1, 2]},
        "--dtype": {"type": "str", "choices": ["auto", "half"]},
        "--quantization": {"type": "str"},
        "--kv-cache-dtype": {"type": "str"},
        "--limit-mm-per-prompt": {"type": "pairs"},
        "--enforce-eager": {"type": "flag"},
        "--enable-expert-parallel": {"type": "flag"},
    }


def test_the_wheel_is_built_for_what_the_dockerfile_states(tmp_path: Path) -> None:
    text = "ARG CUDA_VERSION=13.0.3\nARG torch_cuda_arch_list='7.5 8.0 12.0+PTX'\n"

    assert wheel(release_of(tmp_path / "a", {"docker/Dockerfile": text})) == {
        "cuda": "13.0.3",
        "compute_capabilities": ["7.5", "8.0", "12.0"],
    }
    assert wheel(release_of(tmp_path / "b", {})) is None
    with pytest.raises(ExtractionError, match="ARG CUDA_VERSION and ARG torch_cuda_arch_list"):
        wheel(release_of(tmp_path / "c", {"docker/Dockerfile": "FROM scratch\n"}))


def test_a_class_refuses_what_its_modules_refuse(tmp_path: Path) -> None:
    """The second class imports the first, the third names it as the registry does, the last only its MLP."""
    registry = """
_TEXT_GENERATION_MODELS = {
    "AForCausalLM": ("a", "AForCausalLM"),
    "BForCausalLM": ("b", "BForCausalLM"),
    "CForCausalLM": ("c", "CForCausalLM"),
    "DForCausalLM": ("d", "DForCausalLM"),
}
_EMBEDDING_MODELS = {"AModel": ("a", "AForCausalLM")}
_VLLM_MODELS = {**_TEXT_GENERATION_MODELS, **_EMBEDDING_MODELS}
"""
    first = """
raise ValueError(
    f"Tensor parallel size {self.tp_size} is greater than "
    f"the number of experts {config.num_experts}.")
assert config.max_window_layers == config.num_hidden_layers, (
    "Sliding window for some but all layers is not supported. "
)
attention_kwargs = {
    "layer_idx": extract_layer_index(prefix),
    "dual_chunk_attention_config": dual_chunk_attention_config,
}
"""
    older = 'raise ValueError("Sliding window for some but all layers is not "\n'
    files = {
        "vllm/model_executor/models/registry.py": registry,
        "vllm/model_executor/models/a.py": first,
        "vllm/model_executor/models/b.py": f"from .a import (\n    AMLP,\n    AModel,\n)\n{older}",
        "vllm/model_executor/models/c.py": 'build(architectures=["BForCausalLM"])\n',
        "vllm/model_executor/models/d.py": "from .a import AMLP\n",
    }
    all_of_a = "dual_chunk_attention_config experts mixed_windows"

    assert class_checks(release_of(tmp_path, files)) == {
        "AForCausalLM": all_of_a,
        "BForCausalLM": f"{all_of_a} windows",
        "CForCausalLM": f"{all_of_a} windows",
    }
