"""The table of instance types in DynamoDB."""

import difflib
import math
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from handler.errors import CatalogUnavailable, InstanceTypeNotFound
from recommender.instance import Instance

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_ACCELERATOR_TYPES = frozenset({"gpu", "neuron"})
_OFFERED_NAMES = 5

# Far above any instance type, and small enough to be planned for in no time.
_LARGEST_COUNT = 10_000
_LARGEST_ACCELERATOR_COUNT = 128
_LARGEST_NUMBER = 1_000_000
_LARGEST_PRICE = 10_000

logger = Logger(child=True)


class Catalog:
    """Reads the table and keeps a copy for `cache_seconds`."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table_name: str,
        *,
        cache_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read `table_name` through `client`; `clock` counts seconds."""
        self._client = client
        self._table_name = table_name
        self._cache_seconds = cache_seconds
        self._clock = clock
        self._copy: Mapping[str, Instance] = {}
        self._expires_at = -math.inf

    def instances(self) -> tuple[Instance, ...]:
        """All instance types, by name.

        Raises `CatalogUnavailable` where DynamoDB does not answer or the table is empty.
        """
        return tuple(self._current().values())

    def instance(self, name: str) -> Instance:
        """The instance type `name`, looked up once more where the copy does not have it.

        Raises `InstanceTypeNotFound` with the closest names, or `CatalogUnavailable`.
        """
        found = self._current().get(name) or self._look_up(name)
        if found is None:
            raise InstanceTypeNotFound(_not_found(name, self._copy))
        return found

    def _current(self) -> Mapping[str, Instance]:
        if self._clock() >= self._expires_at:
            self._copy = self._scan()
            self._expires_at = self._clock() + self._cache_seconds
        return self._copy

    def _scan(self) -> Mapping[str, Instance]:
        pages = self._ask(
            lambda: list(self._client.get_paginator("scan").paginate(TableName=self._table_name))
        )
        parsed = (_parsed(item) for page in pages for item in page["Items"])
        instances = sorted((instance for instance in parsed if instance), key=lambda instance: instance.name)
        if not instances:
            raise CatalogUnavailable(
                "The table of instance types is empty. Whoever runs this service fills it with `make seed`."
            )
        return {instance.name: instance for instance in instances}

    def _look_up(self, name: str) -> Instance | None:
        answer = self._ask(
            lambda: self._client.get_item(TableName=self._table_name, Key={"name": {"S": name}})
        )
        instance = _parsed(answer["Item"]) if "Item" in answer else None
        if instance is not None:
            self._copy = dict(sorted({**self._copy, name: instance}.items()))
        return instance

    def _ask(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - each call has its own answer
        try:
            return call()
        except (BotoCoreError, ClientError) as error:
            logger.exception("DynamoDB did not answer", table=self._table_name)
            raise CatalogUnavailable(
                "The table of instance types cannot be read at the moment; try again in a minute."
            ) from error


def parse_item(item: Mapping[str, Any]) -> Instance:
    """The instance type in a DynamoDB item.

    Raises `ValueError` naming the attribute that is missing, of the wrong type or impossible.
    """
    accelerator_type = _text(item, "accelerator_type")
    if accelerator_type not in _ACCELERATOR_TYPES:
        raise ValueError(f"accelerator_type is {accelerator_type!r}, neither gpu nor neuron")
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
        is_listed=item.get("listed") != {"BOOL": False},
    )


def _parsed(item: Mapping[str, Any]) -> Instance | None:
    try:
        return parse_item(item)
    except ValueError as reason:
        logger.warning("Skipped a row of the instance table", row=str(item.get("name")), reason=str(reason))
        return None


def _text(item: Mapping[str, Any], attribute: str) -> str:
    value = item.get(attribute, {}).get("S")
    if not isinstance(value, str) or not value:
        raise ValueError(f"{attribute} is no string")
    return value


def _number(item: Mapping[str, Any], attribute: str) -> float:
    value = item.get(attribute, {}).get("N")
    if not isinstance(value, str):
        raise ValueError(f"{attribute} is no number")  # noqa: TRY004 - one error for all that is wrong with a row
    number = float(value)
    if not 1 <= number <= _LARGEST_NUMBER:
        raise ValueError(f"{attribute} is {value}, not between 1 and {_LARGEST_NUMBER}")
    return int(number) if number.is_integer() else number


def _whole(item: Mapping[str, Any], attribute: str, *, largest: int) -> int:
    number = _number(item, attribute)
    if not isinstance(number, int) or number > largest:
        raise ValueError(f"{attribute} is {number}, not a whole number up to {largest}")
    return number


def _optional_whole(item: Mapping[str, Any], attribute: str) -> int | None:
    return _whole(item, attribute, largest=_LARGEST_NUMBER) if attribute in item else None


def _price(item: Mapping[str, Any]) -> float | None:
    """USD an hour; a row is not worth less for a price that makes no sense, which counts as unknown."""
    try:
        price = float(item["usd_per_hour"]["N"])
    except (KeyError, TypeError, ValueError):
        return None
    return price if 0 < price <= _LARGEST_PRICE else None


def _not_found(name: str, known: Mapping[str, Instance]) -> str:
    near = difflib.get_close_matches(name, known, n=_OFFERED_NAMES, cutoff=0.6)
    if near:
        return f"The instance type {name} is not in the table. Did you mean {', '.join(near)}?"
    families = sorted({instance.family for instance in known.values()})
    return f"The instance type {name} is not in the table. Its families are {', '.join(families)}."
