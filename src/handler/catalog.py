"""The table of instance types in DynamoDB, and a cached copy of it."""

import difflib
import math
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from handler.background import result, start
from handler.cache import Cache
from handler.errors import CatalogUnavailable, InstanceTypeNotFound
from handler.instance_item import parse_item
from recommender.hardware.instance import Instance

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# botocore waits 60 seconds by default, three times as long as the function may run.
CLIENT_CONFIG = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}
)

_OFFERED_NAMES = 5

# As old as the daily import lets the table itself become.
_STALE_SECONDS = 86_400.0

_BACKOFF_SECONDS = 5.0

# Everything that reading the table can raise. The built-in exceptions are those of botocore's parsers, for
# responses that are not DynamoDB's.
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

Instances = Mapping[str, Instance]
"""Instance types by name, in the order of their names."""
Read = TypeVar("Read")

logger = Logger(child=True)


class Catalog:
    """Reads the whole table at once and caches it.

    Where DynamoDB fails after `cache_seconds`, a stale copy stands in for up to a day.
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
        self._cache: Cache[str, Instances] = Cache(
            entries=1,
            fresh_seconds=cache_seconds,
            stale_seconds=_STALE_SECONDS,
            backoff_seconds=_BACKOFF_SECONDS,
            clock=clock,
        )

    def is_fresh(self) -> bool:
        """Whether the cached table may be used without asking DynamoDB."""
        return self._cache.fresh(self._table_name) is not None

    def instances(self, *, deadline: float = math.inf) -> tuple[Instance, ...]:
        """All instance types, by name.

        Raises `CatalogUnavailable` where nothing is cached, and the table is empty or DynamoDB does not
        answer by `deadline`, a value of `time.monotonic`.
        """
        return tuple(self._instances(deadline).values())

    def instance(self, name: str, *, deadline: float = math.inf) -> Instance:
        """The instance type `name`; one that the cached table does not have is looked up in DynamoDB.

        Raises `InstanceTypeNotFound` with the closest names, or `CatalogUnavailable`.
        """
        instances = self._instances(deadline)
        found = instances.get(name) or self._look_up(name, deadline)
        if found is None:
            raise InstanceTypeNotFound(_not_found(name, instances))
        return found

    def _instances(self, deadline: float) -> Instances:
        cached = self._cache.fresh(self._table_name)
        if cached is not None:
            return cached
        try:
            instances = self._read(self._scan, deadline)
        except CatalogUnavailable:
            copy = self._cache.stale_copy(self._table_name)
            if copy is None:
                raise
            logger.warning("Answered from a stale copy of the table", table=self._table_name)
            return copy.value
        self._cache.put(self._table_name, instances)
        return instances

    def _look_up(self, name: str, deadline: float) -> Instance | None:
        """Ask DynamoDB for one type, and add it to the cached table without making that any fresher."""
        found = self._read(partial(self._item, name), deadline)
        copy = self._cache.copy(self._table_name)
        if found is not None and copy is not None:
            extended = dict(sorted({**copy.value, name: found}.items()))
            self._cache.put(self._table_name, extended, as_of=self._cache.now() - copy.age_seconds)
        return found

    def _read(self, read: Callable[[], Read], deadline: float) -> Read:
        """The result of `read`, which runs in the background: botocore's time-outs bound no whole response.

        Raises `CatalogUnavailable`, also without reading for some seconds after a failure.
        """
        backoff = self._cache.error(self._table_name)
        if backoff is not None:
            raise backoff
        try:
            return result(start(read), deadline)
        except CatalogUnavailable as error:
            self._cache.put_error(self._table_name, error)
            raise
        except _FAILURES as error:
            logger.exception("DynamoDB did not answer", table=self._table_name)
            unavailable = CatalogUnavailable(
                "The table of instance types cannot be read at the moment; try again in a minute."
            )
            self._cache.put_error(self._table_name, unavailable)
            raise unavailable from error

    def _scan(self) -> Instances:
        pages = self._client.get_paginator("scan").paginate(TableName=self._table_name)
        parsed = [_parsed(item) for page in pages for item in page["Items"]]
        instances = {instance.name: instance for instance in parsed if instance is not None}
        if not instances:
            raise CatalogUnavailable(
                "The table of instance types is empty. A new stack imports them within minutes; its operator"
                " can import at once by invoking the stack's ImportFunction, or with `make seed`."
            )
        return dict(sorted(instances.items()))

    def _item(self, name: str) -> Instance | None:
        response = self._client.get_item(TableName=self._table_name, Key={"name": {"S": name}})
        return _parsed(response["Item"]) if "Item" in response else None


def _parsed(item: Mapping[str, Any]) -> Instance | None:
    try:
        return parse_item(item)
    except ValueError as error:
        logger.warning("Skipped an item of the instance table", item=str(item.get("name")), reason=str(error))
        return None


def _not_found(name: str, known: Instances) -> str:
    near = difflib.get_close_matches(name, known, n=_OFFERED_NAMES, cutoff=0.6)
    if near:
        return f"The instance type {name} is not in the table. Did you mean {', '.join(near)}?"
    families = sorted({instance.family for instance in known.values()})
    return f"The instance type {name} is not in the table, which has the families {', '.join(families)}."
