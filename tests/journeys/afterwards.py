"""The calls afterwards, four more weeks of diary, and the signed review."""

from __future__ import annotations

from datetime import timedelta

from clearhead.clinic.diary.models import Day
from clearhead.clinic.recovery.models import CallAttempt, Discharge
from clearhead.clinic.review.models import Review
from tests.journeys.house import PIN, House

MILDER = (0, 1, 0, 0, 0, 1, 0)


def call(house: House) -> None:
    """Every call the protocol asks for after the last session, when it is due."""
    session = house.sessions[-1]
    left = Discharge.standing().get(session=session)
    house.diary_pattern = MILDER
    asked = [one for one in house.world.protocol.review.follow_up if one.after == "session"]
    for one in asked:
        house.until(left.happened_at + timedelta(hours=float(one.after_h)))
        nurse = house.staff("nurse")
        listed = nurse.open("recovery-calls", house.slug)
        page = nurse.open(next(url for url in listed.links_to("/call/") if str(session.code) in url and one.id in url))
        form = page.form("reached")
        harms = {name: "no" for name in form.names - {"reached", "note", "pain", "client_id"} if not _hidden(name)}
        pain = {"pain": 1} if "pain" in form.names else {}
        nurse.send(form, reached="yes", **harms, **pain, note="Slept well.")
    assert CallAttempt.standing().filter(session=session, reached=True).count() == len(asked)


def _hidden(name: str) -> bool:
    return name in {"csrfmiddlewaretoken", "form_for"}


def look_back(house: House) -> None:
    """28 days after the last session the prescriber signs what the diary says."""
    last = house.sessions[-1].booking
    assert last is not None
    house.until(last.starts_at + timedelta(days=30))
    assert Day.standing().count() == len(house.days_answered)
    prescriber = house.staff("prescriber")
    page = prescriber.open("review-course", house.course.code)
    assert "28 of 28 dates answered before, 28 of 28 after" in page.text
    prescriber.send(page.form("next_step"), next_step=Review.NextStep.WATCH, harms_asked="on", secret=PIN)
    assert Review.standing().get().response
