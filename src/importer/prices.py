"""On-demand prices from the AWS Price List API."""

import json
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from importer.ec2 import PagedClient

# Linux on shared hardware without licences or reservations, which leaves one product per type and region.
_PRODUCT = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "marketoption": "OnDemand",
}


def read_prices(client: PagedClient, region: str, names: Collection[str]) -> Mapping[str, Decimal]:
    """USD per hour by instance type, for those of `names` that `region` sells on demand.

    Malformed products are ignored. Raises boto3's errors if the API does not answer.
    """
    filters = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value}
        for field, value in {**_PRODUCT, "regionCode": region}.items()
    ]
    pages = client.get_paginator("get_products").paginate(ServiceCode="AmazonEC2", Filters=filters)
    found = (_priced(document) for page in pages for document in page["PriceList"])
    return {name: price for name, price in found if name in names and price > 0}


def _priced(document: str) -> tuple[str, Decimal]:
    """The instance type and price of a product, a JSON string; zero if it has no price."""
    try:
        product: Mapping[str, Any] = json.loads(document)
        name = str(product["product"]["attributes"]["instanceType"])
        prices = [
            Decimal(dimension["pricePerUnit"]["USD"])
            for term in product["terms"]["OnDemand"].values()
            for dimension in term["priceDimensions"].values()
            if dimension["unit"] == "Hrs"
        ]
    except (KeyError, TypeError, AttributeError, ValueError, InvalidOperation):
        return "", Decimal(0)
    return name, max((price for price in prices if price.is_finite()), default=Decimal(0))
