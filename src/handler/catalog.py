"""The table of instance types in DynamoDB."""

import difflib
import math
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from handler.background import Flights, result
from handler.errors import CatalogUnavailable, InstanceTypeNotFound, RequestError
from recommender.hardware.instance import Instance

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_ACCELERATOR_TYPES = frozenset({"gpu", "neuron"})
_OFFERED_NAMES = 5

# Far above any instance type, and small enough to be planned for in no time.
_LARGEST_COUNT = 10_000
_LARGEST_ACCELERATOR_COUNT = 128
_LARGEST_NUMBER = 1_000_000
_LARGEST_PRICE = 10_000

# botocore waits 60 seconds by default, three times as long as the function may run.
CLIENT_CONFIG = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}
)

# What reading the table can end with. The built-in ones are what botocore's parsers make of an answer that is
# not DynamoDB's.
_FAILURES = (
    BotoCoreError,
    ClientError,
    AttributeError,
    KeyError,
    RecursionError,
    TimeoutError,
    TypeError,
    ValueError,
)

_OLDEST_COPY_SECONDS = 86_400.0

# How long a table that failed is not asked again.
_REST_SECONDS = 5.0

# No instance type has an empty name.
_WHOLE_TABLE = ""

logger = Logger(child=True)


class Catalog:
    """Reads the table and keeps a copy, which is read anew after `cache_seconds`.

    Where DynamoDB then fails, the copy stays in use for up to a day, which is as old as the daily import lets
    the table itself become.
    """

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
        self._flights: Flights[str, Any] = Flights()
        self._copy: Mapping[str, Instance] = {}
        self._read_at = -math.inf
        self._problem: RequestError | None = None
        self._rests_until = -math.inf

    def is_at_hand(self) -> bool:
        """Whether the copy may be used without asking DynamoDB."""
        return self._clock() < self._read_at + self._cache_seconds

    def instances(self, *, deadline: float = math.inf) -> tuple[Instance, ...]:
        """All instance types, by name.

        Raises `CatalogUnavailable` where there is no copy, and the table is empty or DynamoDB does not answer
        by `deadline`, a value of `time.monotonic`.
        """
        return tuple(self._current(deadline).values())

    def instance(self, name: str, *, deadline: float = math.inf) -> Instance:
        """The instance type `name`, looked up once more where the copy does not have it.

        Raises `InstanceTypeNotFound` with the closest names, or `CatalogUnavailable`.
        """
        found = self._current(deadline).get(name) or self._look_up(name, deadline)
        if found is None:
            raise InstanceTypeNotFound(_not_found(name, self._copy))
        return found

    def _current(self, deadline: float) -> Mapping[str, Instance]:
        if not self.is_at_hand():
            try:
                self._copy = self._ask(_WHOLE_TABLE, self._scan, deadline)
                self._read_at = self._clock()
            except CatalogUnavailable:
                if self._clock() >= self._read_at + _OLDEST_COPY_SECONDS:
                    raise
                logger.warning("Answered from an older copy of the table", table=self._table_name)
        return self._copy

    def _scan(self) -> Mapping[str, Instance]:
        pages = self._client.get_paginator("scan").paginate(TableName=self._table_name)
        parsed = [_parsed(item) for page in pages for item in page["Items"]]
        instances = sorted((instance for instance in parsed if instance), key=lambda instance: instance.name)
        if not instances:
            raise CatalogUnavailable(
                "The table of instance types is empty. Whoever runs this service fills it with `make seed`."
            )
        return {instance.name: instance for instance in instances}

    def _look_up(self, name: str, deadline: float) -> Instance | None:
        instance: Instance | None = self._ask(name, partial(self._item, name), deadline)
        if instance is not None:
            self._copy = dict(sorted({**self._copy, name: instance}.items()))
        return instance

    def _item(self, name: str) -> Instance | None:
        answer = self._client.get_item(TableName=self._table_name, Key={"name": {"S": name}})
        return _parsed(answer["Item"]) if "Item" in answer else None

    def _ask(self, key: str, call: Callable[[], Any], deadline: float) -> Any:  # noqa: ANN401 - `call`'s own
        """What `call` answers; it runs once for all who ask meanwhile. A table that failed may rest."""
        if self._problem is not None and self._clock() < self._rests_until:
            raise self._problem.later(0)
        flight, is_ours = self._flights.join(key, call)
        try:
            return result(flight, deadline)
        except CatalogUnavailable as error:
            self._rest(error)
            raise error.later(0) from error
        except _FAILURES as error:
            logger.exception("DynamoDB did not answer", table=self._table_name)
            unavailable = CatalogUnavailable(
                "The table of instance types cannot be read at the moment; try again in a minute."
            )
            self._rest(unavailable)
            raise unavailable from error
        finally:
            if is_ours:
                self._flights.leave(key, flight)

    def _rest(self, problem: CatalogUnavailable) -> None:
        # A copy: the traceback of the other holds on to all that was at hand, the caller's token too.
        self._problem = problem.later(0)
        self._rests_until = self._clock() + _REST_SECONDS


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
