"""The memory of the whole function while the Hub sends the largest documents that it reads.

Parsed JSON takes up to 25 times the bytes of its text: most where it is a list of empty objects.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.function_process import function_process
from support.hub import HubDouble, running_hub
from support.metadata import real
from support.table import TABLE, running_table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

QWEN_14B = "Qwen/Qwen2.5-14B-Instruct"
INT8 = real("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8")
INT4 = real("hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4")

# The function has 1,024 MiB.
LIMIT_MIB = 200


def padded(document: Any, size_kib: int) -> bytes:
    """The document with a key of empty objects that make it just smaller than `size_kib`."""
    text = json.dumps(document)
    count = (size_kib * 1024 - len(text) - 100) // 3
    return f'{text[:-1]}, "padding": [{",".join(["{}"] * count)}]}}'.encode()


@pytest.fixture
def hub() -> Iterator[HubDouble]:
    """Everything is as large as it may be: two documents, the list, and sixteen files."""
    model = real(QWEN_14B)
    entries = [
        {"id": f"org/{kind}-{number}", "downloads": 1, "gated": False, **each.information}
        for kind, each in (("int8", INT8), ("int4", INT4))
        for number in range(10)
    ]
    filler = padded({"id": "org/filler"}, 1024 - len(json.dumps(entries)) // 1024 - 1)
    double = HubDouble(
        information=padded({"id": QWEN_14B, **model.information}, 256),
        config=padded(model.config, 2048),
        listed=json.dumps(entries).encode()[:-1] + b"," + filler + b"]",
    )
    for kind, each in (("int8", INT8), ("int4", INT4)):
        for number in range(10):
            double.configs[f"org/{kind}-{number}"] = padded(each.config, 256)
    with running_hub(double):
        yield double


def test_a_search_for_checkpoints_stays_below_200_mib(hub: HubDouble, tmp_path: Path) -> None:
    with running_table() as table:
        variables = {
            "INSTANCE_TABLE": TABLE,
            "AWS_ENDPOINT_URL_DYNAMODB": table.running.url,
            "HF_ENDPOINT": hub.url,
            "POWERTOOLS_SERVICE_NAME": "recommend",
        }
        with function_process(variables, looking_for="-", output=tmp_path / "written") as function:
            answer = function.ask(QWEN_14B, "g5.xlarge", quantization="int4")
            peak_mib = function.peak_mib()

    assert answer["statusCode"] == 200
    assert sum("/org/int" in seen.path for seen in hub.seen) == 16
    assert hub.sent.count(200) == len(hub.seen)
    assert peak_mib < LIMIT_MIB
