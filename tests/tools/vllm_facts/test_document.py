"""The document of all releases, with a range of releases for each value."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.vllm_facts.document import compress, expand, release_order, render

_RELEASES = ("0.8.0", "0.8.5", "0.8.5.post1", "0.10.0", "0.10.1.1", "0.11.0")


def test_a_value_holds_from_the_first_to_the_last_of_its_releases() -> None:
    facts = {
        "0.8.0": {"models": {"Llama": "llama", "Old": "old"}},
        "0.9.0": {"models": {"Llama": "llama", "Old": "old"}},
        "0.10.0": {"models": {"Llama": "llama2", "New": "new"}},
    }

    assert compress(facts) == {
        "releases": ["0.8.0", "0.9.0", "0.10.0"],
        "models": {
            "Llama": {"0.8.0..0.9.0": "llama", "0.10.0..": "llama2"},
            "New": {"0.10.0..": "new"},
            "Old": {"0.8.0..0.9.0": "old"},
        },
    }


def test_a_value_that_comes_back_has_two_ranges() -> None:
    facts = {
        "0.8.0": {"models": {"Phi": "phi"}},
        "0.9.0": {"models": {}},
        "0.10.0": {"models": {"Phi": "phi"}},
    }

    assert compress(facts)["models"] == {"Phi": {"0.8.0..0.8.0": "phi", "0.10.0..": "phi"}}


def test_a_release_without_a_table_is_passed_over() -> None:
    """As 0.15, which has only wheels, and those hold no Dockerfile."""
    facts = {"0.14.0": {"wheel": {"cuda": "12.9"}}, "0.15.0": {}, "0.16.0": {"wheel": {"cuda": "12.9"}}}

    assert compress(facts)["wheel"] == {"cuda": {"0.14.0..": "12.9"}}


def test_a_release_that_changes_nothing_changes_one_line() -> None:
    facts = {"0.8.0": {"models": {"Llama": "llama", "Mistral": "llama"}}}
    before = render(compress(facts)).splitlines()
    after = render(compress({**facts, "0.9.0": facts["0.8.0"]})).splitlines()

    assert len(before) == len(after)
    assert [line for line in after if line not in before] == ['"releases": ["0.8.0", "0.9.0"],']


@pytest.mark.parametrize("earlier", _RELEASES)
def test_releases_are_in_the_order_of_their_numbers(earlier: str) -> None:
    later = _RELEASES[_RELEASES.index(earlier) + 1 :]

    assert all(release_order(earlier) < release_order(each) for each in later)


_TABLES = st.dictionaries(st.sampled_from("ab"), st.sampled_from([1, 2, None, [1, 2], {"x": 1}]))


@settings(deadline=None)
@given(st.fixed_dictionaries({release: st.fixed_dictionaries({"t": _TABLES}) for release in _RELEASES}))
def test_a_document_holds_the_facts_that_it_was_made_of(
    facts: dict[str, dict[str, dict[str, object]]],
) -> None:
    document = compress(facts)

    assert facts == expand(document)
    assert document == json.loads(render(document))
    assert document == compress(expand(document))
