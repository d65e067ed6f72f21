"""The table of instance types in DynamoDB, and a cached copy of it."""

import difflib
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
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
from recommender.model.config_reader import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import ScanOutputTypeDef

# botocore waits 60 seconds by default, three times as long as the function may run.
CLIENT_CONFIG = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}
)

_OFFERED_NAMES = 5
_OFFERED_FAMILIES = 50

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

Read = TypeVar("Read")

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class Table:
    """What was read of the table."""

    by_name: Mapping[str, Instance]
    instances: tuple[Instance, ...]
    """By name."""
    version: object = field(default_factory=object, compare=False)
    """The same object as long as nothing is read or added."""

    @classmethod
    def of(cls, instances: Iterable[Instance]) -> "Table":
        """A table of `instances`."""
        by_name = {each.name: each for each in sorted(instances, key=lambda each: each.name)}
        return cls(by_name, tuple(by_name.values()))


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
        self._cache: Cache[str, Table] = Cache(
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
        """All instance types, by name; raises what `table` raises."""
        return self.table(deadline=deadline).instances

    def instance(self, name: str, *, deadline: float = math.inf) -> Instance:
        """The instance type `name`; one that the cached table does not have is looked up in DynamoDB.

        Raises `InstanceTypeNotFound` with the closest names, or `CatalogUnavailable`.
        """
        table = self.table(deadline=deadline)
        found = table.by_name.get(name) or self._look_up(name, deadline)
        if found is None:
            raise InstanceTypeNotFound(_not_found(name, table))
        return found

    def table(self, *, deadline: float = math.inf) -> Table:
        """All instance types.

        Raises `CatalogUnavailable` where nothing is cached, and the table is empty or DynamoDB does not
        answer by `deadline`, a value of `time.monotonic`.
        """
        cached = self._cache.fresh(self._table_name)
        if cached is not None:
            return cached
        try:
            table = self._read(self._scan, deadline)
        except CatalogUnavailable:
            copy = self._cache.stale_copy(self._table_name)
            if copy is None:
                raise
            logger.warning("Answered from a stale copy of the table", table=self._table_name)
            return copy.value
        self._cache.put(self._table_name, table)
        return table

    def _look_up(self, name: str, deadline: float) -> Instance | None:
        """Ask DynamoDB for one type, and add it to the cached table without making that any fresher."""
        found = self._read(partial(self._item, name), deadline)
        copy = self._cache.copy(self._table_name)
        if found is not None and copy is not None:
            extended = Table.of((*copy.value.instances, found))
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

    def _scan(self) -> Table:
        parsed = [_parsed(item) for page in self._pages() for item in page["Items"]]
        table = Table.of(instance for instance in parsed if instance is not None)
        if not table.instances:
            raise CatalogUnavailable(
                "The table of instance types is empty. A new stack imports them within minutes; its operator"
                " can import at once by invoking the stack's ImportFunction, or with `make seed`."
            )
        return table

    def _pages(self) -> "Iterator[ScanOutputTypeDef]":
        """All pages of a scan. botocore's paginator would load its definitions, 8 ms of a first answer."""
        page = self._client.scan(TableName=self._table_name)
        yield page
        while start := page.get("LastEvaluatedKey"):
            page = self._client.scan(TableName=self._table_name, ExclusiveStartKey=start)
            yield page

    def _item(self, name: str) -> Instance | None:
        response = self._client.get_item(TableName=self._table_name, Key={"name": {"S": name}})
        return _parsed(response["Item"]) if "Item" in response else None


def _parsed(item: Mapping[str, Any]) -> Instance | None:
    try:
        return parse_item(item)
    except ValueError as error:
        name = printable(str(item.get("name")))
        logger.warning("Skipped an item of the instance table", item=name, reason=str(error))
        return None


def _not_found(name: str, table: Table) -> str:
    near = difflib.get_close_matches(name, table.by_name, n=_OFFERED_NAMES, cutoff=0.6)
    if near:
        return f"The instance type {name} is not in the table. Did you mean {', '.join(near)}?"
    families = sorted({instance.family for instance in table.instances})[:_OFFERED_FAMILIES]
    return f"The instance type {name} is not in the table, which has the families {', '.join(families)}."
