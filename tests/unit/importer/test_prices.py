"""Prices from responses with the structure of the Price List API's."""

import json
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from importer.prices import read_prices


def product(name: str, *prices: str, unit: str = "Hrs") -> str:
    """A product as the API sends it, a JSON string."""
    dimensions = {
        f"SKU.JRTCKXETXF.{number}": {"unit": unit, "pricePerUnit": {"USD": price}}
        for number, price in enumerate(prices)
    }
    return json.dumps(
        {
            "product": {"productFamily": "Compute Instance", "attributes": {"instanceType": name}},
            "terms": {"OnDemand": {"SKU.JRTCKXETXF": {"priceDimensions": dimensions}}},
        }
    )


def client_with(*documents: str) -> Any:
    client = boto3.client("pricing", region_name="us-east-1")
    stub = Stubber(client)
    stub.add_response(
        "get_products",
        {"PriceList": list(documents[:1]), "NextToken": "more"},
        {"ServiceCode": "AmazonEC2", "Filters": ANY},
    )
    stub.add_response(
        "get_products",
        {"PriceList": list(documents[1:])},
        {"ServiceCode": "AmazonEC2", "Filters": ANY, "NextToken": "more"},
    )
    stub.activate()
    return client


def test_all_pages_are_read_and_other_types_are_ignored() -> None:
    client = client_with(
        product("g5.xlarge", "1.0060000000"), product("p5.48xlarge", "55.04"), product("m5.large", "0.1")
    )

    assert read_prices(client, "us-east-1", {"g5.xlarge", "p5.48xlarge"}) == {
        "g5.xlarge": Decimal("1.006"),
        "p5.48xlarge": Decimal("55.04"),
    }


@pytest.mark.parametrize(
    "document",
    [
        product("g5.xlarge", "0.0000000000"),
        product("g5.xlarge", "-1"),
        product("g5.xlarge", "NaN"),
        product("g5.xlarge", "cheap"),
        product("g5.xlarge", "1.0", unit="Quantity"),
        product("g5.xlarge"),
        "{}",
        "[]",
        "no json",
        json.dumps({"product": {"attributes": {"instanceType": "g5.xlarge"}}, "terms": {"OnDemand": []}}),
    ],
)
def test_a_malformed_product_has_no_price(document: str) -> None:
    client = client_with(document, product("p5.4xlarge", "6.88"))

    assert read_prices(client, "us-east-1", {"g5.xlarge", "p5.4xlarge"}) == {"p5.4xlarge": Decimal("6.88")}


def test_products_are_filtered_by_the_code_of_the_region() -> None:
    client = boto3.client("pricing", region_name="us-east-1")
    with Stubber(client) as stub:
        expected = {
            "ServiceCode": "AmazonEC2",
            "Filters": [
                {"Type": "TERM_MATCH", "Field": field, "Value": value}
                for field, value in (
                    ("operatingSystem", "Linux"),
                    ("tenancy", "Shared"),
                    ("preInstalledSw", "NA"),
                    ("capacitystatus", "Used"),
                    ("marketoption", "OnDemand"),
                    ("regionCode", "eu-west-1"),
                )
            ],
        }
        stub.add_response("get_products", {"PriceList": []}, expected)

        assert read_prices(client, "eu-west-1", {"g5.xlarge"}) == {}
