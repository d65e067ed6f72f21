"""Which strings are IDs of model repositories."""

import pytest

from handler.hub.repo_id import is_repo_id


@pytest.mark.parametrize(
    "value",
    [
        "org/name",
        "gpt2",
        "meta-llama/Llama-3.1-8B-Instruct",
        "01-ai/Yi-34B",
        "a/b",
        "x",
        "org/name_with.dots-1",
        "org/datasets",
        "apis/name",
        "a" * 96,
    ],
)
def test_repository_ids_are_accepted(value: str) -> None:
    assert is_repo_id(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a/b/c",
        "/name",
        "org/",
        "../etc/passwd",
        "org/..",
        "org/na..me",
        "org/na--me",
        "org/name.git",
        "-org/name",
        "org/.name",
        "org/name?x=1",
        "org/name#x",
        "org/na me",
        "org/na%2fme",
        "https://huggingface.co/org/name",
        "org/n\u00e4me",
        "org/name\r\nX-Evil: 1",
        "org/name\n",
        "org/name\x00",
        "a" * 97,
        "one,two",
        "<script>",
        None,
        7,
        ["org/name"],
    ],
    ids=repr,
)
def test_other_values_are_not(value: object) -> None:
    assert not is_repo_id(value)


@pytest.mark.parametrize("value", ["datasets/squad", "Spaces/name", "api/models", "api"])
def test_first_segments_of_the_hubs_other_addresses_are_reserved(value: str) -> None:
    assert not is_repo_id(value)
