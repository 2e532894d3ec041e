"""The days of infusion: prepared at home, received, gated, infused, let go, page by page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from clearhead.clinic.infusion.models import GoNoGo, Infusion, Observation, RateChange
from clearhead.clinic.people.models import User
from clearhead.clinic.plan import queries as plans
from clearhead.clinic.plan.models import Escort, PreparationAnswer, Session, SessionSummary
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.schedule.models import VisitEvent
from clearhead.medicine.protocols.codes import DAY_QUESTIONS
from clearhead.medicine.protocols.dose import PlannedSegment
from tests.journeys.browsing import Form, Page, Visitor
from tests.journeys.house import PIN, House

KG = Decimal(70)
SLOW_MIN = 30
"""How often the nurse looks when nothing changes."""
CORE = {"hr": 74, "spo2": 98, "o2_l_per_min": 0, "bp": "122/74", "rr": 14, "sedation": "0"}
FULL = {**CORE, "pain": 4, "nausea": 0, "dissociation": 0, "iv_site": "clear"}
PAGE = "/infusion/{}/{}"


def have_every_session(house: House) -> None:
    """One after the other."""
    for session in house.sessions:
        prepare(house, session)
        receive(house, session)
        go(house, session)
        infuse(house, session)
        let_go(house, session)


def prepare(house: House, session: Session) -> None:
    """The patient's own sheet, first by the link that was sent, later signed in; the desk reaches the escort."""
    assert session.booking is not None
    house.until(session.booking.starts_at - timedelta(hours=20))
    at_home, link = Visitor(), house.letter("preparation", session.code)
    if session.number > 1:
        at_home = house.patient_at_home
        link = at_home.open("home-visits").link("Prepare this visit")
    page = at_home.open(link)
    at_home.send(page.form("e-name"), **{"e-name": "Alex Rehearsal", "e-phone": "555 0143", "e-may_be_told": True})
    page = at_home.open(link)
    at_home.send(page.form("a-read"), **{"a-read": "yes", "a-well": "no", "a-coming": "yes"})
    assert PreparationAnswer.standing().filter(session=session).count() == 3

    desk = house.staff("front_desk")
    page = desk.open("plan-session", session.code)
    desk.send(page.form("reached_at"), reached_at=house.local(house.now))
    assert Escort.standing().filter(session=session).last().reached_at is not None  # type: ignore[union-attr]


def receive(house: House, session: Session) -> None:
    """Confirmed, arrived, checked in by the desk; into the room by the nurse: the one button of the row."""
    assert session.booking is not None
    _step(house, session, "front_desk", "confirmed")
    house.until(session.booking.starts_at)
    for role, kind in (("front_desk", "arrived"), ("front_desk", "checked"), ("nurse", "roomed")):
        _step(house, session, role, kind)
        house.wait(3)
    kinds = VisitEvent.standing().filter(booking=session.booking).values_list("kind", flat=True)
    assert set(kinds) == {"confirmed", "arrived", "checked", "roomed"}


def _step(house: House, session: Session, role: str, kind: str) -> None:
    assert session.booking is not None
    desk, day = house.staff(role), session.booking.starts_at.astimezone(house.world.site.tz).date()
    page = desk.open(f"/home/{house.slug}/day/?day={day}")
    form = page.form(to=f"/booking/{session.booking.code}/event/")
    assert form.named("kind")[0].value == kind
    desk.send(form)


def go(house: House, session: Session) -> None:
    """Every gate of the day on its page, then the signature."""
    nurse, code = house.staff("nurse"), session.code
    page = nurse.open("home-day", house.slug)
    assert page.link("Go or no-go").endswith(PAGE.format(code, "go/"))
    nurse.send(nurse.open("infusion-take", code).form(button="I take this chair"))
    gap = house.world.protocol.start.baseline_gap_min
    for _n in range(house.world.protocol.start.baseline_sets):
        observe(house, session, FULL)
        house.wait(gap + 1)
    _answer(nurse, nurse.open("infusion-go", code), house, "exam_done")
    prescriber = house.staff("prescriber")
    page = prescriber.open("infusion-go", code)
    _answer_one(prescriber, page, "exam_done")
    prescriber.send(page.form(button="Prescriber is here"), "Prescriber is here")
    hang(house, session)
    page = nurse.open("infusion-go", code)
    nurse.send(page.form("go", "secret"), go="go", secret=PIN)
    assert GoNoGo.standing().filter(session=session, go=True).exists()


def _answer(nurse: Visitor, page: Page, house: House, but: str) -> None:
    """Weight, fasting, catheter, the list of the room, and every plain gate but one."""
    nurse.send(page.form("value", "unit", to="/weight/"), value=KG, unit="kg")
    last = house.local(house.now - timedelta(hours=14))
    nurse.send(page.form("light_meal_at"), light_meal_at=last, nothing_else=True)
    nurse.send(page.form("gauge"), body_site="forearm", side="left", gauge=22)
    nurse.send(page.form(to="/rescreen/"), **dict.fromkeys(DAY_QUESTIONS, "no"))
    for form in page.forms:
        if form.action.endswith("/gate/") and form.named("gate")[0].value != but:
            nurse.send(form, "yes")


def _answer_one(visitor: Visitor, page: Page, gate: str) -> None:
    found = [one for one in page.forms if one.action.endswith("/gate/") and one.named("gate")[0].value == gate]
    for form in found:
        visitor.send(form, "yes")


def hang(house: House, session: Session) -> None:
    """The bag, read blind by a second person."""
    strengths = house.world.protocol.fluids.concentrations
    number = next(n for n, one in enumerate(strengths) if one.use == "infusion")
    nurse = house.staff("nurse")
    form = nurse.open("infusion-bag", session.code).form("lot")
    first = planned(session)[0]
    nurse.send(form, strength=number, lot="K-1204", pump="Pump 1", **second(house, pump_ml_per_h(house, first)))


def planned(session: Session) -> Sequence[PlannedSegment]:
    """What the order plans for the pump."""
    mode = plans.dose_mode_of(session.order)
    return [one for one in mode.planned_segments(KG, session.order.infusion_minutes) if one.mg > 0]


def strength(house: House) -> Decimal:
    """What hangs, in mg/mL."""
    return next(one.mg_per_ml for one in house.world.protocol.fluids.concentrations if one.use == "infusion")


def pump_ml_per_h(house: House, segment: PlannedSegment) -> Decimal:
    """What the pump can be set to for this segment, in mL/h: rounded down to its step."""
    step = house.world.protocol.fluids.pump.step_ml_per_h
    return (segment.mg_per_h / strength(house) // step * step).quantize(Decimal("0.01"))


def second(house: House, shown: Decimal) -> dict[str, object]:
    """A colleague reads weight, label and pump, and signs with an own PIN."""
    checker: User = house.colleague(house.world.who("nurse"))
    return {
        "checker": str(checker.code),
        "check_weight_kg": KG,
        "check_mg_per_ml": strength(house).normalize(),
        "check_ml_per_h": shown,
        "checker_secret": PIN,
    }


def observe(house: House, session: Session, signs: dict[str, object]) -> None:
    """A set of signs; the heart rate drifts a little, as it does."""
    nurse = house.staff("nurse")
    form = nurse.open("infusion-observe", session.code).form("spo2")
    nurse.send(form, **{**signs, "hr": 70 + house.now.minute % 7}, kind="full" if "pain" in signs else "core")


def infuse(house: House, session: Session) -> None:
    """Started, stepped as planned, watched, ended, and the pump seen standing still."""
    nurse, begun = house.staff("nurse"), house.now
    for n, segment in enumerate(planned(session)):
        _watch(house, session, begun + timedelta(minutes=float(segment.start_min)))
        _set(house, session, segment, first=n == 0)
    _too_much(house, session)
    _watch(house, session, begun + timedelta(minutes=session.order.infusion_minutes))
    nurse.send(nurse.open("infusion-end", session.code).form("reason"), reason="as planned")
    assert Infusion.objects.get(session=session).ended_at == house.now
    house.wait(1)
    page = nurse.open("infusion-chair", session.code)
    nurse.send(page.form("pump_ml"), pump_ml=(given_mg(house, session) / strength(house)).quantize(Decimal("0.1")))


def _set(house: House, session: Session, segment: PlannedSegment, *, first: bool) -> None:
    nurse, shown = house.staff("nurse"), pump_ml_per_h(house, segment)
    before = RateChange.standing().filter(session=session).count()
    if first:
        form = nurse.open("infusion-start", session.code).form("device")
        nurse.send(form, value=shown, unit="mL/h", **second(house, shown))
    else:
        prescriber = house.staff("prescriber")
        prescriber.send(prescriber.open("infusion-note", session.code).form("kind"), kind="prescriber_agrees")
        form = _rate_form(nurse, session)
        nurse.send(form, value=shown, unit="mL/h", reason="as planned", **second(house, shown))
    assert RateChange.standing().filter(session=session).count() == before + 1


def _rate_form(nurse: Visitor, session: Session) -> Form:
    return nurse.open("infusion-rate", session.code).form("reason", "value")


def _too_much(house: House, session: Session) -> None:
    """Ten times the hard cap is refused at the page too, and leaves no row."""
    nurse, before = house.staff("nurse"), RateChange.standing().count()
    cap = (house.world.protocol.caps.hard_rate.mg_per_h(KG) * 10).quantize(Decimal(1))
    nurse.refused(_rate_form(nurse, session), value=cap, unit="mg/h", reason="a slip")
    assert RateChange.standing().count() == before


def _watch(house: House, session: Session, until: datetime) -> None:
    while house.now + timedelta(minutes=SLOW_MIN) < until:
        house.wait(SLOW_MIN)
        observe(house, session, FULL)
    house.world.clock.until(until)


def given_mg(house: House, session: Session) -> Decimal:
    """What the closing page says was given."""
    text = house.staff("nurse").open("infusion-close", session.code).text
    found = re.search(r"Given, by charted rates: ([\d.,]+) mg", text)
    assert found is not None, text
    return Decimal(found[1].replace(",", ""))


def let_go(house: House, session: Session) -> None:
    """Observed, scored, the catheter out, the escort met, the drug accounted for, and home."""
    nurse, code = house.staff("nurse"), session.code
    ended = Infusion.objects.get(session=session).ended_at
    assert ended is not None
    wanted = house.world.protocol.recovery
    over = ended + timedelta(minutes=wanted.minutes(session.order.infusion_minutes) + 1)
    _early(house, session)
    house.world.clock.until(over - timedelta(minutes=4 * wanted.discharge.sets_required))
    for _n in range(wanted.discharge.sets_required):
        page = nurse.open("recovery-room", code)
        nurse.send(page.form("spo2"), **{**FULL, "hr": 70 + house.now.minute % 7})
        house.wait(4)
    page = nurse.open("recovery-room", code)
    page = nurse.send(page.form(to="/catheter/"))
    page = nurse.send(page.form(to="/escort/"), name="Alex Rehearsal")
    form = page.form("pain_now")
    looked = {name: "yes" for name in form.names if name.startswith("seen_")}
    best = dict.fromkeys(("vital_signs", "activity", "nausea", "pain"), "2")
    nurse.send(form, **looked, **best, pain_now=4, pain_acceptable="yes")
    _close(house, session)
    page = nurse.open("recovery-room", code)
    nurse.send(page.form("disposition"), disposition="criteria_met", instructions_ack=True)
    assert Discharge.standing().get(session=session).disposition == "criteria_met"
    assert "until" in nurse.open("recovery-sheet", code).text


def _early(house: House, session: Session) -> None:
    """“Criteria met” too early is refused, and leaves no row."""
    nurse = house.staff("nurse")
    page = nurse.open("recovery-room", session.code)
    nurse.refused(page.form("disposition"), disposition="criteria_met", instructions_ack=True)
    assert not Discharge.objects.filter(session=session).exists()


def _close(house: House, session: Session) -> None:
    nurse = house.staff("nurse")
    drawn = sum(bag.mg for bag in session.bags.all())
    form = nurse.open("infusion-close", session.code).form("wasted_mg")
    witness = house.colleague(house.world.who("nurse"))
    left = (drawn - given_mg(house, session)).quantize(Decimal("0.01"))
    nurse.send(form, left_mg=0, wasted_mg=left, witness=str(witness.code), witness_secret=PIN)
    assert SessionSummary.objects.filter(session=session).exists()
    assert Observation.standing().filter(session=session).count() > 3
