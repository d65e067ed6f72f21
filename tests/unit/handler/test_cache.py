"""The cache: fresh values, stale copies, remembered failures, and its bounds."""

from handler.cache import Cache
from handler.errors import HubRateLimited, HubUnreachable

DOWN = HubUnreachable("down")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def cache(
    *, entries: int = 2, fresh: float = 10, stale: float = 0, total_bytes: float = 100
) -> tuple[Cache[str, int], Clock]:
    clock = Clock()
    made: Cache[str, int] = Cache(
        entries=entries,
        fresh_seconds=fresh,
        stale_seconds=stale,
        backoff_seconds=5,
        total_bytes=total_bytes,
        clock=clock,
    )
    return made, clock


def test_a_value_is_fresh_until_it_expires() -> None:
    values, clock = cache(fresh=10)
    values.put("a", 1)

    clock.now = 9.9
    assert values.fresh("a") == 1
    clock.now = 10
    assert values.fresh("a") is None


def test_a_stale_copy_has_its_age_and_a_limit() -> None:
    values, clock = cache(fresh=10, stale=30)
    values.put("a", 1)
    clock.now = 29
    copy = values.stale_copy("a")
    clock.now = 31

    assert copy is not None
    assert (copy.value, copy.age_seconds) == (1, 29)
    assert values.stale_copy("a") is None


def test_without_stale_seconds_there_are_no_stale_copies() -> None:
    values, clock = cache(fresh=10, stale=0)
    values.put("a", 1)
    clock.now = 1

    assert values.stale_copy("a") is None
    assert values.copy("a") is not None


def test_age_counts_from_the_time_at_which_the_source_confirmed_the_value() -> None:
    values, clock = cache(fresh=10)
    as_of = values.now()
    clock.now = 4  # the source took four seconds
    values.put("a", 1, as_of=as_of)
    clock.now = 10

    assert values.fresh("a") is None


def test_the_least_recently_used_goes_first() -> None:
    values, _ = cache(entries=2)
    values.put("a", 1)
    values.put("b", 2)
    values.fresh("a")
    values.put("c", 3)

    assert (values.fresh("a"), values.fresh("b"), values.fresh("c")) == (1, None, 3)


def test_a_value_replaces_an_earlier_one() -> None:
    values, clock = cache(fresh=10)
    values.put("a", 1)
    clock.now = 9
    values.put("a", 2)
    clock.now = 18

    assert values.fresh("a") == 2


def test_nothing_is_kept_without_time_or_room() -> None:
    for values, _ in (cache(fresh=0), cache(entries=0)):
        values.put("a", 1)
        assert values.copy("a") is None


def test_a_removed_value_is_gone() -> None:
    values, _ = cache()
    values.put("a", 1)
    values.remove("a")
    values.remove("never there")

    assert values.copy("a") is None


def test_values_make_room_for_others_by_their_size() -> None:
    values, _ = cache(entries=10, total_bytes=100)
    for key, value in (("a", 1), ("b", 2), ("c", 3)):
        values.put(key, value, size_bytes=40)

    assert [values.fresh(key) for key in "abc"] == [None, 2, 3]


def test_the_room_of_replaced_removed_and_expired_values_is_used_again() -> None:
    values, clock = cache(entries=10, fresh=10, total_bytes=100)
    for turn in range(3):
        clock.now = 10 * turn
        for key in ("a", "b"):
            values.put(key, turn, size_bytes=20)
            values.put(key, turn, size_bytes=40)
        values.remove("a")
        values.put("a", turn, size_bytes=40)

        assert (values.fresh("a"), values.fresh("b")) == (turn, turn)


def test_a_value_larger_than_all_room_is_not_kept() -> None:
    values, _ = cache(total_bytes=100)
    values.put("a", 1, size_bytes=101)

    assert values.fresh("a") is None


def test_a_failure_is_remembered_for_the_backoff_or_the_stated_seconds() -> None:
    values, clock = cache()
    values.put_error("a", DOWN)
    values.put_error("b", DOWN, seconds=100)
    clock.now = 4.9
    assert str(values.error("a")) == "down"
    clock.now = 5
    assert values.error("a") is None
    assert values.error("b") is not None


def test_a_value_ends_the_backoff_of_its_key() -> None:
    values, _ = cache()
    values.put_error("a", DOWN)
    values.put_error("b", DOWN)
    values.put("a", 1)

    assert values.error("a") is None
    assert values.error("b") is not None


def test_a_failure_leaves_the_stale_copy() -> None:
    values, _ = cache(stale=30)
    values.put("a", 1)
    values.put_error("a", DOWN)

    assert values.stale_copy("a") is not None


def test_a_remembered_failure_states_the_rest_of_the_wait() -> None:
    values, clock = cache()
    values.put_error("a", HubRateLimited(retry_after_seconds=40), seconds=100)
    clock.now = 10
    error = values.error("a")

    assert error is not None
    assert error.headers == {"Retry-After": "30"}


def test_a_remembered_failure_has_no_traceback() -> None:
    """It would refer to everything in scope, the caller's token included."""
    values, _ = cache()
    try:
        raise DOWN
    except HubUnreachable as error:
        values.put_error("a", error)
    remembered = values.error("a")

    assert remembered is not None
    assert remembered.__traceback__ is None
