"""The parts of `tools/vllm_oracle` that need no vLLM: documents, refusals and the form of answers."""

from pathlib import Path
from typing import Any

import pytest

from tools.vllm_oracle.answers import condense
from tools.vllm_oracle.documents import with_all_layers, write_folders
from tools.vllm_oracle.refusals import refusal


def test_shortened_lists_of_modules_are_written_out_for_every_layer() -> None:
    document = {"quantization_config": {"ignore": ["lm_head", "model.layers.3.mlp.gate", "model.layers.0*"]}}

    assert with_all_layers(document, 2) == {
        "quantization_config": {
            "ignore": ["lm_head", "model.layers.0.mlp.gate", "model.layers.1.mlp.gate", "model.layers.0*"]
        }
    }


def test_mappings_of_modules_are_written_out_too() -> None:
    document = {"quantized_layers": {"model.layers.0.mlp": {"quant_algo": "FP8"}}}

    assert with_all_layers(document, 2) == {
        "quantized_layers": {
            "model.layers.0.mlp": {"quant_algo": "FP8"},
            "model.layers.1.mlp": {"quant_algo": "FP8"},
        }
    }


def test_lists_that_name_two_layers_of_one_kind_are_complete() -> None:
    document = {"modules_to_not_convert": ["model.layers.0.mlp.up_proj", "model.layers.125.mlp.up_proj"]}

    assert with_all_layers(document, 126) == document


def test_every_model_with_a_configuration_gets_a_folder(tmp_path: Path) -> None:
    folders = write_folders(tmp_path)

    assert tmp_path / "Qwen" / "Qwen3-8B" in folders
    assert tmp_path / "defaults" / "persimmon" in folders
    assert (tmp_path / "nvidia" / "Qwen3-30B-A3B-NVFP4" / "hf_quant_config.json").exists()
    assert all((folder / "config.json").exists() for folder in folders)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Model architectures ['T5ForConditionalGeneration'] are not supported for now.", "class"),
        ("Model architecture MptForCausalLM was supported in vLLM until v0.28.0, and", "class"),
        (
            "Total number of attention heads (28) must be divisible by tensor parallel size (8).",
            "heads",
        ),
        (
            "Weight input_size_per_partition = 576 is not divisible by weight quantization block_k = 128.",
            "shape",
        ),
        ("Unknown quantization method: bitsandbytes. Must be one of", "quantization"),
        ("<class 'MllamaModel'> does not support tensor parallel. See", "fallback"),
        ("'Generic' object has no attribute 'v_head_dim'", None),
    ],
    ids=lambda value: str(value)[:24],
)
def test_wordings_of_vllm_are_refusals_and_others_are_not(message: str, kind: str | None) -> None:
    failure = {"type": "ValueError", "message": message, "at": []}

    assert refusal(failure, "failed at build", 8)[0] == kind


@pytest.mark.parametrize(("degree", "kind"), [(4, "shape"), (1, None)])
def test_an_assertion_of_a_layer_is_a_refusal_where_there_are_several_gpus(
    degree: int, kind: str | None
) -> None:
    where = "vllm/model_executor/models/llama.py:150 __init__"
    failure = {"type": "AssertionError", "message": "", "at": [where]}

    assert refusal(failure, "failed at build", degree) == (kind, f"AssertionError in {where}")


def test_an_answer_keeps_what_a_comparison_needs() -> None:
    built = {
        **_row(1, "built"),
        "weight_bytes": 1000,
        "attribute_bytes": 4,
        "rounding_bytes": 8,
        "post": {"failed": 0},
        "post_weight_bytes": 1100,
        "post_attribute_bytes": 5,
        "post_rounding_bytes": 9,
        "block_size": 16,
        "specs": {"FullAttentionSpec(block_size=16, num_kv_heads=8) page=65536": 28},
        "backends": {"FLASH_ATTN": 28},
        "kv": [
            {
                "memory": 10 * 1024**3,
                "length": 4096,
                "num_blocks": 5,
                "tokens": 80,
                "concurrency_exact": 1 / 3,
            }
        ],
    }
    refused = {
        **_row(8, "failed at config"),
        "failure": {
            "type": "ValidationError",
            "message": "1 validation error for VllmConfig Value error, Total number of attention heads (28)"
            " must be divisible by tensor parallel size (8). [type=value_error]",
            "at": [],
        },
    }

    (answer,) = condense([refused, built])

    assert answer == {
        "model": "org/model",
        "class": "LlamaForCausalLM",
        "context": 4096,
        "dtype": "bfloat16",
        "backends": ["FLASH_ATTN"],
        "degrees": {
            "1": {
                "weights": 1105,
                "rounding": 9,
                "block": 16,
                "layers": [[28, "FullAttention", 16, 65536]],
                "kv": [[10, 4096, 5, 80, 0.33333333]],
            },
            "8": {
                "refused": "heads",
                "why": "Total number of attention heads (28) must be divisible by tensor parallel size (8).",
            },
        },
    }


def test_what_fails_on_one_gpu_too_is_not_a_refusal_of_a_degree() -> None:
    failure = {"type": "AssertionError", "message": "", "at": ["vllm/model_executor/models/a.py:1 __init__"]}
    rows = [{**_row(degree, "failed at build"), "failure": failure} for degree in (1, 2)]

    answers = condense(rows)[0]["degrees"]

    assert {degree: sorted(answer) for degree, answer in answers.items()} == {
        "1": ["unknown"],
        "2": ["unknown"],
    }


def test_weights_that_repacking_took_out_of_sight_are_those_before_it() -> None:
    row = {
        **_row(1, "built"),
        "weight_bytes": 1000,
        "attribute_bytes": 0,
        "rounding_bytes": 8,
        "post": {"failed": 0},
        "post_weight_bytes": 100,
        "post_attribute_bytes": 0,
    }

    assert condense([row])[0]["degrees"]["1"] == {"weights": 1000, "rounding": 8, "not_repacked": True}


def _row(degree: int, outcome: str) -> dict[str, Any]:
    return {
        "model": "org/model",
        "tp": degree,
        "outcome": outcome,
        "architecture": "LlamaForCausalLM",
        "resolved": "LlamaForCausalLM",
        "runner": "generate",
        "max_model_len": 4096,
        "dtype": "bfloat16",
        "quantization": None,
        "cache_dtype": "auto",
    }
