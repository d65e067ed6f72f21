"""Reading JSON objects that anybody may have written: the right type and a possible value, or an error."""

from collections.abc import Mapping
from typing import Any

from recommender.model.errors import ImplausibleMetadata, UnsupportedModel

# Far above any model (the largest vocabulary is near 10**6), far below what overflows a sentence.
_LARGEST_COUNT = 10**9
_SHOWN_CHARACTERS = 60


class ConfigReader:
    """A JSON object with typed access. A key that is absent and one that is `null` are the same."""

    def __init__(
        self, document: Mapping[str, Any], *, name: str, defaults: Mapping[str, Any] | None = None
    ) -> None:
        """Read `document`, called `name` in errors; `defaults` stand in for keys it does not have."""
        self._document = document
        self._name = name
        self._defaults = defaults or {}

    def value(self, *keys: str) -> Any:  # noqa: ANN401 - JSON is untyped until it is read
        """The first value among `keys` that is not null, with the key's default as the last resort."""
        for source in (self._document, self._defaults):
            for key in keys:
                if source.get(key) is not None:
                    return source[key]
        return None

    def count(self, *keys: str) -> int:
        """A whole number of at least 1; `UnsupportedModel` where none of `keys` is there.

        transformers has a default of the architecture's class for it, which is not known here.
        """
        found = self.optional_count(*keys)
        if found is None:
            raise UnsupportedModel(f"{self._name} does not state {keys[0]}, and its default is not known.")
        return found

    def optional_count(self, *keys: str) -> int | None:
        """A whole number of at least 1, or `None` where none of `keys` is there."""
        found = self.value(*keys)
        if found is None:
            return None
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        if not is_number or not 1 <= found <= _LARGEST_COUNT or found != int(found):
            raise self._impossible(keys, found)
        return int(found)

    def count_or_zero(self, *keys: str) -> int:
        """A whole number of at least 0; 0 where none of `keys` is there."""
        return 0 if self.value(*keys) == 0 else self.optional_count(*keys) or 0

    def text(self, *keys: str) -> str | None:
        """A string, or `None` where it is absent or something else."""
        found = self.value(*keys)
        return found if isinstance(found, str) else None

    def entries(self, key: str) -> tuple[object, ...]:
        """The entries of a list; none where `key` is absent."""
        found = self.value(key)
        if not isinstance(found, list | None):
            raise self._impossible((key,), found)
        return tuple(found or ())

    def names_in(self, key: str) -> tuple[str, ...]:
        """The entries of a list of names; one that is no string stands as an error would show it."""
        return tuple(each if isinstance(each, str) else shown(each) for each in self.entries(key))

    def flag(self, key: str) -> bool:
        """Whether `key` is there and true."""
        return self.value(key) is True

    def nested(self, *keys: str, defaults: Mapping[str, Any] | None = None) -> "ConfigReader":
        """The object under the first of `keys` that holds one; empty where none does."""
        found = next((key for key in keys if isinstance(self.value(key), Mapping)), None)
        document = self.value(found) if found else {}
        return ConfigReader(document, name=f"{self._name}, {found or keys[0]}", defaults=defaults)

    def with_defaults(self, defaults: Mapping[str, Any]) -> "ConfigReader":
        """The same object with `defaults` for the keys that it does not have."""
        return ConfigReader(self._document, name=self._name, defaults=defaults)

    def names(self) -> tuple[str, ...]:
        """The keys of the object in a fixed order."""
        return tuple(sorted(self._document))

    @property
    def name(self) -> str:
        """What errors call the object."""
        return self._name

    def has(self, key: str) -> bool:
        """Whether `key` has a value other than null."""
        return self.value(key) is not None

    def _impossible(self, keys: tuple[str, ...], found: object) -> ImplausibleMetadata:
        key = next((key for key in keys if self._document.get(key) is not None), keys[0])
        return ImplausibleMetadata(f"{self._name} says {key} = {shown(found)}, which no model can have.")


def shown(value: object) -> str:
    """`value` as a sentence may quote it; what is nested may be so too deeply for Python to print it."""
    if isinstance(value, list):
        return "a list"
    if isinstance(value, Mapping):
        return "an object"
    return repr(value)[:_SHOWN_CHARACTERS]
