"""What is remembered, and for how long."""

from handler.cache import ExpiringCache


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def cache(*, entries: int = 2, seconds: float = 10) -> tuple[ExpiringCache[str, int], Clock]:
    clock = Clock()
    return ExpiringCache(entries=entries, seconds=seconds, clock=clock), clock


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
