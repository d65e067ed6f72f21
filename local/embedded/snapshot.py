"""The model repositories of the embedded Hub, read from `models.json`.

`models.json` holds facts (numbers and names) collected from public model repositories: the fields of the
Hub's API, and the keys of their configuration files that determine memory, parallelism and quantization.
Token ids, initialisers and generation defaults are left out, and a file whose content is not kept is `null`.
If a quantization lists more than 20 modules, one name per kind of module is kept, whatever its layer.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from recommender.model import HubMetadata, may_be_in_mistral_format, states_quantization_elsewhere

MODELS = Path(__file__).with_name("models.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repo:
    """One model repository; a field that it does not have is `None`."""

    id: str
    gated: Literal["auto", "manual", False] = False
    library_name: str | None = None
    pipeline_tag: str | None = None
    quantized_from: str | None = None
    """The repository that this one is a quantization of, according to its model card."""
    safetensors: Mapping[str, int] | int | None = None
    """Parameters per dtype, or only their total if the split is not known."""
    gguf: Mapping[str, Any] | None = None
    files: Mapping[str, Mapping[str, Any] | None]

    @property
    def sha(self) -> str:
        """A made-up commit, the same on every machine."""
        return hashlib.sha1(f"main of {self.id}".encode(), usedforsecurity=False).hexdigest()

    @property
    def downloads(self) -> int:
        """A made-up figure, the same on every machine."""
        return int(self.sha[:5], 16)

    def info(self) -> dict[str, Any]:
        """The fields of `/api/models/{id}` that this repository has, without its ids."""
        fields = {
            "author": self.id.split("/")[0],
            "config": self._config(),
            "disabled": False,
            "downloads": self.downloads,
            "gated": self.gated,
            "gguf": self.gguf,
            "library_name": self.library_name,
            "pipeline_tag": self.pipeline_tag,
            "private": False,
            "safetensors": self._safetensors(),
            "sha": self.sha,
            "siblings": [{"rfilename": name} for name in sorted(self.files)],
            "tags": self.tags(),
        }
        return {name: value for name, value in fields.items() if value is not None}

    def metadata(self) -> HubMetadata:
        """The documents that the service reads of it."""
        config, information = self.files.get("config.json"), self.info()
        is_elsewhere = config is not None and states_quantization_elsewhere(information, config)
        return HubMetadata(
            model_id=self.id,
            information=information,
            config=config,
            quantization=self.files.get("hf_quant_config.json") if is_elsewhere else None,
            params=self.files.get("params.json") if may_be_in_mistral_format(information, config) else None,
        )

    def file(self, name: str) -> bytes | None:
        """The content of a file; `None` if the repository does not have it or its content is not kept."""
        document = self.files.get(name)
        return None if document is None else json.dumps(document, indent=2).encode() + b"\n"

    def _document(self, name: str) -> Mapping[str, Any]:
        return self.files.get(name) or {}

    def _config(self) -> dict[str, Any]:
        """The Hub's digest of the configuration files, which unlike config.json has no sizes and no dtype."""
        config = self._document("config.json")
        return {
            **_picked(config, "architectures", "model_type", "auto_map"),
            **_under(
                "quantization_config", _picked(config.get("quantization_config", {}), "quant_method", "bits")
            ),
            **_under("diffusers", _picked(self._document("model_index.json"), "_class_name")),
            **_under(
                "peft",
                _picked(self._document("adapter_config.json"), "base_model_name_or_path", "task_type"),
            ),
        }

    def _safetensors(self) -> dict[str, Any] | None:
        match self.safetensors:
            case None:
                return None
            case int(total):
                return {"total": total}
            case parameters:
                return {"parameters": parameters, "total": sum(parameters.values())}

    def tags(self) -> list[str]:
        """The tags that searches filter by."""
        config = self._config()
        base = config.get("peft", {}).get("base_model_name_or_path")
        tags = (
            self.library_name,
            "safetensors" if self.safetensors else None,
            "gguf" if self.gguf else None,
            config.get("model_type"),
            self.pipeline_tag,
            config.get("quantization_config", {}).get("quant_method"),
            f"base_model:adapter:{base}" if base else None,
            f"base_model:quantized:{self.quantized_from}" if self.quantized_from else None,
        )
        return [tag for tag in tags if tag]


def _picked(document: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: document[name] for name in names if name in document}


def _under(name: str, value: dict[str, Any]) -> dict[str, Any]:
    return {name: value} if value else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All repositories by id, and the current id for every other spelling."""

    repos: Mapping[str, Repo]
    ids_by_spelling: Mapping[str, str]
    """Lower-case ids and former ids to the current id."""

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The snapshot in a document with the structure of `models.json`."""
        repos = {repo_id: Repo(id=repo_id, **facts) for repo_id, facts in document["models"].items()}
        spellings = {**document.get("renamed", {}), **{repo_id: repo_id for repo_id in repos}}
        return cls(
            repos=repos, ids_by_spelling={name.lower(): repo_id for name, repo_id in spellings.items()}
        )

    def find(self, name: str) -> Repo | None:
        """The repository with this id, in upper or lower case, or with this former id."""
        return self.repos.get(self.ids_by_spelling.get(name.lower(), name))


def load_snapshot(path: Path = MODELS) -> Snapshot:
    """The snapshot in a file, by default the bundled one."""
    return Snapshot.from_json(json.loads(path.read_text(encoding="utf-8")))
