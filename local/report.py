"""A recommendation as a short text report: `make recommend FORMAT=text`."""

import shlex
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from recommender.messages.phrases import count_text, method_text

_WIDTH = 100
_BAR_WIDTH = 60
_LABEL_WIDTH, _VALUE_WIDTH = 17, 9

Body = Mapping[str, Any]
"""A JSON object of the API's response, or the response itself."""


def report_text(body: Body, model: str, instance_type: str) -> str:
    """The report of a recommendation or an error, wrapped at 100 characters."""
    if "error" in body:
        return error_text(body) + "\n"
    lines = [_title(body, model, instance_type), "", *_sections(body)]
    if "vllm_args" in body:
        lines += ["", *_command(body, model)]
    return "\n".join(lines) + "\n"


def error_text(body: Body) -> str:
    """An error, wrapped."""
    return "\n".join(_wrapped(f"{body['code']}: {body['error']}"))


def model_title(body: Body, model: str) -> str:
    """The model, with its size and dtype where they are known."""
    info = body.get("model_info") or {}
    count = info.get("parameter_count")
    facts = [
        *([f"{count / 1e9:.1f} B parameters"] if count else []),
        *([info["native_dtype"]] if info.get("native_dtype") else []),
    ]
    return f"{model} ({', '.join(facts)})" if facts else model


def _title(body: Body, model: str, instance_type: str) -> str:
    instance = body["instance_info"]
    hardware = (
        f"{instance['accelerator_count']} x {instance['accelerator_name']},"
        f" {instance['accelerator_memory_gib']:g} GiB"
    )
    return f"{model_title(body, model)} on {instance_type} ({hardware})"


def _sections(body: Body) -> Iterator[str]:
    explanation = body["explanation"]
    if not explanation["feasible"]:
        yield from _row("not feasible", explanation["code"], explanation["reason"])
    else:
        yield from _values(body, explanation)
        yield ""
        yield from _memory(body["memory"])
        if len(body["layouts"]) > 1:
            yield from _section("layouts", [_layout(each) for each in body["layouts"]])
    yield from _section("warnings", body.get("warnings", []))
    yield from _section("notes", body.get("notes", []))
    yield from _section("checkpoints", [_checkpoint(each) for each in body.get("checkpoints", [])])
    yield from _section("alternatives", list(_alternatives(body)))


def _values(body: Body, explanation: Body) -> Iterator[str]:
    for label, name in (
        ("tensor parallel", "tensor_parallel_degree"),
        ("quantization", "quantization"),
        ("context", "max_model_len"),
        ("concurrency", "concurrency"),
    ):
        yield from _row(label, _value(body[name]), explanation[name])
    tokens_in, tokens_out = body["input_sequence_length"], body["output_sequence_length"]
    reason = explanation.get("input_sequence_length", "")
    yield from _row("workload", f"{tokens_in:,} + {tokens_out:,}", reason)
    yield from _row("in production", "", explanation["production_note"].removeprefix("In production, "))
    yield from _row("engine", "", _engine_arguments(body))


def _engine_arguments(body: Body) -> str:
    parts = [
        f"{body['max_num_seqs']:,} sequences",
        f"{body['max_num_batched_tokens']:,} batched tokens",
        f"utilization {body['gpu_memory_utilization']:g}",
        *([f"{body['kv_cache_dtype']} cache"] if "kv_cache_dtype" in body else []),
        *(["no CUDA graphs"] if "enforce_eager" in body else []),
    ]
    return ", ".join(parts)


def _memory(memory: Body) -> Iterator[str]:
    """A bar of the weights, the KV cache, vLLM's overhead and what it leaves free."""
    overhead = memory["non_torch_gib"] + memory["activations_gib"] + memory["cuda_graphs_gib"]
    parts = (
        ("█", "weights", memory["weights_gib"]),
        ("▓", "KV cache", memory["kv_cache_gib"]),
        ("▒", "overhead", overhead),
        ("░", "left free", memory["unused_gib"]),
    )
    visible = memory["visible_gib"]
    yield f"memory of one GPU: {visible:.1f} GiB visible to CUDA"
    yield "".join(sign * max(0, round(_BAR_WIDTH * size / visible)) for sign, _, size in parts)
    yield "   ".join(f"{sign} {name} {size:.1f}" for sign, name, size in parts)
    requests = f"{memory['max_concurrency']:,g}"
    yield (
        f"{memory['kv_cache_tokens']:,} tokens in the KV cache, enough for {requests} concurrent"
        f" request{'' if requests == '1' else 's'} of the full context"
    )


def _layout(layout: Body) -> str:
    replicas, requests = layout["replicas"], layout["max_concurrent_requests_total"]
    return (
        f"TP {layout['tensor_parallel_degree']}, {count_text(replicas, 'replica')}: context"
        f" {layout['max_model_len']:,}, {layout['kv_cache_tokens_total']:,} tokens in the KV cache,"
        f" {count_text(requests, 'request')} at once"
    )


def _alternatives(body: Body) -> Iterator[str]:
    alternatives = body.get("alternatives", {})
    for name in ("quantization_option", "at_load_option"):
        option = alternatives.get(name)
        if option is not None:
            how = "pre-quantized" if option["requires_pre_quantized"] else "quantized at load"
            yield f"{option['quantization']}, {how}: {_weights(option)}, {_configuration(option)}"
    larger = alternatives.get("larger_instance")
    if larger is not None:
        info = alternatives["larger_instance_info"]
        price = f", ${info['usd_per_hour']:,.2f} an hour" if "usd_per_hour" in info else ""
        hardware = f"{info['accelerator_count']} x {info['accelerator_name']}{price}"
        yield f"{larger} ({hardware}) {_native_precision(body)}: {_configuration(info)}"
    for change in alternatives.get("changes", []):
        yield change["text"]


def _native_precision(body: Body) -> str:
    method = body["model_info"].get("quantization")
    return "without quantization" if method is None else f"in its {method_text(method)} quantization"


def _checkpoint(checkpoint: Body) -> str:
    gate = ", gated" if checkpoint["gated"] else ""
    return (
        f"{checkpoint['model']} ({checkpoint['method']}{gate}, {checkpoint['downloads']:,} downloads):"
        f" {_weights(checkpoint)}, {_configuration(checkpoint)}"
    )


def _weights(option: Body) -> str:
    return f"{option['estimated_mem_gib']:g} GiB of weights"


def _configuration(values: Body) -> str:
    return (
        f"TP {values['tensor_parallel_degree']}, context {values['max_model_len']:,}, concurrency"
        f" {values['concurrency']}"
    )


def _section(title: str, entries: list[str]) -> Iterator[str]:
    if entries:
        yield from ("", title)
    for entry in entries:
        yield from _wrapped(entry, initial_indent="- ", subsequent_indent="  ")


def _command(body: Body, model: str) -> Iterator[str]:
    """The command to copy, one option per line: of the first checkpoint if a pre-quantized one is needed."""
    served, arguments = model, body["vllm_args"]
    if "needs_prepared_checkpoint" in body["warning_codes"]:
        if not body.get("checkpoints"):
            yield "no command: it has to name a pre-quantized checkpoint, and none is known"
            return
        served, arguments = body["checkpoints"][0]["model"], body["checkpoints"][0]["vllm_args"]
    pairs = " ".join(shlex.quote(each) for each in arguments).replace(" --", " \\\n    --")
    yield f"vllm serve {shlex.quote(served)} \\"
    yield f"    {pairs}"


def _wrapped(
    text: str, width: int = _WIDTH, *, initial_indent: str = "", subsequent_indent: str = ""
) -> list[str]:
    """Lines that end between words and not at a hyphen, so that flags and addresses stay whole."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=initial_indent,
        subsequent_indent=subsequent_indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _row(label: str, value: str, reason: str) -> Iterator[str]:
    head = f"{label:<{_LABEL_WIDTH}}{value:<{_VALUE_WIDTH}}  "
    indent = " " * len(head)
    yield from _wrapped(head + reason, max(_WIDTH, len(head) + 40), subsequent_indent=indent) or [
        head.rstrip()
    ]


def _value(value: int | str | None) -> str:
    if value is None:
        return "none"
    return f"{value:,}" if isinstance(value, int) else value
