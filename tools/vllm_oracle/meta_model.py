"""A model built with vLLM's classes on torch's meta device: shapes and dtypes, no values."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from vllm.config import set_current_vllm_config
from vllm.model_executor.layers.quantization.base_config import QuantizeMethodBase
from vllm.model_executor.model_loader.utils import initialize_model
from vllm.utils.torch_utils import set_default_torch_dtype

# A module whose repacking failed twice on the meta device is not tried for every layer.
_MOST_FAILURES = 2


class _CudaToMeta(torch.overrides.TorchFunctionMode):
    """Tensors that are asked for on a CUDA device are made on the meta device."""

    def __init__(self, *, reads_values: bool) -> None:
        super().__init__()
        self._reads_values = reads_values

    def __torch_function__(
        self, func: Any, _types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        device = kwargs.get("device")
        if device is not None and (isinstance(device, int) or str(device).startswith("cuda")):
            kwargs["device"] = torch.device("meta")
        if func is torch.Tensor.to and len(args) > 1 and str(args[1]).startswith("cuda"):
            args = (args[0], torch.device("meta"), *args[2:])
        if func is torch.Tensor.cuda:
            return args[0].to("meta")
        if func is torch.Tensor.cpu and args[0].is_meta and args[0].numel() == 1:
            return torch.ones(args[0].shape, dtype=args[0].dtype, device="cpu")  # parameters of activations
        if func is torch.Tensor.tolist and args[0].is_meta:  # ALiBi slopes
            return torch.zeros(args[0].shape, device="cpu").tolist()
        if func is torch.Tensor.item and args[0].is_meta and args[0].is_floating_point():  # scales
            return 1.0
        if func is torch.Tensor.item and args[0].is_meta and self._reads_values:  # after loading
            return 1
        return func(*args, **kwargs)


@contextlib.contextmanager
def on_meta_device(config: Any, *, reads_values: bool = False) -> Iterator[None]:
    """Create tensors on the meta device, in the dtype that vLLM computes in.

    A float without a value reads as 1, with `reads_values` an integer too.
    """
    with (
        set_default_torch_dtype(config.model_config.dtype),
        torch.device("meta"),
        _CudaToMeta(reads_values=reads_values),
        torch.no_grad(),
    ):
        yield


def build(config: Any) -> Any:
    """The model of `config`, as the loader constructs it."""
    with on_meta_device(config):
        return initialize_model(vllm_config=config)


def repack(model: Any, config: Any) -> dict[str, Any]:
    """Run each module's `process_weights_after_loading`, and count what fails without values.

    Source: `process_weights_after_loading`, `vllm/model_executor/model_loader/utils.py`.
    """
    done, failures, reasons = 0, Counter[str](), Counter[str]()
    with on_meta_device(config, reads_values=True), set_current_vllm_config(config):
        for key, call in _repackings(list(model.named_modules()), config.model_config.dtype):
            if failures[key] >= _MOST_FAILURES:
                failures[key] += 1
                continue
            try:
                call()
                done += 1
            except Exception as error:  # noqa: BLE001 - anything may fail without values
                failures[key] += 1
                reasons[f"{key}: {type(error).__name__}: {str(error)[:90]}"] += 1
    return {"done": done, "failed": failures.total(), "reasons": dict(reasons)}


def _repackings(modules: list[tuple[str, Any]], dtype: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each call with the name of its kind: first of quantized layers, then of attention."""
    for _, module in modules:
        method = getattr(module, "quant_method", None)
        if isinstance(method, QuantizeMethodBase):
            kind = f"{type(module).__name__}/{type(method).__name__}"
            yield kind, partial(method.process_weights_after_loading, module)
    for _, module in modules:
        if hasattr(module, "get_kv_cache_spec") and hasattr(module, "process_weights_after_loading"):
            yield type(module).__name__, partial(module.process_weights_after_loading, dtype)
