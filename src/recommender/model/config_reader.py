"""Typed access to JSON objects from the Hub: a possible value, or an error that names the key."""

from collections.abc import Mapping
from typing import Any

from recommender.model.errors import ImplausibleMetadata, UnsupportedModel

# Far above any model (the largest vocabulary is near 10**6), and short enough for a sentence.
_LARGEST_INTEGER = 10**9
_REPR_CHARACTERS = 60


class ConfigReader:
    """A JSON object with typed access. A key that is `null` counts as absent."""

    def __init__(
        self, document: Mapping[str, Any], *, name: str, defaults: Mapping[str, Any] | None = None
    ) -> None:
        """Read `document`, called `name` in errors, with `defaults` for absent keys."""
        self._document = document
        self._name = name
        self._defaults = defaults or {}

    @property
    def name(self) -> str:
        """What errors call the object."""
        return self._name

    def sorted_keys(self) -> tuple[str, ...]:
        """The keys of the object in a fixed order."""
        return tuple(sorted(self._document))

    def value(self, *keys: str) -> Any:  # noqa: ANN401 - JSON is untyped until it is read
        """The first value among `keys` that is not null, or else the default of one of them."""
        for source in (self._document, self._defaults):
            for key in keys:
                if source.get(key) is not None:
                    return source[key]
        return None

    def is_set(self, key: str) -> bool:
        """Whether `key` has a value other than null."""
        return self.value(key) is not None

    def is_true(self, key: str) -> bool:
        """Whether `key` is set to `true`."""
        return self.value(key) is True

    def positive_int(self, *keys: str) -> int:
        """A whole number of at least 1; `UnsupportedModel` where none of `keys` is set.

        transformers has a default for it in the architecture's class, which is not known here.
        """
        found = self.optional_positive_int(*keys)
        if found is None:
            raise UnsupportedModel(f"{self._name} does not state {keys[0]}, and its default is not known.")
        return found

    def optional_positive_int(self, *keys: str) -> int | None:
        """A whole number of at least 1, or `None` where none of `keys` is set."""
        found = self.value(*keys)
        if found is None:
            return None
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        if not is_number or not 1 <= found <= _LARGEST_INTEGER or found != int(found):
            raise self._impossible(keys, found)
        return int(found)

    def non_negative_int(self, *keys: str) -> int:
        """A whole number of at least 0; 0 where none of `keys` is set."""
        return 0 if self.value(*keys) == 0 else self.optional_positive_int(*keys) or 0

    def string(self, *keys: str) -> str | None:
        """A string, or `None` where the value is absent or not a string."""
        found = self.value(*keys)
        return found if isinstance(found, str) else None

    def items(self, key: str) -> tuple[object, ...]:
        """The items of a list; empty where `key` is absent."""
        found = self.value(key)
        if not isinstance(found, list | None):
            raise self._impossible((key,), found)
        return tuple(found or ())

    def strings(self, key: str) -> tuple[str, ...]:
        """The items of a list of strings; an item of another type is represented as in an error."""
        return tuple(each if isinstance(each, str) else truncated_repr(each) for each in self.items(key))

    def nested(self, *keys: str, defaults: Mapping[str, Any] | None = None) -> "ConfigReader":
        """The object under the first of `keys` that holds one; an empty object where none does."""
        found = next((key for key in keys if isinstance(self.value(key), Mapping)), None)
        document = self.value(found) if found else {}
        return ConfigReader(document, name=f"{self._name}, {found or keys[0]}", defaults=defaults)

    def nested_items(self, key: str) -> "tuple[ConfigReader, ...]":
        """The objects of a list; an item of another type counts as an empty object."""
        return tuple(
            ConfigReader(each if isinstance(each, Mapping) else {}, name=f"{self._name}, {key}")
            for each in self.items(key)
        )

    def with_defaults(self, defaults: Mapping[str, Any]) -> "ConfigReader":
        """The same object with `defaults` for absent keys."""
        return ConfigReader(self._document, name=self._name, defaults=defaults)

    def _impossible(self, keys: tuple[str, ...], found: object) -> ImplausibleMetadata:
        key = next((key for key in keys if self._document.get(key) is not None), keys[0])
        return ImplausibleMetadata(
            f"{self._name} says {key} = {truncated_repr(found)}, which no model can have."
        )


def truncated_repr(value: object) -> str:
    """`value` as an error quotes it. Lists and objects may be nested too deeply for `repr`."""
    if isinstance(value, list):
        return "a list"
    if isinstance(value, Mapping):
        return "an object"
    return repr(value)[:_REPR_CHARACTERS]
