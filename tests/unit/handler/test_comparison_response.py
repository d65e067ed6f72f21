"""The list of instances as JSON: prices, what is left out, and the 64 KiB."""

import json
from dataclasses import replace

from jsonschema import Draft202012Validator
from support.instances import ALL, instance
from support.metadata import MODELS, llama, real
from support.openapi import schema

from handler.comparison_response import comparison_as_json, row_as_json
from recommender.compare import compare
from recommender.model.errors import ImplausibleMetadata
from recommender.planning.overrides import Overrides

LIMIT = 64 * 1024
COMPARISON = Draft202012Validator(schema("Comparison"))


def test_a_row_has_the_price_for_each_request_that_runs_at_once() -> None:
    place = replace(
        instance("g5.xlarge"), usd_per_hour=2.0, price_region="us-east-1", price_date="2026-02-09"
    )
    (row,) = compare(llama(), [place]).rows
    body = row_as_json(row)
    price = (body["usd_per_hour"], body["price_region"], body["price_date"])

    assert price == (2.0, "us-east-1", "2026-02-09")
    assert body["usd_per_hour_per_request"] == round(2.0 / body["max_concurrent_requests"], 6)


def test_there_is_no_price_for_a_request_where_none_runs() -> None:
    place = replace(instance("g5.xlarge"), usd_per_hour=0.5, price_region="us-east-1")
    overrides = Overrides(quantization="none")
    (row,) = compare(real("Qwen/Qwen2.5-14B-Instruct"), [place], overrides=overrides).rows
    body = row_as_json(row)
    (unpriced,) = compare(llama(), [instance("g5.xlarge")]).rows

    assert body["max_concurrent_requests"] == 0
    assert "usd_per_hour_per_request" not in body
    assert "usd_per_hour_per_request" not in row_as_json(unpriced)


def test_requests_are_not_capped_as_the_concurrency_is() -> None:
    (row,) = compare(llama(), [instance("g5.xlarge")]).rows
    body = row_as_json(row)

    assert body["concurrency"] == 64 < body["max_concurrent_requests"]


def test_the_whole_bundled_table_fits_for_every_model() -> None:
    for metadata in MODELS[::6]:
        try:
            body = comparison_as_json(compare(metadata, ALL))
        except ImplausibleMetadata:
            continue
        COMPARISON.validate(body)
        assert "omitted_instances" not in body
        assert len(json.dumps(body)) < LIMIT


def test_rows_at_the_end_of_a_larger_table_are_left_out_and_counted() -> None:
    places = [replace(instance("g5.xlarge"), name=f"g5.{number}xlarge") for number in range(1000)]
    body = comparison_as_json(compare(llama(), places))

    COMPARISON.validate(body)
    assert len(json.dumps(body)) < LIMIT
    assert len(body["instances"]) > 100
    assert body["omitted_instances"] == 1000 - len(body["instances"])
    assert body["instances"][0]["instance_type"] == "g5.0xlarge"


def test_a_table_without_gpus_has_no_rows() -> None:
    assert comparison_as_json(compare(llama(), [instance("inf2.xlarge")]))["instances"] == []
