"""Ask vLLM about every model, and keep its answers.

    python -m tools.vllm_oracle defaults
    python -m tools.vllm_oracle ask rows.jsonl [--gpu h100] [--only Qwen3] [--shard 1/4] [--folders FOLDER]
    python -m tools.vllm_oracle condense rows.jsonl ... [--out 0.19.0.jsonl]

The first two run in an environment with vLLM, from the root of the repository; the last runs anywhere. All of
them need `PYTHONPATH=src`.
"""

import argparse
import json
import tempfile
from pathlib import Path

from tools.vllm_oracle import answers
from tools.vllm_oracle.documents import DATA, write_folders
from tools.vllm_oracle.gpus import GPUS


def main() -> None:
    """Run one of the three commands."""
    parser = argparse.ArgumentParser(prog="python -m tools.vllm_oracle", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("defaults", help="add default configurations of transformers that the data lacks")
    ask = commands.add_parser("ask", help="ask the installed version of vLLM")
    ask.add_argument("rows", type=Path, help="file that rows are appended to; rows in it are not made again")
    ask.add_argument("--gpu", choices=GPUS, default="h100")
    ask.add_argument("--only", default="", metavar="TEXT", help="models whose name contains TEXT")
    ask.add_argument("--shard", default="0/1", metavar="I/N", help="every N-th model, beginning with I")
    ask.add_argument("--folders", type=Path, help="model folders to use instead of the snapshot's")
    condense = commands.add_parser("condense", help="turn rows into the committed form")
    condense.add_argument("rows", type=Path, nargs="+")
    condense.add_argument("--out", help=f"file name within {DATA}; by default after the version")
    given = parser.parse_args()
    if given.command == "defaults":
        _defaults()
    elif given.command == "ask":
        _ask(given)
    else:
        _condense(given)


def _defaults() -> None:
    from tools.vllm_oracle import fake_cuda

    fake_cuda.install(GPUS["h100"])
    from tools.vllm_oracle.transformers_defaults import add_defaults

    print("\n".join(add_defaults()))


def _ask(given: argparse.Namespace) -> None:
    from tools.vllm_oracle import fake_cuda

    gpu = GPUS[given.gpu]
    fake_cuda.install(gpu)
    from tools.vllm_oracle.ask import ask_all

    index, count = map(int, given.shard.split("/"))
    with tempfile.TemporaryDirectory() as scratch:
        folders = _folders(given.folders) if given.folders else write_folders(Path(scratch))
        ask_all([each for each in folders if given.only in str(each)][index::count], gpu, given.rows)


def _folders(root: Path) -> list[Path]:
    return sorted(path.parent for path in root.glob("*/*/config.json"))


def _condense(given: argparse.Namespace) -> None:
    rows = [json.loads(line) for path in given.rows for line in path.read_text(encoding="utf-8").splitlines()]
    (version,) = {row["version"] for row in rows}
    path = DATA / (given.out or f"{version}.jsonl")
    DATA.mkdir(exist_ok=True)
    answers.write(answers.condense(rows), path)
    print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
