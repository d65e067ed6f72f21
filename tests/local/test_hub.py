"""The embedded Hub over real sockets, against what the real one is known to answer."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from urllib3.response import BaseHTTPResponse

from local.embedded.hub import EmbeddedHub, SeenRequest, load_snapshot
from local.embedded.hub_limits import RateLimits
from local.embedded.snapshot import Snapshot

ROOT = Path(__file__).parents[2]

PUBLIC = "Qwen/Qwen3-8B"
GATED = "meta-llama/Llama-3.1-8B-Instruct"
UNKNOWN = "nobody/nothing"
DISABLED = "somebody/disabled"

PUBLIC_API, PUBLIC_FILE = f"/api/models/{PUBLIC}", f"/{PUBLIC}/resolve/main/config.json"
GATED_API, GATED_FILE = f"/api/models/{GATED}", f"/{GATED}/resolve/main/config.json"
UNKNOWN_API, UNKNOWN_FILE = f"/api/models/{UNKNOWN}", f"/{UNKNOWN}/resolve/main/config.json"
DISABLED_API, DISABLED_FILE = f"/api/models/{DISABLED}", f"/{DISABLED}/resolve/main/config.json"
MISSING_FILE = f"/{PUBLIC}/resolve/main/missing.json"
BAD_REVISION = f"/{PUBLIC}/resolve/nowhere/config.json"

MEMBER, DENIED, INVALID = "hf_member", "hf_denied", "hf_invalid"

NO_CODE = None
WRONG_TOKEN = "Invalid credentials in Authorization header"
WHO_ARE_YOU = "Invalid username or password."
NOT_FOUND = "Repository not found"
LOG_IN = (
    f"Access to model {GATED} is restricted. "
    "You must have access to it and be authenticated to access it. Please log in."
)
ASK = (
    f"Access to model {GATED} is restricted and you are not in the authorized list. "
    f"Visit https://huggingface.co/{GATED} to ask for access."
)
IS_DISABLED = "Access to this resource is disabled."


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return load_snapshot()


@pytest.fixture(scope="module")
def hub(snapshot: Snapshot) -> Iterator[EmbeddedHub]:
    disabled = Snapshot.from_json({"models": {DISABLED: {"disabled": True, "files": {"config.json": {}}}}})
    everything = Snapshot(
        repos={**snapshot.repos, **disabled.repos},
        ids_by_spelling={**snapshot.ids_by_spelling, **disabled.ids_by_spelling},
    )
    with EmbeddedHub(everything) as running:
        yield running


@pytest.fixture(scope="module")
def pool() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False) as manager:
        yield manager


@pytest.fixture
def ask(hub: EmbeddedHub, pool: urllib3.PoolManager) -> "Ask":
    return Ask(hub, pool)


class Ask:
    """Sends one request, without following redirects unless told to."""

    def __init__(self, hub: EmbeddedHub, pool: urllib3.PoolManager) -> None:
        self._hub = hub
        self._pool = pool

    def __call__(
        self,
        target: str,
        *,
        token: str | None = None,
        method: str = "GET",
        follow: bool = False,
        headers: dict[str, str] | None = None,
    ) -> BaseHTTPResponse:
        authorization = {"Authorization": f"Bearer {token}"} if token else {}
        return self._pool.request(
            method,
            self._hub.url + target,
            headers={**authorization, **(headers or {})},
            redirect=follow,
            retries=urllib3.Retry(redirect=5) if follow else False,
        )


def lasting_headers(response: BaseHTTPResponse) -> dict[str, str]:
    """The headers that do not change from one request to the next."""
    return {name: value for name, value in response.headers.items() if name not in {"Date", "RateLimit"}}


# --- who may see what -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "token", "refusal"),
    [
        (PUBLIC_API, INVALID, (401, NO_CODE, WRONG_TOKEN)),
        (PUBLIC_API, "secret", (401, NO_CODE, WRONG_TOKEN)),
        (PUBLIC_FILE, INVALID, (401, NO_CODE, WRONG_TOKEN)),
        (UNKNOWN_API, None, (401, NO_CODE, WHO_ARE_YOU)),
        (UNKNOWN_API, MEMBER, (404, "RepoNotFound", NOT_FOUND)),
        (UNKNOWN_API, DENIED, (404, "RepoNotFound", NOT_FOUND)),
        (UNKNOWN_API, INVALID, (401, NO_CODE, WRONG_TOKEN)),
        (UNKNOWN_FILE, None, (401, NO_CODE, WHO_ARE_YOU)),
        (UNKNOWN_FILE, MEMBER, (404, "RepoNotFound", NOT_FOUND)),
        (UNKNOWN_FILE, INVALID, (401, NO_CODE, WRONG_TOKEN)),
        (GATED_API, INVALID, (401, NO_CODE, WRONG_TOKEN)),
        (GATED_FILE, None, (401, "GatedRepo", LOG_IN)),
        (GATED_FILE, DENIED, (403, "GatedRepo", ASK)),
        (GATED_FILE, INVALID, (401, "GatedRepo", LOG_IN)),
        (GATED_FILE, "secret", (401, "GatedRepo", LOG_IN)),
        (f"/{GATED}/resolve/main/missing.json", None, (401, "GatedRepo", LOG_IN)),
        ("/meta-llama/Meta-Llama-3.1-8B-Instruct/resolve/main/config.json", None, (401, "GatedRepo", LOG_IN)),
        (MISSING_FILE, None, (404, "EntryNotFound", "Entry not found")),
        (MISSING_FILE, MEMBER, (404, "EntryNotFound", "Entry not found")),
        (MISSING_FILE, INVALID, (401, NO_CODE, WRONG_TOKEN)),
        (BAD_REVISION, None, (404, "RevisionNotFound", "Invalid rev id: nowhere")),
        (BAD_REVISION, MEMBER, (404, "RevisionNotFound", "Invalid rev id: nowhere")),
        (BAD_REVISION, INVALID, (401, NO_CODE, WRONG_TOKEN)),
        (DISABLED_API, INVALID, (401, NO_CODE, WRONG_TOKEN)),
        (DISABLED_FILE, None, (403, NO_CODE, IS_DISABLED)),
        (DISABLED_FILE, MEMBER, (403, NO_CODE, IS_DISABLED)),
        (DISABLED_FILE, INVALID, (401, NO_CODE, WRONG_TOKEN)),
    ],
)
def test_a_refusal_has_its_status_code_and_sentence(
    ask: Ask, target: str, token: str | None, refusal: tuple[int, str | None, str]
) -> None:
    response = ask(target, token=token)
    sentence = response.json()["error"] if target.startswith("/api/") else response.data.decode()

    assert refusal == (response.status, response.headers.get("X-Error-Code"), sentence)
    assert response.headers["X-Error-Message"] == sentence


@pytest.mark.parametrize("token", [None, MEMBER, DENIED])
@pytest.mark.parametrize("target", [PUBLIC_API, PUBLIC_FILE, GATED_API, DISABLED_API])
def test_what_is_public_is_answered_with_and_without_a_valid_token(
    ask: Ask, target: str, token: str | None
) -> None:
    assert ask(target, token=token, follow=True).status == 200


def test_a_member_reads_a_gated_file(ask: Ask) -> None:
    response = ask(GATED_FILE, token=MEMBER, follow=True)

    assert (response.status, response.json()["num_hidden_layers"]) == (200, 32)


def test_a_wrong_token_cannot_be_told_from_none_at_a_gate(ask: Ask) -> None:
    without, wrong = ask(GATED_FILE), ask(GATED_FILE, token=INVALID)

    assert (without.status, without.data) == (wrong.status, wrong.data)
    assert lasting_headers(without) == lasting_headers(wrong)


@pytest.mark.parametrize(("token", "status"), [(None, 401), (INVALID, 401), (DENIED, 403), (MEMBER, 200)])
def test_the_target_of_the_redirect_has_the_gate_too(ask: Ask, token: str | None, status: int) -> None:
    location = ask(GATED_FILE, token=MEMBER).headers["Location"]

    assert status == ask(location, token=token).status


def test_an_unknown_repository_asks_an_anonymous_caller_to_authenticate(ask: Ask) -> None:
    assert ask(UNKNOWN_API).headers["WWW-Authenticate"] == 'Bearer realm="Authentication required"'


@pytest.mark.parametrize(
    ("token", "status"), [(None, 401), (INVALID, 401), ("secret", 401), (MEMBER, 200), (DENIED, 200)]
)
def test_whoami_tells_whether_a_token_is_valid(ask: Ask, token: str | None, status: int) -> None:
    response = ask("/api/whoami-v2", token=token)

    assert status == response.status
    assert ("name" in response.json()) is (status == 200)


@pytest.mark.parametrize("target", ["/", "/api", "/api/models/a/b/c", "/Qwen/Qwen3-8B", "/api/datasets/a/b"])
def test_an_unknown_path_is_not_found(ask: Ask, target: str) -> None:
    assert ask(target).status == 404


# --- model metadata ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["expand", "expand[]"])
def test_expand_answers_exactly_the_ids_and_what_was_asked(ask: Ask, key: str) -> None:
    body = ask(f"{PUBLIC_API}?{key}=safetensors&{key}=gated").json()

    assert set(body) == {"_id", "id", "safetensors", "gated"}
    assert (body["id"], body["gated"]) == (PUBLIC, False)
    assert re.fullmatch("[0-9a-f]{24}", body["_id"])
    assert body["safetensors"] == {"parameters": {"BF16": 8_190_735_360}, "total": 8_190_735_360}


def test_the_default_answer_holds_what_the_repository_has(ask: Ask) -> None:
    body = ask(GATED_API).json()

    assert set(body) == {
        *("_id", "author", "config", "disabled", "downloads", "gated", "id", "library_name", "modelId"),
        *("pipeline_tag", "private", "safetensors", "sha", "siblings", "tags"),
    }
    assert (body["gated"], body["private"], body["disabled"]) == ("manual", False, False)
    assert body["siblings"] == [{"rfilename": "config.json"}]
    assert body["tags"] == ["transformers", "safetensors", "llama", "text-generation"]


def test_the_list_has_what_carries_all_tags_the_most_downloaded_first(ask: Ask) -> None:
    target = f"/api/models?filter=base_model:quantized:{GATED}&expand[]=downloads&expand[]=gated"
    everything = ask(target).json()
    packed = ask(f"{target}&filter=awq&filter=safetensors").json()

    assert len(everything) == 6
    assert [each["downloads"] for each in everything] == sorted(
        (each["downloads"] for each in everything), reverse=True
    )
    assert [each["id"] for each in packed] == ["hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4"]
    assert set(packed[0]) == {"_id", "id", "downloads", "gated"}


def test_a_list_ends_at_its_limit_and_may_be_empty(ask: Ask) -> None:
    assert len(ask("/api/models?limit=3").json()) == 3
    assert ask("/api/models?filter=base_model:quantized:nobody/nothing").json() == []


@pytest.mark.parametrize("text", ["mistral-7b-INSTRUCT", "Mistral-7B-Instruct", "ai/mistral-7b-instruct"])
def test_a_search_finds_a_part_of_an_id_in_any_case(ask: Ask, text: str) -> None:
    found = {each["id"] for each in ask(f"/api/models?search={text}&sort=downloads").json()}

    assert "mistralai/Mistral-7B-Instruct-v0.3" in found
    assert all("mistral-7b-instruct" in each.lower() for each in found)


def test_a_search_joins_what_else_is_asked_for(ask: Ask) -> None:
    found = ask("/api/models?search=qwen3&filter=text-generation&limit=2&expand[]=pipeline_tag").json()

    assert [each["pipeline_tag"] for each in found] == ["text-generation"] * 2
    assert ask("/api/models?search=no-such-model").json() == []


def test_a_bad_token_gets_no_list(ask: Ask) -> None:
    assert ask("/api/models?limit=3", token=INVALID).status == 401


def test_a_disabled_repository_says_so(ask: Ask) -> None:
    assert ask(f"{DISABLED_API}?expand=disabled").json()["disabled"] is True


def test_a_field_the_repository_does_not_have_is_absent(ask: Ask) -> None:
    body = ask("/api/models/facebook/opt-125m?expand=safetensors&expand=likes&expand=sha").json()

    assert set(body) == {"_id", "id", "sha"}


@pytest.mark.parametrize("field", ["_id", "modelId", "layers", ""])
def test_an_unknown_field_is_refused_with_the_valid_names(ask: Ask, field: str) -> None:
    response = ask(f"{PUBLIC_API}?expand=safetensors&expand={field}")

    assert response.status == 400
    assert '"safetensors"' in response.json()["error"]
    assert '"xetEnabled"' in response.json()["error"]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (PUBLIC, {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"}),
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
    ids=["plain", "quantized", "own code", "diffusers", "adapter", "gguf"],
)
def test_the_config_field_is_a_digest_without_sizes(
    ask: Ask, model: str, expected: dict[str, object]
) -> None:
    assert expected == ask(f"/api/models/{model}?expand=config").json()["config"]


def test_a_gguf_repository_has_gguf_facts_and_no_safetensors(ask: Ask) -> None:
    body = ask("/api/models/ggml-org/gemma-3-1b-it-GGUF").json()

    assert body["gguf"]["architecture"] == "gemma3"
    assert "safetensors" not in body
    assert body["siblings"] == [{"rfilename": "gemma-3-1b-it-Q4_K_M.gguf"}]


def test_a_known_total_without_its_split_is_a_total(ask: Ask) -> None:
    body = ask("/api/models/cyankiwi/Kimi-Linear-48B-A3B-Instruct-AWQ-4bit?expand=safetensors").json()

    assert body["safetensors"] == {"total": 50_266_570_752}


# --- redirects and files ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("gpt2", "openai-community/gpt2"),
        ("bert-base-uncased", "google-bert/bert-base-uncased"),
        ("meta-llama/Meta-Llama-3.1-8B", "meta-llama/Llama-3.1-8B"),
        ("qwen/qwen3-8b", PUBLIC),
        ("META-LLAMA/meta-llama-3.1-8b", "meta-llama/Llama-3.1-8B"),
    ],
)
@pytest.mark.parametrize("query", ["", "?expand%5B%5D=config&expand%5B%5D=gated"])
def test_a_former_or_misspelt_id_leads_to_the_current_one(ask: Ask, old: str, new: str, query: str) -> None:
    redirect = ask(f"/api/models/{old}{query}")

    assert (redirect.status, redirect.headers["Location"]) == (307, f"/api/models/{new}{query}")
    assert redirect.headers["Content-Type"].startswith("text/plain")
    assert "X-Repo-Commit" not in redirect.headers
    assert ask(f"/api/models/{old}{query}", follow=True).json()["id"] == new


@pytest.mark.parametrize(
    ("name", "current"), [(PUBLIC, PUBLIC), ("gpt2", "openai-community/gpt2"), ("qwen/QWEN3-8B", PUBLIC)]
)
def test_a_file_is_reached_in_one_redirect_to_the_resolve_cache(ask: Ask, name: str, current: str) -> None:
    redirect = ask(f"/{name}/resolve/main/config.json")
    location = redirect.headers["Location"]
    commit = redirect.headers["X-Repo-Commit"]
    target = ask(location)

    assert redirect.status == 307
    assert location.startswith(f"/api/resolve-cache/models/{current}/{commit}/config.json?")
    assert target.status == 200
    assert "model_type" in target.json()
    assert (target.headers["ETag"], target.headers["X-Repo-Commit"]) == (redirect.headers["ETag"], commit)
    assert redirect.headers["X-Linked-Size"] == str(len(target.data))


def test_a_file_is_reached_by_its_commit_as_by_main(ask: Ask) -> None:
    commit = ask(f"{PUBLIC_API}?expand=sha").json()["sha"]

    by_commit = ask(f"/{PUBLIC}/resolve/{commit}/config.json", follow=True)

    assert by_commit.data == ask(PUBLIC_FILE, follow=True).data


def test_a_known_etag_saves_the_body(ask: Ask) -> None:
    location = ask(PUBLIC_FILE).headers["Location"]
    etag = ask(location).headers["ETag"]

    known = ask(location, headers={"If-None-Match": etag})
    changed = ask(location, headers={"If-None-Match": '"another"'})

    assert (known.status, known.data, known.headers["ETag"]) == (304, b"", etag)
    assert changed.status == 200


def test_a_missing_file_names_the_commit_it_is_missing_from(ask: Ask) -> None:
    missing = ask(MISSING_FILE)

    assert (missing.data, missing.headers["Content-Length"]) == (b"Entry not found", "15")
    assert missing.headers["X-Repo-Commit"] == ask(f"{PUBLIC_API}?expand=sha").json()["sha"]


@pytest.mark.parametrize("file", ["config.json", "gemma-3-1b-it-Q4_K_M.gguf"])
def test_weights_and_their_missing_config_are_not_found(ask: Ask, file: str) -> None:
    missing = ask(f"/ggml-org/gemma-3-1b-it-GGUF/resolve/main/{file}")

    assert (missing.status, missing.headers["X-Error-Code"]) == (404, "EntryNotFound")


@pytest.mark.parametrize("target", [PUBLIC_API, PUBLIC_FILE, GATED_FILE, UNKNOWN_API, "/api/models/gpt2"])
def test_head_answers_the_headers_of_get(ask: Ask, target: str) -> None:
    head, get = ask(target, method="HEAD"), ask(target)

    assert (head.status, head.data) == (get.status, b"")
    assert lasting_headers(head) == lasting_headers(get)


# --- rate limits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "token", "policy"),
    [
        (PUBLIC_API, None, '"fixed window";"api";q=500;w=300'),
        (PUBLIC_API, MEMBER, '"fixed window";"api";q=1000;w=300'),
        (UNKNOWN_API, None, '"fixed window";"api";q=500;w=300'),
        (PUBLIC_API, INVALID, '"fixed window";"api";q=500;w=300'),
        (PUBLIC_FILE, None, '"fixed window";"resolvers";q=3000;w=300'),
        (GATED_FILE, DENIED, '"fixed window";"resolvers";q=5000;w=300'),
    ],
)
def test_every_answer_states_its_rate_limit(ask: Ask, target: str, token: str | None, policy: str) -> None:
    response = ask(target, token=token)

    assert policy == response.headers["RateLimit-Policy"]
    assert re.fullmatch(r'"(api|resolvers)";r=\d+;t=\d+', response.headers["RateLimit"])


def test_both_hops_of_a_file_count_against_the_resolvers(
    snapshot: Snapshot, pool: urllib3.PoolManager
) -> None:
    with EmbeddedHub(snapshot) as hub:
        ask = Ask(hub, pool)
        first, second = ask(PUBLIC_FILE), ask(PUBLIC_FILE, follow=True)

    assert first.headers["RateLimit"].startswith('"resolvers";r=2999;')
    assert second.headers["RateLimit"].startswith('"resolvers";r=2997;')


def test_an_enforced_limit_refuses_the_request_after_the_last(
    snapshot: Snapshot, pool: urllib3.PoolManager
) -> None:
    with EmbeddedHub(snapshot, enforce_limits=True) as hub:
        ask = Ask(hub, pool)
        within = [ask(PUBLIC_API).status for _ in range(500)]
        refused = ask(PUBLIC_API)
        file, signed_in = ask(PUBLIC_FILE), ask(PUBLIC_API, token=MEMBER)

    assert set(within) == {200}
    assert refused.status == 429
    assert refused.headers["RateLimit"].startswith('"api";r=0;t=')
    assert "error" in refused.json()
    assert (file.status, signed_in.status) == (307, 200)


def test_a_limit_that_is_not_enforced_only_counts(snapshot: Snapshot, pool: urllib3.PoolManager) -> None:
    with EmbeddedHub(snapshot) as hub:
        answers = [Ask(hub, pool)(PUBLIC_API, method="HEAD") for _ in range(501)]

    assert {response.status for response in answers} == {200}
    assert answers[-1].headers["RateLimit"].startswith('"api";r=0;t=')


def test_a_new_window_starts_from_the_full_limit() -> None:
    now = 299.5
    limits = RateLimits(clock=lambda: now)
    first, second = limits.count("api", None), limits.count("api", None)
    now = 300.0
    third = limits.count("api", None)

    assert [first.headers()["RateLimit"], second.headers()["RateLimit"], third.headers()["RateLimit"]] == [
        '"api";r=499;t=1',
        '"api";r=498;t=1',
        '"api";r=499;t=300',
    ]


# --- the server -------------------------------------------------------------------------------------------


def test_requests_are_noted_in_order_without_their_tokens(
    snapshot: Snapshot, pool: urllib3.PoolManager
) -> None:
    with EmbeddedHub(snapshot) as hub:
        ask = Ask(hub, pool)
        ask(f"{PUBLIC_API}?expand=gated")
        ask(GATED_FILE, token=MEMBER, method="HEAD")

        assert hub.requests == [
            SeenRequest(method="GET", path=PUBLIC_API, query="expand=gated", has_token=False),
            SeenRequest(method="HEAD", path=GATED_FILE, query="", has_token=True),
        ]
    assert MEMBER not in repr(hub.requests)


def test_one_connection_serves_many_requests(snapshot: Snapshot) -> None:
    with EmbeddedHub(snapshot) as hub, urllib3.PoolManager(retries=False) as pool:
        ask = Ask(hub, pool)
        for target in (PUBLIC_API, UNKNOWN_API, PUBLIC_FILE, "/nowhere"):
            ask(target)
            ask(target, method="HEAD")

        assert pool.connection_from_url(hub.url).num_connections == 1


def test_a_stopped_hub_hangs_up_on_kept_connections_and_frees_its_port(snapshot: Snapshot) -> None:
    with urllib3.PoolManager(retries=False) as pool:
        hub = EmbeddedHub(snapshot)
        ask, port = Ask(hub, pool), int(hub.url.rpartition(":")[2])
        assert ask(PUBLIC_API).status == 200

        hub.stop()
        hub.stop()

        with pytest.raises(urllib3.exceptions.HTTPError):
            ask(PUBLIC_API)
        with EmbeddedHub(snapshot, port=port) as again:
            assert Ask(again, pool)(PUBLIC_API).status == 200


def test_the_access_log_is_off_unless_asked_for_and_never_shows_a_token(
    snapshot: Snapshot, pool: urllib3.PoolManager, capfd: pytest.CaptureFixture[str]
) -> None:
    with EmbeddedHub(snapshot) as silent:
        Ask(silent, pool)(PUBLIC_API, token=MEMBER)
    assert capfd.readouterr().err == ""

    with EmbeddedHub(snapshot, access_log=True) as talking:
        Ask(talking, pool)(PUBLIC_API, token=MEMBER)
    log = capfd.readouterr().err
    assert PUBLIC_API in log
    assert MEMBER not in log


# --- the snapshot -----------------------------------------------------------------------------------------


def test_the_snapshot_has_at_least_sixty_models_with_well_formed_ids(snapshot: Snapshot) -> None:
    assert len(snapshot.repos) >= 60
    assert [name for name in snapshot.repos if not re.fullmatch(r"[\w.-]{1,96}/[\w.-]{1,96}", name)] == []
    assert list(snapshot.repos) == sorted(snapshot.repos)


def test_every_spelling_leads_to_a_repository(snapshot: Snapshot) -> None:
    assert set(snapshot.ids_by_spelling.values()) == set(snapshot.repos)


def test_every_repository_has_a_file_and_a_known_gate(snapshot: Snapshot) -> None:
    assert [repo.id for repo in snapshot.repos.values() if not repo.files] == []
    assert {repo.gated for repo in snapshot.repos.values()} == {False, "auto", "manual"}


def test_every_repository_is_served_with_the_config_it_has(snapshot: Snapshot, ask: Ask) -> None:
    def served(name: str) -> bool:
        return ask(f"/{name}/resolve/main/config.json", token=MEMBER, follow=True).status == 200

    expected = {repo.id for repo in snapshot.repos.values() if "config.json" in repo.files}

    assert expected == {name for name in snapshot.repos if served(name)}


# --- the program ------------------------------------------------------------------------------------------


def program(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program with literal arguments
        [sys.executable, "-m", "local.embedded.hub", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_program_prints_its_url_and_ends_with_its_standard_input(pool: urllib3.PoolManager) -> None:
    with program() as running:
        assert running.stdout is not None
        url = running.stdout.readline().strip()
        status = pool.request("GET", url + PUBLIC_API).status

        output, errors = running.communicate(timeout=60)

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
    assert (status, output, errors, running.returncode) == (200, "", "", 0)


def test_the_program_ends_when_it_is_terminated() -> None:
    with program() as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.terminate()
        running.wait(timeout=60)

    assert running.returncode == 0


def test_the_program_says_in_one_line_that_its_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with program("--port", str(port)) as running:
            output, errors = running.communicate(timeout=60)

    assert (running.returncode, output) == (1, "")
    assert re.fullmatch(rf"The embedded Hub cannot listen on 127\.0\.0\.1:{port}: .+\n", errors)
