"""Defaults of the cache's configuration: memory utilization and block size."""

import ast

from tools.vllm_facts.sources import Class, Module, Sources

_CONFIGURATIONS = ("vllm/config/cache.py", "vllm/config/__init__.py", "vllm/config.py")
_ARGUMENTS = "vllm/engine/arg_utils.py"
_CUDA = "vllm/platforms/cuda.py"


def cache_defaults(sources: Sources) -> dict[str, float | int]:
    """The share of a GPU's memory that vLLM uses, and the tokens of a block of the KV cache."""
    return {"block_size": _block_size(sources), "gpu_memory_utilization": _utilization(sources)}


def _utilization(sources: Sources) -> float:
    """Of `CacheConfig`, to which the command line refers; up to 0.8.4 the command line's own."""
    module = sources.module(_ARGUMENTS)
    arguments = module.find_class("EngineArgs") or module.fail("the class EngineArgs")
    own = arguments.attribute("gpu_memory_utilization")
    configured = _cache_config(sources).attribute("gpu_memory_utilization")
    for _, node in filter(None, (own, configured)):
        match node:
            case ast.Constant(value=float(share)):
                return share
            case ast.Call(
                func=ast.Name("Field"),
                keywords=[ast.keyword("default", ast.Constant(value=float(share))), *_],
            ):
                return share
    return module.fail("a default of gpu_memory_utilization")


def _block_size(sources: Sources) -> int:
    """`CacheConfig.DEFAULT_BLOCK_SIZE` from 0.18 on; before, what the CUDA platform sets."""
    match _cache_config(sources).attribute("DEFAULT_BLOCK_SIZE"):
        case _, ast.Constant(value=int(tokens)):
            return tokens
    module = sources.module(_CUDA)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("cache_config.block_size is None"):
            match node.body:
                case [ast.Assign(value=ast.Constant(value=int(tokens)))]:
                    return tokens
    return module.fail("cache_config.block_size to be set where it is None")


def _cache_config(sources: Sources) -> Class:
    module: Module = sources.module(*_CONFIGURATIONS)
    return module.find_class("CacheConfig") or module.fail("the class CacheConfig")
