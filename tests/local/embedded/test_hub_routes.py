"""The embedded Hub's documents, lists and redirects, compared with what the real Hub is known to answer."""

import json
from typing import Any

import pytest

from local.embedded.hub_routes import HubRequest, respond
from local.embedded.snapshot import load_snapshot
from local.http_types import HttpResponse

SNAPSHOT = load_snapshot()
PUBLIC, GATED = "Qwen/Qwen3-8B", "meta-llama/Llama-3.1-8B-Instruct"
PUBLIC_API, PUBLIC_FILE = f"/api/models/{PUBLIC}", f"/{PUBLIC}/resolve/main/config.json"


def get(target: str, *, if_none_match: str = "") -> HttpResponse:
    path, _, query = target.partition("?")
    return respond(SNAPSHOT, HubRequest(path=path, query=query, if_none_match=if_none_match))


def get_json(target: str) -> Any:
    response = get(target)
    assert response.status == 200
    return json.loads(response.body)


@pytest.mark.parametrize("path", ["/", "/api", "/api/models/a/b/c", "/Qwen/Qwen3-8B", "/api/datasets/a/b"])
def test_an_unknown_path_is_not_found(path: str) -> None:
    assert get(path).status == 404


@pytest.mark.parametrize("key", ["expand", "expand[]"])
def test_expand_selects_the_fields(key: str) -> None:
    assert get_json(f"{PUBLIC_API}?{key}=safetensors&{key}=gated") == {
        "id": PUBLIC,
        "gated": False,
        "safetensors": {"parameters": {"BF16": 8_190_735_360}, "total": 8_190_735_360},
    }


def test_without_expand_every_field_is_sent() -> None:
    document = get_json(f"/api/models/{GATED}")

    assert set(document) == {
        *("author", "config", "disabled", "downloads", "gated", "id", "library_name"),
        *("pipeline_tag", "private", "safetensors", "sha", "siblings", "tags"),
    }
    assert (document["gated"], document["private"], document["disabled"]) == ("manual", False, False)
    assert document["siblings"] == [{"rfilename": "config.json"}]
    assert document["tags"] == ["transformers", "safetensors", "llama", "text-generation"]


def test_a_field_that_the_repository_lacks_is_absent() -> None:
    document = get_json("/api/models/facebook/opt-125m?expand=safetensors&expand=likes&expand=sha")

    assert set(document) == {"id", "sha"}


@pytest.mark.parametrize("field", ["_id", "modelId", "layers", ""])
def test_an_unknown_field_is_a_400_that_lists_the_valid_names(field: str) -> None:
    response = get(f"{PUBLIC_API}?expand=safetensors&expand={field}")

    assert response.status == 400
    assert '"safetensors"' in json.loads(response.body)["error"]


def test_a_list_holds_the_repositories_with_all_tags_most_downloaded_first() -> None:
    target = f"/api/models?filter=base_model:quantized:{GATED}&expand[]=downloads&expand[]=gated"
    quantized = get_json(target)
    awq = get_json(f"{target}&filter=awq&filter=safetensors")

    assert len(quantized) == 6
    assert [each["downloads"] for each in quantized] == sorted(
        (each["downloads"] for each in quantized), reverse=True
    )
    assert [each["id"] for each in awq] == ["hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4"]
    assert set(awq[0]) == {"id", "downloads", "gated"}


def test_a_list_ends_at_its_limit_and_may_be_empty() -> None:
    assert len(get_json("/api/models?limit=3")) == 3
    assert get_json("/api/models?filter=base_model:quantized:nobody/nothing") == []


@pytest.mark.parametrize("text", ["mistral-7b-INSTRUCT", "Mistral-7B-Instruct", "ai/mistral-7b-instruct"])
def test_a_search_finds_parts_of_ids_in_upper_and_lower_case(text: str) -> None:
    found = {each["id"] for each in get_json(f"/api/models?search={text}&sort=downloads")}

    assert "mistralai/Mistral-7B-Instruct-v0.3" in found
    assert all("mistral-7b-instruct" in each.lower() for each in found)


@pytest.mark.parametrize(
    ("former", "current"),
    [
        ("gpt2", "openai-community/gpt2"),
        ("meta-llama/Meta-Llama-3.1-8B", "meta-llama/Llama-3.1-8B"),
        ("qwen/qwen3-8b", PUBLIC),
    ],
)
@pytest.mark.parametrize("query", ["", "?expand%5B%5D=config&expand%5B%5D=gated"])
def test_a_former_or_misspelt_id_redirects_to_the_current_one(former: str, current: str, query: str) -> None:
    response = get(f"/api/models/{former}{query}")

    assert (response.status, response.headers["Location"]) == (307, f"/api/models/{current}{query}")


@pytest.mark.parametrize(
    ("name", "current"), [(PUBLIC, PUBLIC), ("gpt2", "openai-community/gpt2"), ("qwen/QWEN3-8B", PUBLIC)]
)
def test_a_file_redirects_to_the_resolve_cache(name: str, current: str) -> None:
    redirect = get(f"/{name}/resolve/main/config.json")
    target = get(redirect.headers["Location"])
    commit = get_json(f"/api/models/{current}?expand=sha")["sha"]

    assert redirect.status == 307
    assert redirect.headers["Location"].startswith(
        f"/api/resolve-cache/models/{current}/{commit}/config.json?"
    )
    assert (target.status, target.headers["ETag"]) == (200, redirect.headers["ETag"])
    assert "model_type" in json.loads(target.body)


def test_a_matching_etag_is_a_304_without_a_body() -> None:
    location = get(PUBLIC_FILE).headers["Location"]
    etag = get(location).headers["ETag"]
    known = get(location, if_none_match=etag)

    assert (known.status, known.body, known.headers["ETag"]) == (304, b"", etag)
    assert get(location, if_none_match='"another"').status == 200


@pytest.mark.parametrize("file", ["config.json", "gemma-3-1b-it-Q4_K_M.gguf"])
def test_a_file_without_content_is_not_found(file: str) -> None:
    response = get(f"/ggml-org/gemma-3-1b-it-GGUF/resolve/main/{file}")

    assert (response.status, response.headers["X-Error-Code"]) == (404, "EntryNotFound")


def test_every_config_of_the_snapshot_is_served() -> None:
    public = [repo for repo in SNAPSHOT.repos.values() if not repo.gated]
    served = {repo.id for repo in public if get(f"/{repo.id}/resolve/main/config.json").status == 307}

    assert served == {repo.id for repo in public if repo.files.get("config.json")}
