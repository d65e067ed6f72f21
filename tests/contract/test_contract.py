"""The contract that clients rely on, over HTTP: fields, their types, and statuses."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from support.client import Client
from support.service import running_service

from local.runtime.gateway import recommend_target

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"
LLAMA_70B = "meta-llama/Llama-3.1-70B-Instruct"
TOKEN = "hf_somebody"

NUMBER = (int, float)
FEASIBLE = {
    "tensor_parallel_degree": int,
    "quantization": (str, type(None)),
    "max_model_len": int,
    "concurrency": int,
    "input_sequence_length": int,
    "output_sequence_length": int,
    "overhead_gib": NUMBER,
    "valid_tp_options": list,
    "warnings": list,
    "explanation": dict,
    "model_info": dict,
    "instance_info": dict,
    "memory": dict,
    "vllm_args": list,
}
SENTENCES = {
    "feasible": bool,
    "tensor_parallel_degree": str,
    "quantization": str,
    "max_model_len": str,
    "concurrency": str,
}
MODEL_INFO = {
    "parameter_count": int,
    "native_dtype": str,
    "max_position_embeddings": int,
    "architecture": str,
}
INSTANCE_INFO = {"accelerator_count": int, "accelerator_memory_gib": NUMBER, "accelerator_name": str}


class Api(Client):
    """A client of the API."""

    def ask(self, model: str, instance_type: str, *, token: str = "", status: int = 200) -> dict[str, Any]:
        headers = {"X-HF-Token": token} if token else {}
        response, body = self.request("GET", recommend_target(model, instance_type), headers)
        assert response.status == status, body
        answer: dict[str, Any] = json.loads(body)
        return answer


@pytest.fixture(scope="module")
def client() -> Iterator[Api]:
    with running_service() as front:
        yield Api(front)


def assert_fields(document: dict[str, Any], fields: dict[str, Any]) -> None:
    for name, kind in fields.items():
        assert isinstance(document[name], kind), name
        assert kind is bool or not isinstance(document[name], bool), name


def assert_feasible(answer: dict[str, Any]) -> None:
    assert_fields(answer, FEASIBLE)
    assert_fields(answer["explanation"], SENTENCES)
    assert_fields(answer["model_info"], MODEL_INFO)
    assert_fields(answer["instance_info"], INSTANCE_INFO)
    assert answer["explanation"]["feasible"] is True
    assert answer["quantization"] in {None, "fp8", "int8", "int4"}
    assert answer["tensor_parallel_degree"] in answer["valid_tp_options"]
    assert all(isinstance(argument, str) for argument in answer["vllm_args"])
    memory = answer["memory"]
    parts = ("weights", "kv_cache", "non_torch", "activations", "cuda_graphs", "unused")
    assert sum(memory[f"{part}_gib"] for part in parts) == pytest.approx(memory["visible_gib"], abs=0.01)


def assert_infeasible(answer: dict[str, Any], code: str) -> None:
    assert set(answer) <= {"explanation", "alternatives", "model_info", "instance_info"}
    assert (answer["explanation"]["feasible"], answer["explanation"]["code"]) == (False, code)
    assert isinstance(answer["explanation"]["reason"], str)


def test_mistral_7b_on_one_a10g(client: Api) -> None:
    answer = client.ask(MISTRAL, "g5.xlarge")

    assert_feasible(answer)
    assert (answer["tensor_parallel_degree"], answer["quantization"]) == (1, None)
    assert 8192 <= answer["max_model_len"] <= 32_768
    assert answer["max_model_len"].bit_count() == 1
    assert 32 <= answer["concurrency"] <= 64
    assert "alternatives" not in answer


def test_mistral_7b_on_four_a10g(client: Api) -> None:
    answer = client.ask(MISTRAL, "g5.12xlarge")

    assert_feasible(answer)
    assert (answer["tensor_parallel_degree"], answer["quantization"]) == (4, None)
    assert (answer["max_model_len"], answer["concurrency"]) == (32_768, 64)
    assert answer["instance_info"]["accelerator_memory_gib"] == 96
    assert answer["valid_tp_options"] == [1, 2, 4]


def test_llama_70b_on_one_a10g(client: Api) -> None:
    answer = client.ask(LLAMA_70B, "g5.xlarge", token=TOKEN)
    larger = answer["alternatives"]["larger_instance"]

    assert_infeasible(answer, "does_not_fit")
    assert "131.4 GiB" in answer["explanation"]["reason"]
    assert "24 GiB" in answer["explanation"]["reason"]
    assert answer["model_info"]["native_dtype"] == "bfloat16"
    assert answer["explanation"]["suggested_instance"] == larger
    assert "quantization_option" not in answer["alternatives"]

    held = client.ask(LLAMA_70B, larger, token=TOKEN)
    assert_feasible(held)
    assert held["quantization"] is None


def test_llama_70b_on_eight_h100(client: Api) -> None:
    answer = client.ask(LLAMA_70B, "p5.48xlarge", token=TOKEN)

    assert_feasible(answer)
    assert (answer["tensor_parallel_degree"], answer["quantization"]) == (8, None)


def test_llama_70b_without_a_token_is_gated(client: Api) -> None:
    answer = client.ask(LLAMA_70B, "p5.48xlarge", status=403)

    assert answer["code"] == "model_gated"
    assert "X-HF-Token" in answer["error"]


def test_a_quantized_answer_fills_the_form_and_shows_both_options(client: Api) -> None:
    answer = client.ask("Qwen/Qwen2.5-32B-Instruct", "g6e.xlarge")
    option, larger = answer["alternatives"]["quantization_option"], answer["alternatives"]["larger_instance"]

    assert_feasible(answer)
    assert answer["quantization"] == option["quantization"] == "fp8"
    assert isinstance(option["estimated_mem_gib"], NUMBER)
    assert isinstance(option["requires_pre_quantized"], bool)
    assert isinstance(larger, str)
    assert_fields(answer["alternatives"]["larger_instance_info"], INSTANCE_INFO)


@pytest.mark.parametrize("instance_type", ["inf2.xlarge", "trn1.32xlarge"])
def test_neuron(client: Api, instance_type: str) -> None:
    answer = client.ask(MISTRAL, instance_type)

    assert_infeasible(answer, "neuron_not_supported")
    assert_fields(answer["instance_info"], INSTANCE_INFO)


def test_model_info_has_the_sliding_window_where_there_is_one(client: Api) -> None:
    assert client.ask("mistralai/Mistral-7B-v0.1", "g5.xlarge")["model_info"]["sliding_window"] == 4096
    assert "sliding_window" not in client.ask(MISTRAL, "g5.xlarge")["model_info"]


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/api/v1/recommend?model=nobody%2Fnothing&instance_type=g5.xlarge", 404, "model_not_found"),
        ("/api/v1/recommend?model=gpt2&instance_type=g5.13xlarge", 404, "instance_type_not_found"),
        ("/api/v1/recommend", 400, "invalid_request"),
        ("/api/v1/recommend?model=gpt2&instance_type=g5.xlarge&tp=x", 400, "invalid_request"),
        ("/api/v1/recommend?model=gpt2&model=gpt2&instance_type=g5.xlarge", 400, "invalid_request"),
        ("/api/v1", 404, "route_not_found"),
    ],
)
def test_errors_have_one_shape(client: Api, target: str, status: int, code: str) -> None:
    response, body = client.request("GET", target)
    document = json.loads(body)

    assert (response.status, document["code"], set(document)) == (status, code, {"error", "code"})
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Type"] == "application/json"


def test_parameters_of_newer_and_older_clients_are_accepted(client: Api) -> None:
    target = recommend_target(
        MISTRAL,
        "g5.xlarge",
        max_num_batched_tokens="8192",
        streamer_memory_limit_gib="4",
        tp="0",
        concurrency="0",
    )

    assert client.request("GET", target)[0].status == 200


def test_a_legacy_name_gives_the_answer_of_the_current_one(client: Api) -> None:
    assert client.ask("gpt2", "g5.xlarge") == client.ask("openai-community/gpt2", "g5.xlarge")


def test_two_answers_are_the_same_bytes(client: Api) -> None:
    target = recommend_target(MISTRAL, "g5.xlarge")
    (first, first_body), (second, second_body) = client.request("GET", target), client.request("GET", target)

    assert first_body == second_body
    assert first.headers["ETag"] == second.headers["ETag"]


def test_a_pre_flight_is_answered_for_the_token_header(client: Api) -> None:
    asking = {"Origin": "https://page.example", "Access-Control-Request-Method": "GET"}
    response, body = client.request("OPTIONS", "/api/v1/recommend", asking)

    assert (response.status, body) == (204, b"")
    assert "x-hf-token" in response.headers["Access-Control-Allow-Headers"]


def test_errors_are_readable_across_origins(client: Api) -> None:
    response, _ = client.request("GET", "/api/v1/recommend")

    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_method_other_than_get_is_a_405(client: Api) -> None:
    response, body = client.request("POST", "/api/v1/recommend")

    assert (response.status, json.loads(body)["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("request_line", "headers", "status", "code"),
    [
        ("PROPFIND /api/v1/recommend", "", 405, "method_not_allowed"),
        ("POST /api/v1/recommend", "Content-Length: abc\r\n", 400, "invalid_request"),
        ("POST /api/v1/recommend", "Transfer-Encoding: chunked\r\n", 400, "invalid_request"),
        ("GET http://[::1/api", "", 400, "invalid_request"),
        ("GET /" + "x" * 70_000, "", 400, "invalid_request"),
    ],
    ids=["method", "length", "chunked", "target", "long target"],
)
def test_malformed_requests_are_answered_in_json(
    client: Api, request_line: str, headers: str, status: int, code: str
) -> None:
    answer = client.raw(f"{request_line} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")

    assert head.split()[1] == str(status).encode()
    assert json.loads(body)["code"] == code


def test_a_version_of_vllm_may_be_chosen(client: Api) -> None:
    """vLLM 0.19 does not subtract CUDA graphs, which leaves more for the KV cache than later versions do."""
    target = recommend_target("Qwen/Qwen2.5-72B-Instruct", "g6.48xlarge")
    for_any = json.loads(client.request("GET", target)[1])
    for_one = json.loads(client.request("GET", f"{target}&vllm_version=0.19.0")[1])

    assert_feasible(for_one)
    assert for_one["memory"]["cuda_graphs_gib"] == 0
    assert for_one["memory"]["kv_cache_tokens"] > for_any["memory"]["kv_cache_tokens"]
    assert for_one["max_model_len"] > for_any["max_model_len"]


def test_an_override_is_in_the_answer_with_its_consequences(client: Api) -> None:
    target = recommend_target(MISTRAL, "g5.12xlarge")
    usual = json.loads(client.request("GET", target)[1])
    fixed = json.loads(client.request("GET", f"{target}&tp=8&max_model_len=4096&quantization=INT8")[1])

    assert_fields(fixed, FEASIBLE)
    assert (fixed["tensor_parallel_degree"], fixed["max_model_len"]) == (8, 4096)
    assert fixed["quantization"] == "int8"
    assert fixed["valid_tp_options"] == usual["valid_tp_options"]
    assert len(fixed["warnings"]) == len(fixed["warning_codes"])
    assert fixed["warning_codes"][:2] == ["tp_exceeds_gpus", "needs_prepared_checkpoint"]


def test_values_that_older_scripts_send_for_no_override_change_nothing(client: Api) -> None:
    target = recommend_target(MISTRAL, "g5.12xlarge")
    zeros = "&tp=0&quantization=0&max_model_len=-1&concurrency=0&input_sequence_length=&overhead_gib=0.0"

    assert client.request("GET", target + zeros)[1] == client.request("GET", target)[1]


def test_a_fraction_is_rounded_down_and_a_huge_number_is_a_warning(client: Api) -> None:
    target = f"{recommend_target(MISTRAL, 'g5.12xlarge')}&tp=2.9&concurrency=1e300"
    answer = json.loads(client.request("GET", target)[1])

    assert answer["tensor_parallel_degree"] == 2
    assert "requests_queue" in answer["warning_codes"]


@pytest.mark.parametrize("instance_type", ["g5.xlarge", "g6e.12xlarge", "p5.48xlarge", "inf2.xlarge"])
@pytest.mark.parametrize("model", [MISTRAL, LLAMA_70B, "Qwen/Qwen3-8B", "BAAI/bge-m3", "openai/gpt-oss-120b"])
def test_a_seeding_script_reads_six_values_or_a_reason(
    client: Client, model: str, instance_type: str
) -> None:
    """It reads `.explanation.feasible` of each answer, then the values or `.explanation.reason`."""
    answer = client.ask(model, instance_type, token=TOKEN)

    if answer["explanation"]["feasible"]:
        assert_fields(answer, {name: FEASIBLE[name] for name in list(FEASIBLE)[:6]})
    else:
        assert answer["explanation"]["reason"]
        assert not set(FEASIBLE) & (set(answer) - {"explanation", "model_info", "instance_info"})
