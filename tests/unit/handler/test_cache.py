"""What is remembered, and for how long."""

from handler.cache import ExpiringCache


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def cache(
    *, entries: int = 2, seconds: float = 10, total_bytes: float = 100
) -> tuple[ExpiringCache[str, int], Clock]:
    clock = Clock()
    made: ExpiringCache[str, int] = ExpiringCache(
        entries=entries, seconds=seconds, total_bytes=total_bytes, clock=clock
    )
    return made, clock


def test_a_value_is_found_until_it_is_too_old() -> None:
    values, clock = cache()
    values.put("a", 1)

    clock.now = 9.9
    assert values.get("a") == 1
    clock.now = 10
    assert values.get("a") is None


def test_the_least_recently_used_goes_first() -> None:
    values, _ = cache(entries=2)
    values.put("a", 1)
    values.put("b", 2)
    values.get("a")
    values.put("c", 3)

    assert (values.get("a"), values.get("b"), values.get("c")) == (1, None, 3)


def test_a_newer_value_takes_the_place_of_the_older() -> None:
    values, clock = cache()
    values.put("a", 1)
    clock.now = 9
    values.put("a", 2)
    clock.now = 18

    assert values.get("a") == 2


def test_nothing_is_kept_for_no_time_or_in_no_room() -> None:
    for values, _ in (cache(seconds=0), cache(entries=0)):
        values.put("a", 1)
        assert values.get("a") is None


def test_a_value_may_last_longer_or_shorter_than_usual() -> None:
    values, clock = cache(seconds=10)
    values.put("short", 1, seconds=1)
    values.put("long", 2, seconds=100)
    clock.now = 50

    assert (values.get("short"), values.get("long")) == (None, 2)


def test_what_is_removed_is_forgotten() -> None:
    values, _ = cache()
    values.put("a", 1)
    values.remove("a")
    values.remove("never there")

    assert values.get("a") is None


def test_values_make_room_for_others_by_their_size() -> None:
    values, _ = cache(entries=10, total_bytes=100)
    values.put("a", 1, size_bytes=40)
    values.put("b", 2, size_bytes=40)
    values.put("c", 3, size_bytes=40)

    assert [values.get(key) for key in "abc"] == [None, 2, 3]


def test_the_room_of_what_is_gone_is_used_again() -> None:
    values, clock = cache(entries=10, seconds=10, total_bytes=100)
    for round_of_three in range(3):
        clock.now = 10 * round_of_three
        for key in ("a", "b"):
            values.put(key, round_of_three, size_bytes=20)
            values.put(key, round_of_three, size_bytes=40)
        values.remove("a")
        values.put("a", round_of_three, size_bytes=40)

        assert (values.get("a"), values.get("b")) == (round_of_three, round_of_three)


def test_a_value_larger_than_all_room_is_not_kept() -> None:
    values, _ = cache(total_bytes=100)
    values.put("a", 1, size_bytes=101)

    assert values.get("a") is None
