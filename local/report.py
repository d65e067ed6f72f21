"""An answer as a short report for people: `make recommend FORMAT=text`."""

import shlex
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

_WIDTH = 100
_BAR_WIDTH = 60
_LABEL_WIDTH, _VALUE_WIDTH = 17, 9

Answer = Mapping[str, Any]


def report_text(answer: Answer, model: str, instance_type: str) -> str:
    """The report of an answer, of an error too, in lines of at most 100 characters where words allow it."""
    if "error" in answer:
        return "\n".join(textwrap.wrap(f"{answer['code']}: {answer['error']}", _WIDTH)) + "\n"
    lines = [_head(answer, model, instance_type), "", *_body(answer)]
    if "vllm_args" in answer:
        lines += ["", *_command(*_served(answer, model))]
    return "\n".join(lines) + "\n"


def _head(answer: Answer, model: str, instance_type: str) -> str:
    instance, known = answer["instance_info"], answer.get("model_info") or {}
    count = known.get("parameter_count")
    facts = [
        *([f"{count / 1e9:.1f} B parameters"] if count else []),
        *([known["native_dtype"]] if known.get("native_dtype") else []),
    ]
    hardware = (
        f"{instance['accelerator_count']} x {instance['accelerator_name']},"
        f" {instance['accelerator_memory_gib']:g} GiB"
    )
    described = f"{model} ({', '.join(facts)})" if facts else model
    return f"{described} on {instance_type} ({hardware})"


def _body(answer: Answer) -> Iterator[str]:
    sentences = answer["explanation"]
    if not sentences["feasible"]:
        yield from _row("not feasible", sentences["code"], sentences["reason"])
    else:
        yield from _values(answer, sentences)
        yield ""
        yield from _memory(answer["memory"])
    yield from _section("warnings", answer.get("warnings", []))
    yield from _section("checkpoints", [_checkpoint(each) for each in answer.get("checkpoints", [])])
    yield from _section("alternatives", list(_alternatives(answer.get("alternatives", {}))))


def _values(answer: Answer, sentences: Answer) -> Iterator[str]:
    for label, name in (
        ("tensor parallel", "tensor_parallel_degree"),
        ("quantization", "quantization"),
        ("context", "max_model_len"),
        ("concurrency", "concurrency"),
    ):
        yield from _row(label, _value(answer[name]), sentences[name])
    tokens_in, tokens_out = answer["input_sequence_length"], answer["output_sequence_length"]
    reason = sentences.get("input_sequence_length", "")
    yield from _row("workload", f"{tokens_in:,} + {tokens_out:,}", reason)


def _memory(memory: Answer) -> Iterator[str]:
    """A bar of blocks: weights, KV cache, what vLLM takes for itself, what it leaves."""
    own = memory["non_torch_gib"] + memory["activations_gib"] + memory["cuda_graphs_gib"]
    parts = (
        ("█", "weights", memory["weights_gib"]),
        ("▓", "KV cache", memory["kv_cache_gib"]),
        ("▒", "vLLM itself", own),
        ("░", "left free", memory["unused_gib"]),
    )
    visible = memory["visible_gib"]
    yield f"memory of one GPU, of which CUDA sees {visible:.1f} GiB"
    yield "".join(sign * max(0, round(_BAR_WIDTH * size / visible)) for sign, _, size in parts)
    yield "   ".join(f"{sign} {name} {size:.1f}" for sign, name, size in parts)
    yield (
        f"{memory['kv_cache_tokens']:,} tokens in the KV cache, {memory['max_concurrency']:g} requests of the"
        " whole context at once"
    )


def _alternatives(alternatives: Answer) -> Iterator[str]:
    for name in ("quantization_option", "at_load_option"):
        option = alternatives.get(name)
        if option is not None:
            how = "prepared beforehand" if option["requires_pre_quantized"] else "while vLLM loads"
            yield f"{option['quantization']} {how}: {_weights(option)}, {_configuration(option)}"
    larger = alternatives.get("larger_instance")
    if larger is not None:
        info = alternatives["larger_instance_info"]
        price = f", ${info['usd_per_hour']:,.2f} an hour" if "usd_per_hour" in info else ""
        hardware = f"{info['accelerator_count']} x {info['accelerator_name']}{price}"
        yield f"{larger} ({hardware}) as it is: {_configuration(info)}"


def _checkpoint(checkpoint: Answer) -> str:
    gate = ", gated" if checkpoint["gated"] else ""
    return (
        f"{checkpoint['model']} ({checkpoint['method']}{gate}, {checkpoint['downloads']:,} downloads):"
        f" {_weights(checkpoint)}, {_configuration(checkpoint)}"
    )


def _weights(option: Answer) -> str:
    return f"{option['estimated_mem_gib']:g} GiB of weights"


def _configuration(values: Answer) -> str:
    return (
        f"TP {values['tensor_parallel_degree']}, context {values['max_model_len']:,}, concurrency"
        f" {values['concurrency']}"
    )


def _section(title: str, entries: list[str]) -> Iterator[str]:
    if entries:
        yield from ("", title)
    for entry in entries:
        yield from textwrap.wrap(entry, _WIDTH, initial_indent="- ", subsequent_indent="  ")


def _served(answer: Answer, model: str) -> tuple[str, list[str]]:
    """The repository to serve and its arguments: the first checkpoint where one has to be prepared."""
    if not _needs_checkpoint(answer):
        return model, answer["vllm_args"]
    first = next(iter(answer.get("checkpoints", [])), None)
    if first is None:
        return f"<{model} in {answer['quantization']}>", answer["vllm_args"]
    return first["model"], first["vllm_args"]


def _needs_checkpoint(answer: Answer) -> bool:
    return "needs_prepared_checkpoint" in answer["warning_codes"]


def _command(model: str, arguments: list[str]) -> Iterator[str]:
    """One line to copy, broken where a shell allows it."""
    pairs = " ".join(shlex.quote(each) for each in arguments).replace(" --", " \\\n    --")
    yield f"vllm serve {shlex.quote(model)} \\"
    yield f"    {pairs}"


def _row(label: str, value: str, reason: str) -> Iterator[str]:
    head = f"{label:<{_LABEL_WIDTH}}{value:<{_VALUE_WIDTH}}  "
    indent = " " * len(head)
    yield from textwrap.wrap(
        head + reason, max(_WIDTH, len(head) + 40), subsequent_indent=indent, drop_whitespace=True
    ) or [head.rstrip()]


def _value(value: int | str | None) -> str:
    if value is None:
        return "none"
    return f"{value:,}" if isinstance(value, int) else value
