"""What the README says of the service is what the service does."""

import json
import re
from pathlib import Path

from support.instances import ALL, instance
from support.metadata import real

from benchmarks.accuracy.prediction import predict
from benchmarks.accuracy.runs import metadata_in, read_runs
from benchmarks.accuracy.summary import summarize
from handler.errors import RequestError
from handler.response import as_json
from handler.stale import ANSWER_WARNING_CODES
from local.embedded.snapshot import load_snapshot
from local.report import report_text
from recommender.recommend import recommend

_ROOT = Path(__file__).parents[2]
_README = (_ROOT / "README.md").read_text()


def test_the_answer_shown_is_the_real_one() -> None:
    shown = re.search(
        r"make recommend MODEL=(\S+) INSTANCE=(\S+)\n```\n\n```json\n(.*?)\n```", _README, re.DOTALL
    )
    assert shown is not None
    model_id, instance_type, answer = shown.groups()

    assert json.loads(answer) == as_json(recommend(real(model_id), instance(instance_type), ALL))


def test_the_report_shown_is_the_real_one() -> None:
    shown = re.search(
        r"make -s recommend MODEL=(\S+) INSTANCE=(\S+) FORMAT=text\n(.*?)\n```", _README, re.DOTALL
    )
    assert shown is not None
    model_id, instance_type, report = shown.groups()
    answer = as_json(recommend(real(model_id), instance(instance_type), ALL))

    assert report_text(answer, model_id, instance_type) == report + "\n"


def test_every_error_is_listed_with_its_status() -> None:
    rows = set(re.findall(r"^\| (\d{3}) \| `(\w+)` \|", _README, flags=re.MULTILINE))

    assert rows == {(str(int(error.status)), error.code) for error in RequestError.__subclasses__()}


def test_every_warning_is_listed() -> None:
    table = _README[_README.index("| warning | when |") : _README.index("A model that cannot run on")]
    cells = [line.split("|")[1] for line in table.splitlines()[2:] if line.startswith("|")]

    assert set(re.findall(r"`(\w+)`", " ".join(cells))) == set(ANSWER_WARNING_CODES)


def test_every_command_is_a_target_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (_ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    commands = set(re.findall(r"(?:`|\$ )make ([a-z][a-z-]+)", _README))

    assert commands >= {"recommend", "start", "invoke", "test", "seed"}
    assert commands <= targets


def test_every_picture_is_shown_and_light_enough_to_load() -> None:
    shown = set(re.findall(r'src="(docs/screenshots/[^"]+)"', _README))
    kept = {path.relative_to(_ROOT).as_posix(): path for path in (_ROOT / "docs/screenshots").iterdir()}

    assert shown == kept.keys()
    assert all(path.stat().st_size < 150_000 for path in kept.values())


def test_the_counts_are_right() -> None:
    models, types = len(load_snapshot().repos), len(ALL)

    assert f"metadata of {models} real models" in _README
    assert f"{types} GPU and Neuron types of EC2's records" in _README


def test_the_accuracy_is_the_one_that_is_measured() -> None:
    metadata = metadata_in(None)
    errors = summarize([predict(run, metadata) for run in read_runs()])["since 0.17"]
    weights, cache, tokens = errors["weights"], errors["kv_cache_gib"], errors["kv_tokens"]
    text = " ".join(_README.split())

    assert f"what {sum(1 for _ in read_runs())} real vLLM servers logged" in text
    assert f"On the {errors['runs']} clean runs" in text
    median = (_percent(weights["median"], 2), f"{cache['median']:.2f} GiB", _percent(tokens["median"], 2))
    ninth = (_percent(weights["p90"], 1), f"{cache['p90']:.2f} GiB", _percent(tokens["p90"], 1))
    assert "{} of the weights, {} of the KV cache and {} of its tokens".format(*median) in text
    assert "nine in ten are within {}, {} and {}".format(*ninth) in text


def _percent(share: float, decimals: int) -> str:
    return f"{100 * share:.{decimals}f} %"
