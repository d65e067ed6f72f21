"""An item of the instance table as an `Instance`, its values checked."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from recommender.hardware.instance import Instance
from recommender.model.config_reader import printable, truncated_repr

_ACCELERATOR_TYPES = frozenset({"gpu", "neuron"})

# Far above any instance type, and small enough that planning stays fast.
_LARGEST_COUNT = 10_000
_LARGEST_ACCELERATOR_COUNT = 128
_LARGEST_NUMBER = 1_000_000
_LARGEST_PRICE = 10_000

# Answers repeat names of types, families, accelerators and regions.
_LONGEST_TEXT = 64


def parse_item(item: Mapping[str, Any]) -> Instance:
    """The instance type in a DynamoDB item.

    Raises `ValueError` naming the attribute that is missing, of the wrong type or impossible.
    """
    accelerator_type = _text(item, "accelerator_type")
    if accelerator_type not in _ACCELERATOR_TYPES:
        raise ValueError(f"accelerator_type is {accelerator_type}, neither gpu nor neuron")
    return Instance(
        name=_text(item, "name"),
        family=_text(item, "family"),
        accelerator_type="gpu" if accelerator_type == "gpu" else "neuron",
        accelerator_name=_text(item, "accelerator_name"),
        accelerator_count=_whole(item, "accelerator_count", largest=_LARGEST_ACCELERATOR_COUNT),
        accelerator_memory_gib=_number(item, "accelerator_memory_gib"),
        vcpus=_whole(item, "vcpus", largest=_LARGEST_COUNT),
        memory_gib=_number(item, "memory_gib"),
        accelerator_device_mib=_optional_whole(item, "accelerator_device_mib"),
        architecture=_text(item, "architecture") if "architecture" in item else "x86_64",
        usd_per_hour=_price(item),
        price_region=_text(item, "price_region") if "price_region" in item else None,
        price_date=_date(item),
        is_listed=item.get("listed") != {"BOOL": False},
    )


def _text(item: Mapping[str, Any], attribute: str) -> str:
    value = item.get(attribute, {}).get("S")
    if not isinstance(value, str) or not value:
        raise ValueError(f"{attribute} is not a string")
    if value != printable(value, longest=_LONGEST_TEXT):
        raise ValueError(f"{attribute} is {truncated_repr(value)}, which is too long or not printable")
    return value


def _number(item: Mapping[str, Any], attribute: str) -> float:
    value = item.get(attribute, {}).get("N")
    if not isinstance(value, str):
        raise ValueError(f"{attribute} is not a number")  # noqa: TRY004 - one error for all faults of an item
    try:
        number = float(value)
    except ValueError as error:
        raise ValueError(f"{attribute} is {truncated_repr(value)}, not a number") from error
    if not 1 <= number <= _LARGEST_NUMBER:
        raise ValueError(f"{attribute} is {truncated_repr(value)}, not between 1 and {_LARGEST_NUMBER}")
    return int(number) if number.is_integer() else number


def _whole(item: Mapping[str, Any], attribute: str, *, largest: int) -> int:
    number = _number(item, attribute)
    if not isinstance(number, int) or number > largest:
        raise ValueError(f"{attribute} is {number}, not a whole number up to {largest}")
    return number


def _optional_whole(item: Mapping[str, Any], attribute: str) -> int | None:
    return _whole(item, attribute, largest=_LARGEST_NUMBER) if attribute in item else None


def _price(item: Mapping[str, Any]) -> float | None:
    """USD an hour. An impossible price does not make the item unusable: the price counts as unknown."""
    try:
        price = float(item["usd_per_hour"]["N"])
    except (KeyError, TypeError, ValueError):
        return None
    return price if 0 < price <= _LARGEST_PRICE else None


def _date(item: Mapping[str, Any]) -> str | None:
    """The day of the price; one that cannot be read counts as unknown."""
    try:
        return date.fromisoformat(item["priced_on"]["S"]).isoformat()
    except (KeyError, TypeError, ValueError):
        return None
