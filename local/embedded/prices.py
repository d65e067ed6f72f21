"""On-demand prices for the embedded table: a bundled list with its region, date and source.

On AWS the import reads prices from the AWS Price List instead.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "prices.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Prices for Linux in one region on one day."""

    region: str
    date: str
    """ISO 8601."""
    source: str
    """The address of the file that the prices are from."""
    usd_per_hour: Mapping[str, float]

    def attributes(self, instance_type: str) -> dict[str, Any]:
        """The attributes of an item that state its price, as DynamoDB represents them."""
        price = self.usd_per_hour.get(instance_type)
        if price is None:
            return {}
        return {
            "usd_per_hour": {"N": str(price)},
            "price_region": {"S": self.region},
            "priced_on": {"S": self.date},
        }


@cache
def price_list() -> PriceList:
    """The bundled list."""
    document = json.loads(_FILE.read_text())
    return PriceList(
        region=document["region"],
        date=document["date"],
        source=document["source"],
        usd_per_hour=document["usd_per_hour"],
    )
