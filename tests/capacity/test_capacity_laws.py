"""Laws of booking, on generated clinics: nothing overlaps, nothing is lost, nothing free is hidden."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from clearhead.capacity.hours import Occupied, free_time
from clearhead.capacity.phases import Resource, Visit, phase
from clearhead.capacity.slots import Offer, free_starts, starts, why_not
from tests.capacity.clinic_day import MONDAY, NEW_YORK, NINE_TO_FIVE, clock, local, whole_day

DAY = whole_day(NEW_YORK, MONDAY)
OPEN = local(NEW_YORK, MONDAY, 9), local(NEW_YORK, MONDAY, 17)
HOUR = timedelta(hours=1)

TEXTS = (
    "chair",
    "chair + nurse_share",
    "chair[private] + nurse_share",
    "chair + 2 nurse_share",
    "chair + chair[private]",
)
visits = st.lists(st.tuples(st.sampled_from([15, 30, 60, 90]), st.sampled_from(TEXTS)), min_size=1, max_size=3).map(
    lambda rows: Visit(tuple(phase(f"phase_{n}", minutes, text) for n, (minutes, text) in enumerate(rows)))
)


@st.composite
def clinics(draw) -> list[Resource]:
    private = draw(st.lists(st.booleans(), min_size=1, max_size=3))
    chairs = [Resource(f"chair-{n}", "chair", frozenset({"private"} if p else ())) for n, p in enumerate(private)]
    return chairs + [Resource(f"share-{n}", "nurse_share") for n in range(draw(st.integers(0, 3)))]


@st.composite
def occupations(draw, resources: list[Resource]) -> list[Occupied]:
    rows = []
    for _ in range(draw(st.integers(0, 6))):
        begin = DAY[0] + timedelta(minutes=15 * draw(st.integers(30, 66)))
        length = timedelta(minutes=15 * draw(st.integers(1, 12)))
        rows.append(Occupied(draw(st.sampled_from(resources)).code, begin, begin + length))
    return rows


def overlaps(a_start: datetime, a_end: datetime, b_start: datetime, b_end: datetime) -> bool:
    return a_start < b_end and b_start < a_end


def assert_honest(offer: Offer, visit: Visit, occupied: list[Occupied]) -> None:
    assert offer.end - offer.start == timedelta(minutes=visit.minutes)
    assert OPEN[0] <= offer.start < offer.end <= OPEN[1]
    rows = offer.assignments
    assert len(rows) == len(visit.demands())
    for n, row in enumerate(rows):
        assert not any(
            row.resource == other.resource and overlaps(row.starts_at, row.ends_at, other.starts_at, other.ends_at)
            for other in [*occupied, *rows[:n]]
        )


@given(st.data(), clinics(), visits)
@settings(max_examples=60)
def test_an_offer_takes_only_what_is_free_and_nothing_twice(data, resources, visit) -> None:
    occupied = data.draw(occupations(resources))

    for offer in free_starts(visit, NINE_TO_FIVE, occupied, resources, DAY, NEW_YORK):
        assert_honest(offer, visit, occupied)


def possible_by_trying_everything(visit: Visit, start: datetime, resources, occupied) -> bool:
    """An independent, slow answer for visits of one phase: try every order of resources."""
    end = start + timedelta(minutes=visit.minutes)
    if not OPEN[0] <= start < end <= OPEN[1]:
        return False
    wanted = [demand.need for demand in visit.demands()]
    free = [
        r
        for r in resources
        if not any(o.resource == r.code and overlaps(start, end, o.starts_at, o.ends_at) for o in occupied)
    ]
    return any(
        all(need.met_by(resource) for need, resource in zip(wanted, chosen, strict=True))
        for chosen in permutations(free, len(wanted))
    )


@given(st.data(), clinics(), st.sampled_from(TEXTS), st.sampled_from([30, 60, 120]))
@settings(max_examples=60)
def test_exactly_the_possible_starts_are_offered_and_the_others_have_a_reason(data, resources, text, minutes) -> None:
    visit = Visit((phase("infusion", minutes, text),))
    occupied = data.draw(occupations(resources))

    offered = {offer.start for offer in free_starts(visit, NINE_TO_FIVE, occupied, resources, DAY, NEW_YORK)}

    for start in starts(DAY, NEW_YORK, 30):
        possible = possible_by_trying_everything(visit, start, resources, occupied)
        assert (start in offered) == possible, clock(start, NEW_YORK)
        assert (why_not(visit, start, NINE_TO_FIVE, occupied, resources, NEW_YORK) == ()) == possible


def minutes_free(resources, occupied, now=None) -> dict[str, timedelta]:
    free = free_time(resources, NINE_TO_FIVE, occupied, DAY, NEW_YORK, now=now)
    return {code: sum((end - start for start, end in stretches), timedelta()) for code, stretches in free.items()}


@given(st.data(), clinics(), visits)
@settings(max_examples=40)
def test_free_and_booked_time_always_add_up_to_the_capacity_and_a_cancelled_booking_gives_all_back(
    data, resources, visit
) -> None:
    booked: list[Occupied] = []
    capacity = minutes_free(resources, [])
    while offers := free_starts(visit, NINE_TO_FIVE, booked, resources, DAY, NEW_YORK, step_min=60):
        chosen = data.draw(st.sampled_from(offers))
        booked += [Occupied(row.resource, row.starts_at, row.ends_at) for row in chosen.assignments]
        free = minutes_free(resources, booked)
        for code, whole in capacity.items():
            taken = sum((row.ends_at - row.starts_at for row in booked if row.resource == code), timedelta())
            assert free[code] + taken == whole

    assert minutes_free(resources, []) == capacity


@given(st.data(), clinics())
@settings(max_examples=40)
def test_a_hold_takes_as_much_as_a_booking_until_it_runs_out_and_nothing_after(data, resources) -> None:
    booked = data.draw(occupations(resources))
    runs_out = DAY[0]
    held = [Occupied(row.resource, row.starts_at, row.ends_at, hold_until=runs_out) for row in booked]

    assert minutes_free(resources, held, now=runs_out - HOUR) == minutes_free(resources, booked)
    assert minutes_free(resources, held, now=runs_out) == minutes_free(resources, [])
