"""What is cached of the Hub, and how long each kind of error is remembered."""

import pytest

from handler.errors import (
    HubBadResponse,
    HubRateLimited,
    HubUnreachable,
    ModelGated,
    ModelNotFound,
    RequestError,
    TokenRejected,
)
from handler.hub.cache import HubCache
from handler.hub.documents import Document, Documents
from recommender.model import HubMetadata

KEY, OTHER_MODEL, OTHER_CALLER = ("public", "org/name"), ("public", "org/other"), ("token", "org/name")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def cache(*, entries: int = 64) -> tuple[HubCache, Clock]:
    clock = Clock()
    return HubCache(entries=entries, fresh_seconds=60, stale_seconds=3600, clock=clock), clock


def documents(size_bytes: int = 100) -> Documents:
    return Documents(
        metadata=HubMetadata(model_id="org/name", information={}, config={}),
        information=Document(value={}, etag=None, size_bytes=size_bytes),
        config=Document(value=None, etag=None, size_bytes=0),
        quantization=None,
    )


@pytest.mark.parametrize("refusal", [ModelNotFound("x"), ModelGated("x"), TokenRejected("x")])
def test_a_refusal_removes_the_stale_copy_and_is_remembered_for_30_seconds(refusal: RequestError) -> None:
    found, clock = cache()
    found.put_documents(KEY, documents(), as_of=0)
    found.put_hub_error(KEY, refusal)
    clock.now = 29.9
    assert type(found.backoff(KEY)) is type(refusal)
    assert found.copy(KEY) is None
    clock.now = 30
    assert found.backoff(KEY) is None


@pytest.mark.parametrize("failure", [HubUnreachable("x"), HubBadResponse("x")])
def test_a_failure_leaves_the_stale_copy_and_is_remembered_for_five_seconds(failure: RequestError) -> None:
    found, clock = cache()
    found.put_documents(KEY, documents(), as_of=0)
    found.put_hub_error(KEY, failure)
    clock.now = 4.9
    assert found.backoff(KEY) is not None
    assert found.stale_copy(KEY) is not None
    clock.now = 5
    assert found.backoff(KEY) is None


@pytest.mark.parametrize(("stated", "seconds"), [(40, 40), (7200, 300), (0, 1), (None, 5)])
def test_a_rate_limit_applies_to_all_models_of_the_caller_for_the_stated_wait(
    stated: int | None, seconds: float
) -> None:
    found, clock = cache()
    found.put_hub_error(KEY, HubRateLimited(retry_after_seconds=stated))
    clock.now = seconds - 0.1

    assert isinstance(found.backoff(OTHER_MODEL), HubRateLimited)
    assert found.backoff(OTHER_CALLER) is None
    clock.now = seconds
    assert found.backoff(OTHER_MODEL) is None


def test_errors_are_remembered_for_their_own_caller() -> None:
    found, _ = cache()
    found.put_hub_error(KEY, ModelNotFound("x"))

    assert found.backoff(OTHER_CALLER) is None


def test_the_cache_is_bounded_in_bytes() -> None:
    """Sixty pairs of 100 kB are more than the 4 MiB that are kept."""
    found, _ = cache()
    for number in range(60):
        found.put_documents(("public", f"org/{number}"), documents(100_000), as_of=0)

    assert found.copy(("public", "org/0")) is None
    assert found.copy(("public", "org/59")) is not None


def test_the_cache_is_bounded_in_entries() -> None:
    found, _ = cache(entries=1)
    found.put_documents(KEY, documents(), as_of=0)
    found.put_documents(OTHER_MODEL, documents(), as_of=0)

    assert found.copy(KEY) is None
    assert found.copy(OTHER_MODEL) is not None


def test_large_documents_are_not_cached_and_remove_their_stale_copy() -> None:
    found, _ = cache()
    found.put_documents(KEY, documents(128 * 1024), as_of=0)
    assert found.copy(KEY) is not None
    found.put_documents(KEY, documents(128 * 1024 + 1), as_of=0)
    assert found.copy(KEY) is None
