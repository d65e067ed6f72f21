"""Typed access to JSON objects from the Hub: a plausible value, or an error that names the key.

Whatever anybody wrote into a document, a number comes out finite, of the right sign and below a stated limit,
and text comes out short and printable.
"""

from collections.abc import Mapping
from typing import Any, TypeGuard

from recommender.model.errors import ImplausibleMetadata, UnsupportedModel

# Far above any model (the largest vocabulary is near 10**6), and small enough for products of several.
_LARGEST_INTEGER = 10**9
# Lists have an item per layer at most.
_LONGEST_LIST = 10_000

LANGUAGE_MODEL_KEYS = ("text_config", "llm_config", "language_config")
"""Where multimodal repositories keep the configuration of their language model."""

LONGEST_TEXT = 100
"""Characters of a string that is repeated from a document."""
_REPR_CHARACTERS = 60
_LARGEST_PRINTED_BITS = 128


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

    def is_set(self, key: str) -> bool:
        """Whether `key` has a value other than null."""
        return self._value(key) is not None

    def is_truthy(self, key: str) -> bool:
        """Whether `key` has a value other than null, false, zero and an empty one."""
        return bool(self._value(key))

    def is_true(self, key: str) -> bool:
        """Whether `key` is set to `true`."""
        return self._value(key) is True

    def is_false(self, key: str) -> bool:
        """Whether `key` is set to `false`."""
        return self._value(key) is False

    def is_minus_one(self, key: str) -> bool:
        """Whether `key` is set to -1, which stands for "none" or "all" in some keys."""
        found = self._value(key)
        return isinstance(found, int) and found == -1

    def is_list(self, key: str) -> bool:
        """Whether `key` holds a list."""
        return isinstance(self._value(key), list)

    def length(self, key: str) -> int:
        """The length of a list; 0 where there is none."""
        found = self._value(key)
        return len(found) if isinstance(found, list) else 0

    def distinct_items(self, key: str) -> int:
        """The number of different items in a list; 0 where there is none."""
        found = self._value(key)
        return len(set(map(repr, found[:_LONGEST_LIST]))) if isinstance(found, list) else 0

    def is_object(self, key: str) -> bool:
        """Whether `key` holds an object."""
        return isinstance(self._value(key), Mapping)

    def positive_int(self, *keys: str) -> int:
        """A whole number of at least 1; `UnsupportedModel` where none of `keys` is set.

        transformers has a default for it in the architecture's class, which is not known here.
        """
        found = self.optional_positive_int(*keys)
        if found is None:
            raise UnsupportedModel(f"{self._name} does not state {keys[0]}, and its default is not known.")
        return found

    def optional_positive_int(self, *keys: str) -> int | None:
        """A whole number from 1 to 10**9, or `None` where none of `keys` is set."""
        found = self._value(*keys)
        return None if found is None else self._whole_number(found, keys, at_least=1)

    def non_negative_int(self, *keys: str) -> int:
        """A whole number from 0 to 10**9; 0 where none of `keys` is set, or one to `false`."""
        found = self._value(*keys)
        return 0 if found is None or found is False else self._whole_number(found, keys, at_least=0)

    def optional_number(self, *keys: str, at_least: float, at_most: float) -> float | None:
        """A number within the limits, or `None` where none of `keys` is set."""
        found = self._value(*keys)
        if found is None:
            return None
        if not _is_number(found) or not at_least <= found <= at_most:
            raise self._implausible(keys, found)
        return float(found)

    def positive_ints(self, key: str) -> tuple[int, ...]:
        """The items of a list of whole numbers from 1 to 10**9; empty where `key` is absent."""
        return tuple(self._whole_number(item, (key,), at_least=1) for item in self._items(key))

    def non_negative_ints(self, key: str) -> tuple[int, ...]:
        """The items of a list of whole numbers from 0 to 10**9; empty where `key` is absent."""
        return tuple(self._whole_number(item, (key,), at_least=0) for item in self._items(key))

    def string(self, *keys: str) -> str | None:
        """A string, cut and made printable, or `None` where the value is absent or not a string."""
        found = self._value(*keys)
        return printable(found) if isinstance(found, str) else None

    def strings(self, key: str) -> tuple[str, ...]:
        """The items of a list of strings, as by `string`; an item of another type as errors quote it."""
        return tuple(
            printable(each) if isinstance(each, str) else truncated_repr(each) for each in self._items(key)
        )

    def tags(self, key: str) -> tuple[str, ...]:
        """The strings of a list, up to the longest that is read; empty where there is no list."""
        found = self._value(key)
        return (
            tuple(each for each in (found or ())[:_LONGEST_LIST] if isinstance(each, str))
            if self.is_list(key)
            else ()
        )

    def symbols(self, key: str) -> tuple[str, ...]:
        """The items of a list of strings, or the characters of a string."""
        found = self._value(key)
        if not isinstance(found, str):
            return self.strings(key)
        if len(found) > _LONGEST_LIST:
            raise self._implausible((key,), found)
        return tuple(map(printable, found))

    def nested(self, *keys: str, defaults: Mapping[str, Any] | None = None) -> "ConfigReader":
        """The object under the first of `keys` that holds one; an empty object where none does."""
        found = next((key for key in keys if self.is_object(key)), None)
        document = self._value(found) if found else {}
        return ConfigReader(document, name=f"{self._name}, {printable(found or keys[0])}", defaults=defaults)

    def nested_items(self, key: str) -> "tuple[ConfigReader, ...]":
        """The objects of a list; an item of another type counts as an empty object."""
        return tuple(
            ConfigReader(each if isinstance(each, Mapping) else {}, name=f"{self._name}, {key}")
            for each in self._items(key)
        )

    def with_largest(self, *keys: str) -> "ConfigReader":
        """The same object, with the largest item for each of `keys` that holds a list of numbers."""
        found = {key: max(self.positive_ints(key), default=None) for key in keys if self.is_list(key)}
        return ConfigReader({**self._document, **found}, name=self._name, defaults=self._defaults)

    def with_defaults(self, defaults: Mapping[str, Any]) -> "ConfigReader":
        """The same object with `defaults` for absent keys."""
        return ConfigReader(self._document, name=self._name, defaults=defaults)

    def _value(self, *keys: str) -> Any:  # noqa: ANN401 - JSON is untyped until it is read
        """The first value among `keys` that is not null, or else the default of one of them."""
        for source in (self._document, self._defaults):
            for key in keys:
                if source.get(key) is not None:
                    return source[key]
        return None

    def _items(self, key: str) -> list[Any]:
        found = self._value(key)
        if not isinstance(found, list | None) or len(found or ()) > _LONGEST_LIST:
            raise self._implausible((key,), found)
        return found or []

    def _whole_number(self, found: object, keys: tuple[str, ...], *, at_least: int) -> int:
        if not _is_number(found) or not at_least <= found <= _LARGEST_INTEGER or found != int(found):
            raise self._implausible(keys, found)
        return int(found)

    def _implausible(self, keys: tuple[str, ...], found: object) -> ImplausibleMetadata:
        key = next((key for key in keys if self._document.get(key) is not None), keys[0])
        return ImplausibleMetadata(
            f"{self._name} says {key} = {truncated_repr(found)}, which no model can have."
        )


def printable(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """`text` cut to `longest` characters, with a question mark for each one that cannot be printed."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return cut if cut.isprintable() else "".join(each if each.isprintable() else "?" for each in cut)


def truncated_repr(value: object) -> str:
    """`value` as an error quotes it. Lists and objects may be nested too deeply for `repr`."""
    if isinstance(value, list):
        return "a list"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, int) and value.bit_length() > _LARGEST_PRINTED_BITS:
        return "a number of over 38 digits"
    return repr(value[:_REPR_CHARACTERS] if isinstance(value, str) else value)[:_REPR_CHARACTERS]


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
