"""Requests, and items of the instance table that may be broken."""

import operator
from typing import Any

from hypothesis import strategies as st
from support.instances import ITEMS

from recommender.planning.overrides import Overrides
from recommender.vllm.version import Version

_GPUS = tuple(name for name, item in ITEMS.items() if item["accelerator_type"]["S"] == "gpu")

# Most items are valid: an invalid one is skipped, and then nothing else is tried.
_CHANGES = (0, 0, 0, 0, 1, 1, 2)

Item = dict[str, Any]

# Every version whose behaviour differs from earlier ones, and some far outside.
_VERSIONS: tuple[Version | None, ...] = (
    None,
    *((0, minor) for minor in range(8, 36)),
    *((0, 8, 4), (0, 8, 5), (0, 9, 1), (0, 10, 2), (0, 99), (1, 0), (99, 999, 999)),
)

_counts = st.none() | st.sampled_from([1, 2, 3, 8, 16, 1024, 10**9]) | st.integers(1, 10**9)

versions = st.sampled_from(_VERSIONS)

overrides = st.builds(
    Overrides,
    tensor_parallel=st.none() | st.sampled_from([1, 2, 3, 4, 5, 8, 16, 1024]),
    quantization=st.sampled_from([None, "none", "fp8", "int8", "int4"]),
    max_model_len=_counts,
    concurrency=_counts,
    input_tokens=_counts,
    output_tokens=_counts,
    overhead_bytes=st.none() | st.integers(1, 10_000 * 1024**3),
)

_number_texts = st.sampled_from(
    ["0", "-1", "1", "1.5", "7", "128", "129", "10000", "1E6", "1E+125", "-1E+125", "1E-130", "9" * 38]
) | st.integers(1, 10**6).map(str)
_values = (
    st.builds(lambda text: {"N": text}, _number_texts)
    | st.builds(
        lambda text: {"S": text}, st.sampled_from(["", " ", "gpu", "neuron", "x" * 2000, "é"]) | st.text()
    )
    | st.sampled_from([{"BOOL": True}, {"BOOL": False}, {"NULL": True}, {"L": []}, {"M": {}}, {"SS": ["a"]}])
)


@st.composite
def rows(draw: st.DrawFn) -> Item:
    """An item as DynamoDB returns it, with attributes dropped, replaced or taken from another item."""
    item: Item = dict(ITEMS[draw(st.sampled_from(_GPUS))])
    for _ in range(draw(st.sampled_from(_CHANGES))):
        attribute = draw(st.sampled_from(sorted({*item, "usd_per_hour", "price_region"})))
        match draw(st.sampled_from(["drop", "replace", "other", "other"])):
            case "drop":
                item.pop(attribute, None)
            case "replace":
                item[attribute] = draw(_values)
            case "other":
                item[attribute] = ITEMS[draw(st.sampled_from(sorted(ITEMS)))].get(attribute, {"N": "1"})
    return item


# Values of a query as API Gateway passes them on: decoded, and repeated ones joined.
_good_numbers = st.sampled_from(["0", "-1", "1", "2", "3.9", "64", "1e3", "1e-9999"]) | st.integers(
    -10, 10**12
).map(str)
_bad_numbers = st.sampled_from(["1e999", "1,2", "nan", "inf", "0x10", "٣", "1_0"]) | st.text(max_size=8)
_NUMBERS = (
    "tp",
    "max_model_len",
    "concurrency",
    "input_sequence_length",
    "output_sequence_length",
    "overhead_gib",
)

_good_queries = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(_NUMBERS, _good_numbers),
        "quantization": st.sampled_from(["none", "fp8", "INT8", "int4", "0", ""]),
        "vllm_version": st.sampled_from(["", "0.19.0", "v0.30.1", "0.8", "99.999.999"]),
        "unknown": st.text(max_size=8),
    },
)
_bad_queries = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(_NUMBERS, _bad_numbers),
        "quantization": st.sampled_from(["awq", "fp8,int8"]),
        "vllm_version": st.sampled_from(["0.7", "latest", "0.19,0.20"]),
    },
)

queries = st.just({}) | _good_queries | _good_queries | st.builds(operator.or_, _good_queries, _bad_queries)
