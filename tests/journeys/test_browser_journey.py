"""One patient and one nurse before real screens, with script and with script switched off.

The patient books a first talk and answers the diary; the nurse charts a set and a lower rate on the running infusion,
ends it, and lets the patient go home. The hours between are told to the service's one clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clearhead.clinic.diary.models import Day
from clearhead.clinic.infusion.models import Access, Infusion, Observation, RateChange, Responsible
from clearhead.clinic.plan.models import Escort, Session
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.schedule.models import Booking
from tests import cast
from tests.cast import member, petra
from tests.clinic.infusion import room
from tests.clinic.schedule.conftest import furnish, phone_call

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]
SignIn = Callable[[Any, Any], None]
"""A journey asks for many pages; on a busy machine the first ones take their time."""
SIGNS = {"Heart rate": "74", "Blood pressure": "122/74", "Breaths": "14"}


@dataclass
class Hours:
    """How far the service's clock is ahead of the wall's."""

    ahead: timedelta = timedelta(0)

    def pass_minutes(self, minutes: float) -> None:
        """Time goes by in no time."""
        self.ahead += timedelta(minutes=minutes)


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    """The service's one clock, which can be put forward."""
    told, real = Hours(), timezone.now
    monkeypatch.setattr("django.utils.timezone.now", lambda: real() + told.ahead)
    return told


@pytest.fixture
def clinic(transactional_db: None) -> None:
    """Mesa with its chairs and hours; Petra is known there."""
    phone_call(furnish(cast.mesa()))
    petra()


def book_a_talk(page: Page) -> None:
    """Six small questions, no account."""
    page.goto("/welcome/")
    page.get_by_role("link", name="Book a first talk").click()
    page.get_by_role("link", name="Phone call").click()
    page.locator(".choices-grid a").nth(1).click()
    page.locator(".times button").first.click()
    page.get_by_label("First name").fill("Petra")
    page.get_by_label("Last name").fill("Lindqvist")
    page.get_by_label("Date of birth").fill("1984-03-14")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Phone").fill("555 0142")
    page.get_by_role("button", name="Book this time").click()
    page.get_by_role("heading", name="Your appointment is booked").wait_for()
    assert Booking.objects.get(status="booked").patient == petra()


def answer_the_diary(page: Page) -> None:
    """One tap is a complete answer."""
    page.goto("/diary/")
    page.get_by_role("button", name="Moderate").click()
    page.locator("[data-saved]", has_text="saved to the clinic").wait_for()
    assert [row.answer for row in Day.standing().filter(patient=petra())] == [2]


def running(now: datetime) -> Session:
    """The pump has run for an hour at 0.15 mg/kg/h; Nina answers for the chair, Jonas waits at home."""
    session = room.running(at=now - timedelta(minutes=60), ml_per_h="10.5")
    for model, more in (
        (Responsible, {"nurse": member("nina")}),
        (Access, {"body_site": "forearm", "side": "left", "gauge": 22}),
        (Escort, {"name": "Jonas", "phone": "555 0199", "reached_at": now, "may_be_told": True}),
    ):
        when = now - timedelta(minutes=70)
        model.objects.create(
            session=session, happened_at=when, recorded_at=when, recorded_by=member("nina"), **more
        )  # fmt: skip
    return session


def core_set(page: Page) -> None:
    """The core set in the order of the monitor."""
    for label, value in SIGNS.items():
        page.locator("#core").get_by_label(label).fill(value)
    page.locator("#c-spo2").fill("98")
    page.locator("#c-o2").fill("0")
    page.locator("#core label", has_text="alert").click()
    page.get_by_role("button", name="Save set").click()


def charted(session: Session) -> list[int | None]:
    """The heart rates charted in this test."""
    return [row.hr for row in Observation.standing().filter(session=session, phase="infusion")]


def rates(session: Session) -> list[Decimal]:
    """What the pump was set to, one after the other, in mL/h."""
    rows = RateChange.standing().filter(session=session).order_by("happened_at", "pk")
    return [row.pump_ml_per_h for row in rows]


def end_the_infusion(page: Page, session: Session) -> None:
    """Ended as planned, and the pump seen standing still."""
    page.goto(f"/infusion/{session.code}/end/")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Pump state not confirmed").first.wait_for()
    page.get_by_label("mL on the pump").fill("11")
    page.get_by_role("button", name="Pump seen stopped").click()
    page.get_by_text("Pump state not confirmed").first.wait_for(state="detached")
    assert Infusion.objects.get(session=session).ended_at is not None


def recovery_set(page: Page) -> None:
    """One set in recovery."""
    form = page.locator("#set form")
    signs = {"hr": "72", "spo2": "98", "o2_l_per_min": "0", "bp": "122/74", "rr": "14", "pain": "3", "nausea": "0"}
    for name, value in {**signs, "dissociation": "0"}.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("[name=sedation]").select_option("0")
    form.locator("[name=iv_site]").select_option("clear")
    form.get_by_role("button", name="Save set").click()
    page.get_by_text("saved to the clinic").first.wait_for()
    expect(form.locator("[name=hr]")).to_have_value("")  # what was refused would still stand there


def let_go(page: Page, session: Session, hours: Hours) -> None:
    """Two sets, the score, catheter and escort, and home with the criteria met."""
    recovery_set(page)
    hours.pass_minutes(6)
    recovery_set(page)
    page.get_by_role("button", name="It is out, the site is dry").click()
    page.locator("#catheter .chip.ok").wait_for()
    page.locator("#escort").get_by_label("Name, as the person says it").fill("Jonas")
    page.get_by_role("button", name="The escort stands here").click()
    page.locator("#escort .chip.ok").wait_for()
    score = page.locator("#score form")
    for best in ("within 20 %", "steady, no dizziness", "little or none", "little, or bearable"):
        score.get_by_text(best).click()
    for group in ("Knows who", "Walked here", "Feels present", "Can drink", "I can go home with this pain"):
        score.get_by_role("group", name=group).get_by_text("yes", exact=True).click()
    score.get_by_label("Pain now").fill("3")
    if score.get_by_label("Pain on arrival").count():
        score.get_by_label("Pain on arrival").fill("7")
    score.get_by_role("button", name="Save score").click()
    page.locator("#part-score .chip.ok").wait_for()
    leave = page.locator("#leave form")
    leave.get_by_text("criteria met", exact=True).click()
    leave.get_by_label("Patient and escort have read").check()
    leave.get_by_role("button", name="The patient leaves").click()
    page.get_by_role("link", name="Print the sheet").wait_for()
    assert Discharge.standing().get(session=session).disposition == "criteria_met"


def test_patient_and_nurse_go_the_whole_way_with_script(
    clinic: None, hours: Hours, page: Page, phone: Page, sign_in: SignIn
) -> None:
    book_a_talk(phone)
    sign_in(phone, petra().user)
    answer_the_diary(phone)

    session = running(timezone.now())
    sign_in(page, member("nina"))
    page.goto(f"/infusion/{session.code}/")
    core_set(page)
    page.get_by_text("saved to the clinic").wait_for()
    assert charted(session) == [74]
    page.get_by_role("link", name="Rate ±").click()
    page.locator("#face-rate summary", has_text="Another rate").click()
    page.locator("#own-value").fill("7")
    page.locator("#face-rate").get_by_role("button", name="mL/h", exact=True).click()
    page.locator("[data-back=pump_ml_per_h]", has_text="7").wait_for()
    page.get_by_role("button", name="The pump shows it").click()
    page.locator("#part-strip .rate-now strong", has_text="7 mL/h").wait_for()
    assert rates(session) == [Decimal("10.5"), Decimal(7)]

    end_the_infusion(page, session)
    hours.pass_minutes(130)
    sign_in(page, member("nina"))
    page.goto(f"/recovery/{session.code}/")
    let_go(page, session, hours)


def test_patient_and_nurse_go_the_whole_way_without_script(
    clinic: None, hours: Hours, plain: Page, open_page: Callable[..., Page], sign_in: SignIn
) -> None:
    small = open_page(width=360, height=740, script=False)
    book_a_talk(small)
    sign_in(small, petra().user)
    answer_the_diary(small)

    session = running(timezone.now())
    sign_in(plain, member("nina"))
    plain.goto(f"/infusion/{session.code}/")
    core_set(plain)
    plain.get_by_role("link", name="Rate ±").click()
    assert charted(session) == [74]
    plain.get_by_label("Rate", exact=True).fill("7")
    plain.get_by_label("mL/h", exact=True).check()
    plain.get_by_role("button", name="The pump shows it").click()
    plain.locator("#part-strip .rate-now strong", has_text="7 mL/h").wait_for()
    assert rates(session) == [Decimal("10.5"), Decimal(7)]

    end_the_infusion(plain, session)
    hours.pass_minutes(130)
    sign_in(plain, member("nina"))
    plain.goto(f"/recovery/{session.code}/")
    let_go(plain, session, hours)
