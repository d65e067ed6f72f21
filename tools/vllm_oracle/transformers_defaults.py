"""Default configurations of transformers for classes of vLLM's registry that no model of the snapshot has."""

import json
from collections.abc import Iterator
from typing import Any

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
from vllm.model_executor.models import registry

from local.embedded.snapshot import load_snapshot
from tools.vllm_oracle.documents import DEFAULTS

# Keys that no memory or parallelism depends on.
_LEFT_OUT = frozenset(
    {
        "_name_or_path",
        "dtype",
        "transformers_version",
        "id2label",
        "label2id",
        "initializer_range",
        "architectures",
    }
)
_LEFT_OUT_ENDINGS = ("_token_id", "_dropout", "_pdrop", "dropout_prob", "_eps", "_epsilon", "_coef")


def add_defaults() -> list[str]:
    """Add to `DEFAULTS` what it lacks; the classes for which there is no default, with the reason."""
    known = _known()
    covered = {default["config"]["architectures"][0] for default in known.values()} | set(_snapshot_classes())
    kinds: dict[str, str] = {}
    for kind, names in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.items():
        for name in (names,) if isinstance(names, str) else names:
            kinds.setdefault(name, kind)
    skipped = []
    for name in sorted(set(registry._TEXT_GENERATION_MODELS) - covered):  # noqa: SLF001
        try:
            default = _default(name, kinds[name])
        except KeyError:
            skipped.append(f"{name}: transformers {transformers.__version__} has no class of that name")
        except Exception as error:  # noqa: BLE001 - reported
            skipped.append(f"{name}: {type(error).__name__}: {str(error)[:100]}")
        else:
            known[default["model"]] = default
    lines = (json.dumps(known[model], sort_keys=True) for model in sorted(known))
    DEFAULTS.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return skipped


def _known() -> dict[str, dict[str, Any]]:
    if not DEFAULTS.exists():
        return {}
    read = map(json.loads, DEFAULTS.read_text(encoding="utf-8").splitlines())
    return {default["model"]: default for default in read}


def _snapshot_classes() -> Iterator[str]:
    for repo in load_snapshot().repos.values():
        yield from (repo.files.get("config.json") or {}).get("architectures") or []


def _default(class_name: str, kind: str) -> dict[str, Any]:
    config = AutoConfig.for_model(kind)
    plain = transformers.PretrainedConfig().to_dict()
    fields = {
        key: value
        for key, value in json.loads(json.dumps(config.to_dict(), default=str)).items()
        if key not in _LEFT_OUT
        and not key.endswith(_LEFT_OUT_ENDINGS)
        and (key not in plain or plain[key] != value or key == "tie_word_embeddings")
    }
    return {
        "model": f"defaults/{kind}",
        "transformers": transformers.__version__,
        "parameters": _parameters(config),
        "config": {"architectures": [class_name], "torch_dtype": "bfloat16", **fields},
    }


def _parameters(config: Any) -> int | None:
    """Parameters of the model as transformers builds it; `None` where it cannot without a checkpoint."""
    try:
        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(config)
    except Exception:  # noqa: BLE001 - some classes only build with values
        return None
    count: int = sum(each.numel() for each in model.parameters())
    return count
