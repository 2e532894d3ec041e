"""All sessions of an order as one: proposed, booked, moved, cancelled; letters follow."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.capacity.series import Pattern
from clearhead.clinic.audit.models import Event
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people import guard
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.people.models import Signature
from clearhead.clinic.plan import actions, queries, series
from clearhead.clinic.plan.models import Session
from clearhead.clinic.policy.queries import protocol_of
from clearhead.clinic.schedule import actions as schedule
from clearhead.clinic.schedule.errors import BookingRefused, SlotTaken
from clearhead.clinic.schedule.models import Booking, Occupancy
from tests import builders
from tests.cast import AT_TEN, PIN, member, petra, quentin
from tests.clinic.plan import house

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    house.suitable()
    return house.signed()


def booked(order):
    house.agreed(order)
    return actions.book_series(order=order, by=member("fern"), at=AT_TEN)


def waiting(session):
    return Outgoing.objects.filter(about_code=str(session.code), withdrawn_at__isnull=True)


def test_a_proposal_gives_every_session_its_chair_time_and_the_time_to_go_home(order):
    found = series.propose(order, first_day=series.earliest_first_day(order, AT_TEN), at=AT_TEN)

    slots = series.slots_of(order, found[0])
    times = series.chair_time(order)
    assert [slot.number for slot in slots] == list(range(1, order.sessions + 1))
    assert all(slot.home_at - slot.starts_at == timedelta(minutes=series.home_minutes(times)) for slot in slots)
    assert all(slot.free_again_at - slot.home_at == timedelta(minutes=times.turnover) for slot in slots)
    assert all(slot.chair.startswith("chair") for slot in slots)
    assert all(slot.starts_at.astimezone(order.site.tz).weekday() < 5 for slot in slots)


@pytest.mark.parametrize("weekday", range(5))
@pytest.mark.parametrize("late", [False, True])
def test_twice_a_week_is_never_three_times_in_one_week(weekday, late):
    shipped = protocol_of(builders.protocol_version("short-total-dose")).series
    pattern = Pattern(shipped.gap_days_min, shipped.gap_days_max, "use" if shipped.weekends else "skip")
    days = [date(2026, 11, 23) + timedelta(days=weekday)]
    for _session in range(shipped.sessions - 1):
        days.append(pattern.next_days(days[-1])[-1 if late else 0])

    weeks = [day.isocalendar().week for day in days]
    assert shipped.pattern == "twice a week"
    assert max(weeks.count(week) for week in weeks) == 2


def test_the_series_takes_chair_nurse_prescriber_and_patient_in_every_phase(order):
    session = booked(order)[0]

    taken = {(one.phase, one.resource.kind) for one in session.booking.occupancies.all()}

    assert {phase for phase, _ in taken} == {"set_up", "infusion", "recovery", "turnover"}
    assert {"chair", "nurse_share", "clinician", "patient"} <= {kind for _, kind in taken}


def test_one_taken_slot_books_nothing_at_all(order):
    starts = house.agreed(order)
    other = builders.session(petra(), number=9, starts_at=starts[2], signed=order)
    Session.objects.filter(pk=other.pk).update(cancelled_at=AT_TEN)
    from clearhead.clinic.schedule.taking import patient_resource

    mine = patient_resource(petra())
    Occupancy.objects.create(
        booking=other.booking, resource=mine, phase="x", starts_at=starts[2], ends_at=starts[2] + timedelta(hours=1)
    )

    with pytest.raises(SlotTaken):
        actions.book_series(order=order, by=member("fern"), at=AT_TEN)

    assert not queries.sessions_of(order).exists()
    assert Booking.objects.exclude(pk=other.booking.pk).count() == 0


def test_starts_that_are_too_few_or_too_close_are_refused(order):
    starts = house.agreed(order)

    with pytest.raises(BookingRefused, match="one per session"):
        actions.agree_starts(order=order, starts=starts[:-1], by=None, at=AT_TEN)
    with pytest.raises(BookingRefused, match="closer together"):
        actions.agree_starts(order=order, starts=[starts[0]] * len(starts), by=None, at=AT_TEN)


def preparations():
    rows = Outgoing.objects.filter(template="preparation", withdrawn_at__isnull=True)
    return [(letter.due_at, letter.about_code, letter.subject) for letter in rows.order_by("due_at", "pk")]


def test_booking_queues_one_preparation_letter_per_moment_of_the_protocol_that_is_still_ahead(order):
    session = booked(order)[0]

    due = {letter.due_at for letter in waiting(session)}
    hours = queries.protocol_of(order).preparation.messages_at_h
    moments = {session.booking.starts_at - timedelta(hours=float(each)) for each in hours}
    assert due == {each for each in moments if each > AT_TEN} < moments
    assert Outgoing.objects.filter(template="series_booked", withdrawn_at__isnull=True).count() == 1


def test_no_two_preparation_letters_go_out_at_one_minute_and_each_names_its_day(order):
    sessions = booked(order)

    found = preparations()
    moments = [due for due, _about, _subject in found]
    assert len(moments) == len(set(moments))
    assert AT_TEN not in moments, "the letter with all the dates goes out then"
    for session in sessions:
        day = f"{session.booking.starts_at.astimezone(order.site.tz):%a %-d %b}"
        own = [subject for _due, about, subject in found if about == str(session.code)]
        assert own
        assert set(own) == {f"Before your appointment on {day}"}


def test_a_visit_that_is_booked_at_the_last_minute_still_gets_its_letter(order):
    session = booked(order)[0]
    for hours, left in ((1, []), (20, [2])):
        late = session.booking.starts_at - timedelta(hours=hours)

        actions.queue_preparation(session=session, by=member("fern"), at=late)

        later = [session.booking.starts_at - timedelta(hours=each) for each in left]
        assert [due for due, about, _subject in preparations() if about == str(session.code)] == [late, *later]


def test_a_move_sends_all_dates_anew_in_one_letter_and_no_preparation_at_once(order):
    sessions = booked(order)
    later = AT_TEN + timedelta(minutes=5)
    week = sessions[0].booking.starts_at + timedelta(days=7)

    actions.move_sessions(session=sessions[0], starts_at=week, scope="all", by=member("fern"), at=later)

    letter = Outgoing.objects.get(template="series_booked", withdrawn_at__isnull=True)
    assert letter.due_at == later
    for session in queries.sessions_of(order):
        assert f"{session.booking.starts_at.astimezone(order.site.tz):%a %-d %b, %H:%M}" in letter.text
    moments = [due for due, _about, _subject in preparations()]
    assert len(moments) == len(set(moments))
    assert later not in moments


@pytest.mark.parametrize(("scope", "moved"), [("one", [2]), ("rest", [2, 3, 4]), ("all", [1, 2, 3, 4])])
def test_moving_means_this_one_the_rest_or_all(order, scope, moved):
    sessions = booked(order)
    before = {one.number: one.booking.starts_at for one in sessions}
    week = timedelta(days=7)

    said = {"by": member("dario"), "at": AT_TEN, "reason": "she has a cold", "secret": PIN}
    actions.move_sessions(session=sessions[1], starts_at=before[2] + week, scope=scope, **said)

    after = {one.number: one.booking.starts_at for one in queries.sessions_of(order)}
    assert {number: after[number] - before[number] for number in before} == {
        number: week if number in moved else timedelta(0) for number in before
    }


def test_a_moved_session_gets_its_preparation_in_new_clock_times(order):
    session = booked(order)[0]
    old = set(waiting(session).values_list("due_at", flat=True))
    new_start = session.booking.starts_at + timedelta(days=14)

    said = {"by": member("dario"), "at": AT_TEN, "reason": "she has a cold", "secret": PIN}
    actions.move_sessions(session=session, starts_at=new_start, scope="one", **said)
    session = Session.objects.get(pk=session.pk)

    assert set(waiting(session).values_list("due_at", flat=True)).isdisjoint(old - {AT_TEN})
    by_kind = {item.kind: item.at for item in queries.sheet_of(session, AT_TEN).items}
    assert by_kind["last_clear_drink"] == new_start - timedelta(hours=2)


def test_a_move_closer_together_than_the_order_says_is_refused_whoever_asks(order):
    sessions = booked(order)
    before = [one.booking.starts_at for one in sessions]
    said = {"by": member("dario"), "at": AT_TEN, "reason": "in a hurry", "secret": PIN}

    with pytest.raises(BookingRefused, match="0 days apart; the order says at least 1"):
        actions.move_sessions(session=sessions[0], starts_at=before[1] + timedelta(hours=4), scope="one", **said)

    assert [one.booking.starts_at for one in queries.sessions_of(order)] == before


def test_a_move_further_apart_than_the_order_says_needs_a_prescribers_signed_reason(order):
    sessions = booked(order)
    before = [one.booking.starts_at for one in sessions]
    said = {"session": sessions[2], "starts_at": before[2] + timedelta(days=7), "scope": "rest", "at": AT_TEN}

    with pytest.raises(actions.ReasonAsked, match=r"at most 3\. Only a prescriber"):
        actions.move_sessions(**said, by=member("fern"), reason="ill", secret=PIN)
    with pytest.raises(actions.ReasonAsked, match="Write the reason"):
        actions.move_sessions(**said, by=member("dario"), secret=PIN)
    with pytest.raises(SignatureRefused):
        actions.move_sessions(**said, by=member("dario"), reason="ill", secret="9999")
    assert [one.booking.starts_at for one in queries.sessions_of(order)] == before

    actions.move_sessions(**said, by=member("dario"), reason="ill", secret=PIN)
    kept = Event.objects.get(verb="move sessions").body
    assert kept["reason"] == "ill"
    assert Signature.objects.filter(pk=kept["signature"], signer=member("dario")).exists()


def test_a_move_past_the_end_of_the_decision_needs_a_reason_too(order):
    sessions = booked(order)
    gone = order.decision.expires_on - sessions[0].booking.starts_at.date() + timedelta(days=7)
    late = sessions[0].booking.starts_at + timedelta(days=gone.days // 7 * 7)
    said = {"session": sessions[0], "starts_at": late, "scope": "all", "at": AT_TEN}

    with pytest.raises(actions.ReasonAsked, match="when the decision ends"):
        actions.move_sessions(**said, by=member("fern"))

    actions.move_sessions(**said, by=member("dario"), reason="decides anew in the week before", secret=PIN)


def test_a_move_that_does_not_fit_moves_none(order):
    sessions = booked(order)
    before = [one.booking.starts_at for one in sessions]
    saturday = before[0] + timedelta(days=(5 - before[0].astimezone(order.site.tz).weekday()) % 7)

    with pytest.raises(BookingRefused):
        actions.move_sessions(session=sessions[0], starts_at=saturday, scope="all", by=member("fern"), at=AT_TEN)

    assert [one.booking.starts_at for one in queries.sessions_of(order)] == before


@pytest.mark.parametrize(("scope", "left"), [("one", [1, 3, 4]), ("rest", [1]), ("all", [])])
def test_cancelling_frees_the_chairs_and_takes_the_letters_back(order, scope, left):
    sessions = booked(order)

    gone = actions.cancel_sessions(session=sessions[1], scope=scope, why="travels", by=member("fern"), at=AT_TEN)

    assert [one.number for one in queries.sessions_of(order)] == left
    for session in gone:
        assert not session.booking.occupancies.filter(released_at__isnull=True).exists()
        assert not waiting(session).exists()
    assert queries.missing_numbers(order) == [one for one in (1, 2, 3, 4) if one not in left]


def test_the_visits_of_a_patient_are_nobody_elses(order):
    booked(order)

    assert [visit.slot.number for visit in queries.visits_of(petra(), AT_TEN)] == [1, 2, 3, 4]
    assert queries.visits_of(quentin(), AT_TEN) == []


def test_the_list_of_a_day_names_the_chair(order):
    session = booked(order)[0]
    day = order.site.today(session.booking.starts_at)

    rows = queries.visits_on(order.site, day)

    assert [row.session for row in rows] == [session]
    assert rows[0].slot.chair.startswith("chair")


def test_a_session_nobody_came_to_is_planned_again(order):
    missed = booked(order)[0]
    schedule.record_visit_event(
        booking=missed.booking, kind="no_show", by=member("fern"), at=missed.booking.starts_at + timedelta(hours=1)
    )
    later = missed.booking.starts_at + timedelta(hours=2)
    assert queries.missing_numbers(order) == [1]

    again = actions.book_series(
        order=order, by=member("fern"), at=later, starts=[missed.booking.starts_at + timedelta(days=7)]
    )

    assert [one.number for one in again] == [1]
    assert queries.missing_numbers(order) == []


def test_a_changed_order_does_not_ask_for_sessions_that_were_held_under_the_earlier_one(order):
    first = booked(order)[0]
    end = first.booking.ends_at
    schedule.record_visit_event(booking=first.booking, kind="left", by=member("nina"), at=end)

    new = actions.sign_order(
        course=order.course, draft=house.draft(end), secret=PIN, by=member("dario"), at=end, corrects=order
    )

    assert queries.missing_numbers(new) == []
    assert [one.number for one in queries.sessions_of(new)] == [2, 3, 4]
    assert Session.objects.get(pk=first.pk).order == order


@pytest.fixture
def ends_soon(order):
    """The decision ends before the second of the sessions that Petra and Fern find."""
    starts = found_starts(order)
    ends = order.site.today(starts[1]) - timedelta(days=1)
    builders.decision(petra(), at=AT_TEN, expires_on=ends)
    return starts


def found_starts(order):
    found = series.propose(order, first_day=series.earliest_first_day(order, AT_TEN), at=AT_TEN, wanted=1)
    return [one.offer.start for one in found[0].sessions if one.offer]


def test_dates_past_the_end_of_the_decision_need_a_prescribers_signed_reason_as_a_move_does(order, ends_soon):
    said = {"order": order, "starts": ends_soon, "at": AT_TEN}

    with pytest.raises(actions.ReasonAsked, match=r"Session 2 would lie after .* Only a prescriber can agree"):
        actions.agree_starts(**said, by=member("fern"), reason="ill", secret=PIN)
    with pytest.raises(actions.ReasonAsked, match="Write the reason"):
        actions.agree_starts(**said, by=member("dario"), secret=PIN)
    with pytest.raises(SignatureRefused):
        actions.agree_starts(**said, by=member("dario"), reason="decides anew", secret="9999")
    with pytest.raises(actions.ReasonAsked):
        actions.book_series(**said, by=member("fern"))
    assert queries.agreed_starts(order) == []
    assert not queries.sessions_of(order)

    actions.agree_starts(**said, by=member("dario"), reason="decides anew in the week before", secret=PIN)
    kept = Event.objects.get(verb="agree starts").body
    assert kept["reason"] == "decides anew in the week before"
    assert Signature.objects.filter(pk=kept["signature"], signer=member("dario")).exists()
    assert len(actions.book_series(order=order, by=member("fern"), at=AT_TEN)) == len(ends_soon)


def test_the_same_prescriber_gives_a_reason_a_second_time(order, ends_soon):
    said = {"by": member("dario"), "secret": PIN, "at": AT_TEN}
    for reason in ("decides anew", "she asked for the same days after all"):
        actions.agree_starts(order=order, starts=ends_soon, reason=reason, **said)
    session = actions.book_series(order=order, by=member("fern"), at=AT_TEN)[-1]
    for week, reason in ((1, "ill"), (2, "still ill")):
        moved = {"starts_at": ends_soon[-1] + timedelta(days=7 * week), "scope": "one"}
        session = actions.move_sessions(session=session, reason=reason, **moved, **said)[0]
        session = Session.objects.get(pk=session.pk)

    assert Signature.objects.filter(signer=member("dario"), meaning="dates past the decision").count() == 2
    assert Signature.objects.filter(signer=member("dario"), meaning="move outside the order").count() == 2


def test_the_page_of_dates_asks_a_prescriber_for_the_reason_and_tells_the_desk_who_may(order, ends_soon, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AT_TEN)
    address, pages = reverse("plan-dates", args=[order.code]), {}
    said = {guard.FIELD: guard.token(order.course.patient), "starts": " ".join(one.isoformat() for one in ends_soon)}
    for name in ("fern", "dario"):
        client = Client()
        client.force_login(member(name))
        answer = client.post(address, said)
        assert answer.status_code == 422
        pages[name] = answer.content.decode()

    assert "Only a prescriber can agree on these dates" in pages["fern"]
    assert 'name="secret"' not in pages["fern"]
    assert "Why they lie after the end of the decision" in pages["dario"]

    again = client.post(address, {**said, "reason": "decides anew", "secret": PIN})

    assert again.status_code == 303
    assert queries.agreed_starts(order) == ends_soon
