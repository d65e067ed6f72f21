"""The KV cache of a built model as vLLM specifies, groups and plans it."""

import contextlib
import io
import re
import types
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vllm.v1.core import kv_cache_utils
from vllm.v1.worker.gpu_model_runner import GPUModelRunner

from tools.vllm_oracle.engine import engine_config, set_block_size
from tools.vllm_oracle.failure import failure

try:
    from vllm.v1.core import kv_cache_planning as planning
except ImportError:  # up to about 0.29
    planning = kv_cache_utils

GIB = 1024**3
SHORT_CONTEXT = 8192

_LOG_METHODS = ("info", "info_once", "warning", "warning_once")
_START_UP_CHECKS = ("_check_enough_kv_cache_memory", "check_enough_kv_cache_memory")


def cache_specs(config: Any) -> dict[str, Any]:
    """`GPUModelRunner.get_kv_cache_spec`, called with the attributes that it reads."""
    runner = types.SimpleNamespace(
        vllm_config=config,
        shared_kv_cache_layers={},
        use_aux_hidden_state_outputs=False,
        model_config=config.model_config,
        cache_config=config.cache_config,
        block_size=config.cache_config.block_size,
        kv_cache_dtype=config.model_config.dtype,
        speculative_config=None,
        attention_chunk_size=config.model_config.attention_chunk_size,
    )
    specs: dict[str, Any] = GPUModelRunner.get_kv_cache_spec(runner)
    return specs


def spec_counts(specs: dict[str, Any]) -> dict[str, int]:
    """How many layers have each spec, which is written with its fields and the bytes of a page."""
    return dict(Counter(map(_spec_text, specs.values())))


def backends(config: Any) -> dict[str, int]:
    """How many layers use each attention backend."""
    layers = config.compilation_config.static_forward_context.values()
    used = (layer.get_attn_backend() for layer in layers if hasattr(layer, "get_attn_backend"))
    return dict(Counter(map(_backend_name, used)))


def plans(folder: Path, config: Any, specs: dict[str, Any], memories: list[int]) -> list[dict[str, Any]]:
    """vLLM's plan for each amount of cache memory, for the model's own context and for a short one."""
    own = config.model_config.max_model_len
    found = [_plan_row(config, specs, own, memory) for memory in memories]
    if own > SHORT_CONTEXT:
        shorter = _with_context(folder, config, SHORT_CONTEXT)
        found += [_plan_row(shorter, cache_specs(shorter), SHORT_CONTEXT, memory) for memory in memories]
    return found


def _with_context(folder: Path, config: Any, context: int) -> Any:
    with contextlib.redirect_stderr(io.StringIO()):
        shorter = engine_config(folder, config.parallel_config.tensor_parallel_size, context)
    shorter.compilation_config.static_forward_context = config.compilation_config.static_forward_context
    set_block_size(shorter)
    return shorter


def _plan_row(config: Any, specs: dict[str, Any], context: int, memory: int) -> dict[str, Any]:
    try:
        found = _plan(config, specs, memory) if specs else {"nothing": True}
    except Exception as error:  # noqa: BLE001 - the answer says what was raised
        found = {"failed": failure(error)}
    scheduler = config.scheduler_config
    return {
        "memory": memory,
        "length": context,
        "batched_tokens": scheduler.max_num_batched_tokens,
        "sequences": scheduler.max_num_seqs,
        **found,
    }


def _plan(config: Any, specs: dict[str, Any], memory: int) -> dict[str, Any]:
    """The plan; that one whole request fits is noted in the answer rather than enforced."""
    result: dict[str, Any] = {}
    with _recorded_log() as lines, _noted_checks(config, result):
        configs, capacity = _cache_configs(config, specs, memory)
    planned = configs[0]
    result["num_blocks"] = planned.num_blocks
    result["groups"] = [
        f"{len(group.layer_names)} x {type(group.kv_cache_spec).__name__}"
        f" block={group.kv_cache_spec.block_size}"
        for group in planned.kv_cache_groups
    ]
    if capacity is not None:
        result["tokens"], result["concurrency_exact"] = capacity
        return result
    for line in lines:
        if logged := re.search(r"GPU KV cache size: ([\d,]+) tokens", line):
            result["tokens"] = int(logged[1].replace(",", ""))
    if planned.kv_cache_groups:
        concurrency = kv_cache_utils.get_max_concurrency_for_kv_cache_config(config, planned)
        result["concurrency_exact"] = concurrency
    return result


def _cache_configs(config: Any, specs: dict[str, Any], memory: int) -> tuple[list[Any], Any]:
    """What `EngineCore._initialize_kv_caches` does for one worker; capacity where there is a function."""
    if planning is kv_cache_utils:
        return kv_cache_utils.get_kv_cache_configs(config, [dict(specs)], [memory]), None
    from vllm.v1.attention.backends import utils as backend_utils
    from vllm.v1.worker import worker_base

    of_workers = [dict(specs)]
    layouts = worker_base.WorkerBase.get_supported_kv_cache_layouts(types.SimpleNamespace(vllm_config=config))
    backend_utils.resolve_kv_cache_layout(config, [layouts], list(of_workers[0].values()))
    groups = planning.get_global_kv_cache_groups(config, of_workers)
    configs = planning.get_kv_cache_configs(config, of_workers, [memory], groups)
    owner = kv_cache_utils if hasattr(kv_cache_utils, "generate_scheduler_kv_cache_config") else planning
    scheduler = owner.generate_scheduler_kv_cache_config(configs)
    return configs, kv_cache_utils.get_kv_cache_capacity(config, scheduler)


@contextlib.contextmanager
def _recorded_log() -> Iterator[list[str]]:
    lines: list[str] = []
    logger = kv_cache_utils.logger
    saved = {name: getattr(logger, name) for name in _LOG_METHODS if hasattr(logger, name)}

    def record(message: str, *values: object, **_: object) -> None:
        lines.append(message % values if values else message)

    try:
        for name in saved:
            setattr(logger, name, record)
        yield lines
    finally:
        for name, method in saved.items():
            setattr(logger, name, method)


@contextlib.contextmanager
def _noted_checks(config: Any, result: dict[str, Any]) -> Iterator[None]:
    """Turn the check that one request of the whole context fits into a note.

    Where it refuses, 0.12 leaves a shorter context behind in `config`.
    """
    context = config.model_config.max_model_len
    saved = {name: getattr(planning, name) for name in _START_UP_CHECKS if hasattr(planning, name)}

    def noting(check: Any) -> Any:
        def checked(*values: object, **named: object) -> None:
            try:
                check(*values, **named)
            except ValueError as error:
                result["refused"] = str(error)[:160]
                config.model_config.max_model_len = context

        return checked

    try:
        for name, check in saved.items():
            setattr(planning, name, noting(check))
        yield
    finally:
        for name, check in saved.items():
            setattr(planning, name, check)


def _backend_name(backend: Any) -> str:
    """Backends of states have no name of their own up to 0.16."""
    try:
        return str(backend.get_name())
    except NotImplementedError:
        return str(backend.__name__)


def _spec_text(spec: Any) -> str:
    fields = ", ".join(
        f"{name}={_short(value)}"
        for name, value in vars(spec).items()
        if value is not None and str(value) != "None"
    )
    return f"{type(spec).__name__}({fields}) page={spec.page_size_bytes}"


def _short(value: Any) -> Any:
    return value if isinstance(value, int | str | tuple) else str(value).removeprefix("torch.")
