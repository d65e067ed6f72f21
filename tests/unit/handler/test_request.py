"""Query and headers as a checked request."""

import pytest

from handler.errors import InvalidRequest
from handler.request import parse_request
from recommender.planning.overrides import NO_OVERRIDES
from recommender.vllm.engine_args import EngineOverrides

_QUERY = {"model": "org/name", "instance_type": "g5.xlarge"}


def test_a_request_has_a_model_an_instance_type_and_overrides() -> None:
    query = {"model": "org/name", "instance_type": "g5.xlarge", "tp": "2", "overhead_gib": "1.5"}
    request = parse_request(query, {})

    assert (request.model_id, request.instance_type, request.token) == ("org/name", "g5.xlarge", None)
    assert request.overrides.tensor_parallel == 2
    assert request.overrides.overhead_bytes == 1.5 * 1024**3


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://huggingface.co/org/name", "org/name"),
        ("https://huggingface.co/org/name/", "org/name"),
        ("https://huggingface.co/org/name/tree/main", "org/name"),
        ("https://huggingface.co/gpt2", "gpt2"),
        ("https://huggingface.co/gpt2/tree/main/", "gpt2"),
    ],
)
def test_the_address_of_a_model_stands_for_it(address: str, expected: str) -> None:
    assert parse_request({**_QUERY, "model": address}, {}).model_id == expected


@pytest.mark.parametrize(
    "address",
    [
        "http://huggingface.co/org/name",
        "https://example.org/org/name",
        "https://huggingface.co",
        "https://huggingface.co/",
        "https://huggingface.co/datasets/name",
        "https://huggingface.co/spaces/name",
        "https://huggingface.co/org/name/blob/main/config.json",
        "https://huggingface.co/org/name?library=vllm",
        "https://huggingface.co.example.org/org/name",
        "https://huggingface.co/https://huggingface.co/org/name",
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(InvalidRequest, match="not a valid Hugging Face model ID"):
        parse_request({**_QUERY, "model": address}, {})


@pytest.mark.parametrize(
    "model", ["a/b/c", "../etc/passwd", "org/name\r\nX-Evil: 1", "<script>", "api/models"]
)
def test_invalid_model_ids_are_refused_with_a_remedy(model: str) -> None:
    with pytest.raises(InvalidRequest, match="not a valid Hugging Face model ID; use one such as"):
        parse_request({**_QUERY, "model": model}, {})


def test_spaces_around_a_value_are_ignored() -> None:
    request = parse_request({"model": " org/name ", "instance_type": " g5.xlarge\n"}, {})

    assert (request.model_id, request.instance_type) == ("org/name", "g5.xlarge")


def test_instance_types_are_lowered() -> None:
    assert parse_request({**_QUERY, "instance_type": "G5.XLarge"}, {}).instance_type == "g5.xlarge"


@pytest.mark.parametrize("instance_type", ["g5 xlarge", "g5/xlarge", "g5;drop", "x" * 65, "ä.large", "-"])
def test_invalid_instance_types_are_refused(instance_type: str) -> None:
    with pytest.raises(InvalidRequest, match="instance_type is"):
        parse_request({**_QUERY, "instance_type": instance_type}, {})


@pytest.mark.parametrize("missing", ["model", "instance_type"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_parameter_is_named(missing: str, value: str | None) -> None:
    query = {name: given for name, given in {**_QUERY, missing: value}.items() if given is not None}

    with pytest.raises(InvalidRequest, match=f"parameter {missing} is missing"):
        parse_request(query, {})


_NUMBERS = [
    "tp",
    "max_model_len",
    "concurrency",
    "input_sequence_length",
    "output_sequence_length",
    "overhead_gib",
    "max_num_seqs",
    "max_num_batched_tokens",
]


@pytest.mark.parametrize("name", _NUMBERS)
@pytest.mark.parametrize("value", ["0", "-1", "4", "4.0", "1e3", "", " 7 "])
def test_overrides_are_numbers(name: str, value: str) -> None:
    assert parse_request({**_QUERY, name: value}, {}).model_id == "org/name"


@pytest.mark.parametrize("name", _NUMBERS)
@pytest.mark.parametrize(
    "value", ["four", "nan", "inf", "-inf", "1,2", "0x10", "1e999", "4 GB", "½", "1_0", "٣"]
)
def test_overrides_that_are_not_numbers_are_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest, match=f"{name} is .*not a number"):
        parse_request({**_QUERY, name: value}, {})


def test_zero_and_negative_overrides_are_ignored() -> None:
    zeros = {"tp": "0", "max_model_len": "-1", "concurrency": "", "overhead_gib": "0.0", "quantization": "0"}

    assert parse_request({**_QUERY, **zeros}, {}).overrides == NO_OVERRIDES


def test_a_fraction_of_a_count_is_rounded_down_and_a_huge_one_bounded() -> None:
    overrides = parse_request({**_QUERY, "tp": "2.9", "concurrency": "1e300"}, {}).overrides

    assert (overrides.tensor_parallel, overrides.concurrency) == (2, 10**9)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("none", "none"),
        ("fp8", "fp8"),
        ("INT8", "int8"),
        ("int4", "int4"),
        ("FP16", "none"),
        ("bf16", "none"),
        ("auto", "none"),
        ("", None),
        ("0", None),
    ],
)
def test_known_quantizations_are_accepted(value: str, expected: str | None) -> None:
    assert parse_request({**_QUERY, "quantization": value}, {}).overrides.quantization == expected


def test_an_unknown_quantization_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidRequest, match="none, fp8, int8 and int4"):
        parse_request({**_QUERY, "quantization": "awq"}, {})


def test_unknown_parameters_are_ignored() -> None:
    assert parse_request({**_QUERY, "streamer_memory_limit_gib": "y"}, {})


def test_engine_arguments_may_be_fixed() -> None:
    query = {
        "max_num_seqs": "128",
        "max_num_batched_tokens": "4096",
        "gpu_memory_utilization": "0.95",
        "kv_cache_dtype": "FP8",
        "enforce_eager": "True",
    }

    assert parse_request({**_QUERY, **query}, {}).overrides.engine == EngineOverrides(
        max_num_seqs=128,
        max_num_batched_tokens=4096,
        gpu_memory_utilization=0.95,
        kv_cache_dtype="fp8",
        enforce_eager=True,
    )


@pytest.mark.parametrize(
    "query",
    [
        {"max_num_seqs": "0", "max_num_batched_tokens": "-1", "gpu_memory_utilization": "0"},
        {"max_num_seqs": "", "kv_cache_dtype": "auto", "enforce_eager": "false"},
        {"gpu_memory_utilization": "-0.5", "kv_cache_dtype": "", "enforce_eager": "0"},
    ],
)
def test_engine_arguments_that_are_not_given_are_the_defaults(query: dict[str, str]) -> None:
    assert parse_request({**_QUERY, **query}, {}).overrides == NO_OVERRIDES


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("gpu_memory_utilization", "1.01", "above 0 and at most 1"),
        ("gpu_memory_utilization", "90%", "not a number"),
        ("kv_cache_dtype", "int8", "auto, fp8, fp8_e4m3 and fp8_e5m2"),
        ("enforce_eager", "yes", "true, false, 1 or 0"),
    ],
)
def test_engine_arguments_that_vllm_does_not_have_are_refused(name: str, value: str, remedy: str) -> None:
    with pytest.raises(InvalidRequest, match=f"{name} is .*{remedy}"):
        parse_request({**_QUERY, name: value}, {})


@pytest.mark.parametrize("gib", ["0.001", "1.234", "1.999", "7.125", "12.3", "1.0000001"])
def test_an_overhead_is_at_least_what_is_asked_for_and_less_than_a_byte_more(gib: str) -> None:
    size = parse_request({**_QUERY, "overhead_gib": gib}, {}).overrides.overhead_bytes

    assert size is not None
    assert 0 <= size - float(gib) * 1024**3 < 1


def test_a_refused_value_is_repeated_truncated_and_escaped() -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_request({**_QUERY, "model": "\x1b[31m" + "a" * 5000}, {})

    assert len(str(caught.value)) < 300
    assert "\x1b" not in str(caught.value)


def test_a_token_comes_from_its_header() -> None:
    token = parse_request(_QUERY, {"x-hf-token": " hf_secret "}).token

    assert token is not None
    assert token.authorization == "Bearer hf_secret"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_no_token_is_none(value: str | None) -> None:
    headers = {} if value is None else {"x-hf-token": value}

    assert parse_request(_QUERY, headers).token is None


@pytest.mark.parametrize("value", ["hf_a b", "hf_\r\nX: y", "hf_ä", "hf_\x00", "h" * 1025])
def test_an_invalid_token_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_request(_QUERY, {"x-hf-token": value})

    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), ("", None), ("0.19.0", (0, 19, 0)), (" v0.30.1 ", (0, 30, 1))]
)
def test_a_version_of_vllm_may_be_chosen(value: str | None, expected: tuple[int, ...] | None) -> None:
    query = _QUERY if value is None else {**_QUERY, "vllm_version": value}

    assert parse_request(query, {}).vllm_version == expected


@pytest.mark.parametrize("value", ["latest", "0.7.3", "19", "0.19.0; rm", "9999.9999", "0.19" + "a" * 60])
def test_invalid_and_unsupported_versions_are_refused(value: str) -> None:
    with pytest.raises(InvalidRequest, match="must be 0.8 or later"):
        parse_request({**_QUERY, "vllm_version": value}, {})
