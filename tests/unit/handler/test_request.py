"""What counts as a question."""

import pytest

from handler.errors import InvalidRequest
from handler.request import parse_request

_ASKED = {"model": "org/name", "instance_type": "g5.xlarge"}


@pytest.mark.parametrize(
    "model",
    [
        "org/name",
        "gpt2",
        "meta-llama/Llama-3.1-8B-Instruct",
        "01-ai/Yi-34B",
        "a/b",
        "x",
        "org/name_with.dots-1",
        "org/datasets",
        "apis/name",
    ],
)
def test_repository_names_are_accepted(model: str) -> None:
    assert parse_request({**_ASKED, "model": model}, {}).model_id == model


@pytest.mark.parametrize(
    "model",
    [
        "a/b/c",
        "/name",
        "org/",
        "../etc/passwd",
        "org/..",
        "org/na..me",
        "org/na--me",
        "org/name.git",
        "-org/name",
        "org/.name",
        "org/name?x=1",
        "org/name#x",
        "org/na me",
        "org/na%2fme",
        "https://huggingface.co/org/name",
        "org/näme",
        "org/name\r\nX-Evil: 1",
        "org/name\x00",
        "a" * 97,
        "one,two",
        "<script>",
        "datasets/squad",
        "Spaces/name",
        "api/models",
        "api",
    ],
)
def test_what_is_no_repository_name_is_refused_with_a_remedy(model: str) -> None:
    with pytest.raises(InvalidRequest, match="give one like"):
        parse_request({**_ASKED, "model": model}, {})


def test_spaces_around_a_value_are_passed_over() -> None:
    question = parse_request({"model": " org/name ", "instance_type": " g5.xlarge\n"}, {})

    assert (question.model_id, question.instance_type) == ("org/name", "g5.xlarge")


def test_instance_types_are_written_in_lower_case() -> None:
    assert parse_request({**_ASKED, "instance_type": "G5.XLarge"}, {}).instance_type == "g5.xlarge"


@pytest.mark.parametrize("instance_type", ["g5 xlarge", "g5/xlarge", "g5;drop", "x" * 65, "ä.large", "-"])
def test_what_is_no_instance_type_is_refused(instance_type: str) -> None:
    with pytest.raises(InvalidRequest, match="instance_type is"):
        parse_request({**_ASKED, "instance_type": instance_type}, {})


@pytest.mark.parametrize("missing", ["model", "instance_type"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_parameter_is_named(missing: str, value: str | None) -> None:
    query = {name: given for name, given in {**_ASKED, missing: value}.items() if given is not None}

    with pytest.raises(InvalidRequest, match=f"parameter {missing} is missing"):
        parse_request(query, {})


_NUMBERS = [
    "tp",
    "max_model_len",
    "concurrency",
    "input_sequence_length",
    "output_sequence_length",
    "overhead_gib",
]


@pytest.mark.parametrize("name", _NUMBERS)
@pytest.mark.parametrize("value", ["0", "-1", "4", "4.0", "1e3", "", " 7 "])
def test_numbers_are_accepted_as_overrides(name: str, value: str) -> None:
    assert parse_request({**_ASKED, name: value}, {}).model_id == "org/name"


@pytest.mark.parametrize("name", _NUMBERS)
@pytest.mark.parametrize(
    "value", ["four", "nan", "inf", "-inf", "1,2", "0x10", "1e999", "4 GB", "½", "1_0", "٣"]
)
def test_what_is_no_number_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest, match=f"{name} is .*not a number"):
        parse_request({**_ASKED, name: value}, {})


@pytest.mark.parametrize("name", ["overhead_gib", "tp"])
def test_a_fraction_is_a_number(name: str) -> None:
    assert parse_request({**_ASKED, name: "1.5"}, {})


@pytest.mark.parametrize("value", ["none", "fp8", "INT8", "int4", "", "0"])
def test_known_quantizations_are_accepted(value: str) -> None:
    assert parse_request({**_ASKED, "quantization": value}, {})


def test_an_unknown_quantization_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidRequest, match="none, fp8, int8 and int4"):
        parse_request({**_ASKED, "quantization": "awq"}, {})


def test_unknown_parameters_are_ignored() -> None:
    assert parse_request({**_ASKED, "max_num_batched_tokens": "x", "streamer_memory_limit_gib": "y"}, {})


def test_a_long_or_strange_value_is_repeated_short_and_escaped() -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_request({**_ASKED, "model": "\x1b[31m" + "a" * 5000}, {})

    assert len(str(caught.value)) < 300
    assert "\x1b" not in str(caught.value)


def test_a_token_comes_from_its_header() -> None:
    token = parse_request(_ASKED, {"x-hf-token": " hf_secret "}).token

    assert token is not None
    assert token.authorization == "Bearer hf_secret"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_no_token_is_none(value: str | None) -> None:
    headers = {} if value is None else {"x-hf-token": value}

    assert parse_request(_ASKED, headers).token is None


@pytest.mark.parametrize("value", ["hf_a b", "hf_\r\nX: y", "hf_ä", "hf_\x00", "h" * 1025])
def test_a_token_that_is_no_header_value_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_request(_ASKED, {"x-hf-token": value})

    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), ("", None), ("0.19.0", (0, 19, 0)), (" v0.30.1 ", (0, 30, 1))]
)
def test_a_version_of_vllm_may_be_named(value: str | None, expected: tuple[int, ...] | None) -> None:
    query = _ASKED if value is None else {**_ASKED, "vllm_version": value}

    assert parse_request(query, {}).vllm_version == expected


@pytest.mark.parametrize("value", ["latest", "0.7.3", "19", "0.19.0; rm", "9999.9999", "0.19" + "a" * 60])
def test_what_is_no_version_or_too_old_a_one_is_refused(value: str) -> None:
    with pytest.raises(InvalidRequest, match="from 0.8 up"):
        parse_request({**_ASKED, "vllm_version": value}, {})
