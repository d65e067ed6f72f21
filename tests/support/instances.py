"""Instance types, imported from the EC2 records that moto ships."""

from handler.instance_item import parse_item
from local.embedded.instance_records import priced_items, shipped_items
from recommender.hardware.instance import Instance

ITEMS = {item["name"]["S"]: item for item in shipped_items()}
ALL = tuple(parse_item(item) for item in ITEMS.values())
GPU_INSTANCES = tuple(instance for instance in ALL if not instance.is_neuron)
PRICED = {each.name: each for each in map(parse_item, priced_items())}
"""The same with the prices of the bundled list, as `make recommend` has them."""
_BY_NAME = {instance.name: instance for instance in ALL}


def instance(name: str) -> Instance:
    return _BY_NAME[name]
