"""Instance types, from the list that the table is seeded with."""

from catalog.seed import read_items
from handler.catalog import parse_item
from recommender.instance import Instance

ITEMS = {item["name"]["S"]: item for item in read_items()}
ALL = tuple(parse_item(item) for item in ITEMS.values())
_BY_NAME = {instance.name: instance for instance in ALL}


def instance(name: str) -> Instance:
    return _BY_NAME[name]
