"""The bundled snapshot of model repositories."""

import re

import pytest

from local.embedded.snapshot import Repo, load_snapshot

SNAPSHOT = load_snapshot()


def repo(name: str) -> Repo:
    found = SNAPSHOT.find(name)
    assert found is not None
    return found


def test_ids_are_well_formed_and_sorted() -> None:
    assert len(SNAPSHOT.repos) >= 60
    assert [name for name in SNAPSHOT.repos if not re.fullmatch(r"[\w.-]{1,96}/[\w.-]{1,96}", name)] == []
    assert list(SNAPSHOT.repos) == sorted(SNAPSHOT.repos)


def test_every_spelling_belongs_to_a_repository() -> None:
    assert set(SNAPSHOT.ids_by_spelling.values()) == set(SNAPSHOT.repos)


def test_every_repository_has_a_file_and_a_known_gate() -> None:
    assert [repo.id for repo in SNAPSHOT.repos.values() if not repo.files] == []
    assert {repo.gated for repo in SNAPSHOT.repos.values()} == {False, "auto", "manual"}


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("Qwen/Qwen3-8B", {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"}),
        (
            "Qwen/Qwen2.5-7B-Instruct-AWQ",
            {
                "architectures": ["Qwen2ForCausalLM"],
                "model_type": "qwen2",
                "quantization_config": {"quant_method": "awq", "bits": 4},
            },
        ),
        (
            "microsoft/phi-2",
            {
                "architectures": ["PhiForCausalLM"],
                "model_type": "phi",
                "auto_map": {
                    "AutoConfig": "configuration_phi.PhiConfig",
                    "AutoModelForCausalLM": "modeling_phi.PhiForCausalLM",
                },
            },
        ),
        (
            "stabilityai/stable-diffusion-xl-base-1.0",
            {"diffusers": {"_class_name": "StableDiffusionXLPipeline"}},
        ),
        (
            "example-org/phi-3-mini-pycoder-lora",
            {
                "peft": {
                    "base_model_name_or_path": "microsoft/Phi-3-mini-4k-instruct",
                    "task_type": "CAUSAL_LM",
                }
            },
        ),
        ("ggml-org/gemma-3-1b-it-GGUF", {}),
    ],
    ids=["plain", "quantized", "custom code", "diffusers", "adapter", "gguf"],
)
def test_the_config_field_is_a_digest_without_sizes(model: str, expected: dict[str, object]) -> None:
    assert expected == repo(model).info()["config"]


def test_a_gguf_repository_has_gguf_fields_and_no_safetensors() -> None:
    info = repo("ggml-org/gemma-3-1b-it-GGUF").info()

    assert info["gguf"]["architecture"] == "gemma3"
    assert "safetensors" not in info
    assert info["siblings"] == [{"rfilename": "gemma-3-1b-it-Q4_K_M.gguf"}]


def test_a_known_total_without_its_split_is_a_total() -> None:
    info = repo("cyankiwi/Kimi-Linear-48B-A3B-Instruct-AWQ-4bit").info()

    assert info["safetensors"] == {"total": 50_266_570_752}
