"""A drug in an open emergency, the same drug twice, and a pressure medicine that nothing on the chart calls for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from clearhead.clinic.assessment.models import Allergy
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Adjunct, Event, Flag
from clearhead.clinic.people.guard import token
from clearhead.clinic.plan.models import Session
from clearhead.medicine.rules.clock import clock_time
from tests.cast import AT_TEN, member
from tests.clinic.infusion import room
from tests.clinic.infusion.queue import entry, send
from tests.clinic.infusion.room import minutes
from tests.clinic.infusion.test_by_plan import HOURLY, ONDANSETRON

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-14")]
NOW = AT_TEN + minutes(62)
DOSES = {"midazolam_distress": Decimal(1), "labetalol_pressure": Decimal(5), "ondansetron_nausea": Decimal(4)}
UNCALLED = frozenset({"trigger_present"})


@pytest.fixture
def session() -> Session:
    made = room.running(premedication=[HOURLY, ONDANSETRON])
    Allergy.objects.create(patient=made.patient, none_known=True, happened_at=AT_TEN, recorded_at=AT_TEN)
    room.looked(made, NOW - minutes(2))
    return made


def emergency(session: Session) -> None:
    for what in ("unresponsive", "bag_mask", "call_911", "cpr"):
        actions.emergency(session=session, what=what, by=member("nina"), at=NOW - minutes(1))


def give(session: Session, order: str, at: Any = NOW, **said: Any) -> Adjunct:
    return actions.give(
        session=session, order_id=order, dose=DOSES[order], unit="mg", by=room.licensed("nina", "sedation"), at=at,
        confirmed=True, **said,
    )  # fmt: skip


def by_plan(session: Session, order: str, at: Any = NOW, **said: Any) -> Adjunct:
    return actions.give_by_plan(
        session=session, order_id=order, by=room.licensed("nina", "sedation"), at=at, confirmed=True, **said
    )


def agreed(session: Session) -> None:
    actions.note(session=session, kind="prescriber_agrees", by=member("dario"), at=NOW - minutes(0.5))


def gates(refusal: Any) -> set[str]:
    return {reason.gate for reason in refusal.value.verdict.blocking}


# ---- in an open emergency


@pytest.mark.parametrize("order", ["midazolam_distress", "labetalol_pressure"])
def test_no_sedative_and_no_pressure_medicine_in_an_open_emergency_unless_a_prescriber_decides(
    session: Session, order: str
) -> None:
    emergency(session)
    face = next(one for one in queries.chair(session, NOW, by=member("nina")).orders if one.order.id == order)

    when = clock_time(NOW - minutes(1), session.site.tz)
    assert face.held
    assert any(f"The emergency of {when} is open" in one.sentence for one in face.against), "said before the tap"
    with pytest.raises(actions.AdjunctRefused, match=f"The emergency of {when} is open") as refusal:
        give(session, order, read=UNCALLED)
    assert gates(refusal) == {"held_in_emergency"}
    assert not Adjunct.objects.exists()

    agreed(session)
    give(session, order, read=UNCALLED)
    assert "A prescriber agrees to give it." in Event.objects.get(detail__given_over_flags=True).text
    with pytest.raises(actions.AdjunctRefused):
        give(session, order, NOW + minutes(12), read=UNCALLED)


def test_the_end_of_the_emergency_ends_the_wait_and_an_antiemetic_never_waited(session: Session) -> None:
    emergency(session)
    give(session, "ondansetron_nausea")

    actions.emergency(session=session, what="recovered", by=member("nina"), at=NOW)
    room.looked(session, NOW)
    assert give(session, "midazolam_distress").breach == ""


def test_what_was_given_in_an_emergency_is_saved_with_its_breach_and_told(session: Session) -> None:
    emergency(session)

    rows = [give(session, "midazolam_distress", intended=False), by_plan(session, "ondansetron_before", intended=False)]

    assert "held_in_emergency" in rows[0].breach
    told = {flag.rule: flag.level for flag in Flag.objects.filter(for_prescriber=True, rule__startswith="breach:")}
    assert told == {"breach:held_in_emergency": "high", "breach:asked_in_emergency": "medium"}


def test_by_plan_a_sedative_waits_in_an_emergency_and_another_drug_is_asked_about_once(session: Session) -> None:
    emergency(session)
    offered = {face.dose.drug.id: face.against for face in queries.chair(session, NOW, by=member("nina")).by_plan}

    assert [one.gate for one in offered["midazolam_hourly"]] == ["held_in_emergency"]
    assert [one.gate for one in offered["ondansetron_before"]] == ["asked_in_emergency"]
    with pytest.raises(actions.AdjunctRefused, match="have a prescriber agree"):
        by_plan(session, "midazolam_hourly")
    with pytest.raises(actions.AdjunctRefused, match="Give it all the same"):
        by_plan(session, "ondansetron_before")
    assert not Adjunct.objects.exists()

    by_plan(session, "ondansetron_before", read=frozenset({"asked_in_emergency"}))
    agreed(session)
    by_plan(session, "midazolam_hourly")
    assert "Read and confirmed." in Event.objects.get(detail__confirmed=True).text


# ---- the same drug twice


def test_a_dose_by_plan_waits_after_the_same_drug_by_another_order_and_says_when_that_was(session: Session) -> None:
    first = give(session, "midazolam_distress")
    soon = NOW + minutes(0.9 / 60)
    face = next(one for one in queries.chair(session, soon).by_plan if one.dose.drug.id == "midazolam_hourly")

    assert (face.last, [one.gate for one in face.against]) == (first, ["min_gap"])
    with pytest.raises(actions.AdjunctRefused, match=r"1 mg of midazolam 0 min ago; 10 min apart") as refusal:
        by_plan(session, "midazolam_hourly", soon)
    assert gates(refusal) == {"min_gap"}

    row = by_plan(session, "midazolam_hourly", soon, intended=False)
    assert "min_gap" in row.breach
    assert Flag.objects.get(rule="breach:min_gap").for_prescriber


def test_an_antiemetic_by_plan_after_one_as_needed_is_asked_about_and_given_when_confirmed(session: Session) -> None:
    give(session, "ondansetron_nausea")

    with pytest.raises(actions.AdjunctRefused, match="240 min apart"):
        by_plan(session, "ondansetron_before", NOW + minutes(1))
    by_plan(session, "ondansetron_before", NOW + minutes(1), read=frozenset({"asked_again"}))

    assert Adjunct.objects.count() == 2
    assert not Flag.objects.exists()


def test_a_prescribers_word_for_a_second_dose_is_used_up_by_it(session: Session) -> None:
    give(session, "midazolam_distress")
    agreed(session)

    by_plan(session, "midazolam_hourly", NOW + minutes(1))

    assert "A prescriber agrees" in Event.objects.get(detail__given_over_flags=True).text
    assert not queries.rates.approved(session, member("nina"), NOW + minutes(2))


# ---- nothing calls for it


def test_a_pressure_medicine_at_a_normal_pressure_is_asked_about_on_the_face_and_once(session: Session) -> None:
    faces = {one.order.id: one for one in queries.chair(session, NOW, by=room.licensed("nina", "sedation")).orders}

    face = faces["labetalol_pressure"]
    assert [one.sentence for one in face.against] == [
        "Nothing on the chart calls for Labetalol for high pressure (systolic, diastolic). Give it all the same?"
    ]
    assert not face.held
    assert [one.gate for one in faces["midazolam_distress"].against] == ["trigger_present"], "read, not asked"
    with pytest.raises(actions.AdjunctRefused, match="Nothing on the chart calls for"):
        give(session, "labetalol_pressure")
    give(session, "labetalol_pressure", read=UNCALLED)
    assert "Read and confirmed." in Event.objects.get(detail__confirmed=True).text


def test_the_page_without_script_asks_with_a_tick(session: Session) -> None:
    room.looked(session, timezone.now() - minutes(1))
    client, address = Client(), f"/infusion/{session.code}/drug/"
    client.force_login(room.licensed("nina", "sedation"))
    said = {"form_for": token(session.patient), "order_id": "labetalol_pressure", "dose": "5", "unit": "mg",
            "confirmed": "on"}  # fmt: skip

    asked = client.post(address, said)
    assert asked.status_code == 422
    assert asked.content.decode().count('name="confirm" value="trigger_present"') == 1
    assert client.post(address, {**said, "confirm": "trigger_present"}).status_code == 303


def test_what_was_confirmed_before_the_answer_was_lost_is_not_asked_again(session: Session) -> None:
    fields = {"order_id": "labetalol_pressure", "dose": "5", "unit": "mg", "confirmed": True}
    room.licensed("nina", "sedation")
    asked = {**entry("adjunct", 61, **fields), "intended": True}
    read = {**entry("adjunct", 61, **fields, confirm=["trigger_present"]), "intended": True}

    assert [one.status for one in send(session, [asked, read])] == ["set_aside", "saved"]
    assert [row.breach for row in Adjunct.objects.all()] == [""]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wide", [360, 1280])
def test_the_chair_says_it_on_face_and_card_and_asks_by_name(open_page: Any, sign_in: Any, wide: int) -> None:
    began = timezone.now() - minutes(62)
    session = room.running(began, premedication=[HOURLY, ONDANSETRON])
    Allergy.objects.create(patient=session.patient, none_known=True, happened_at=began, recorded_at=began)
    room.looked(session, timezone.now() - minutes(2))
    nina = room.licensed("nina", "sedation")
    give(session, "midazolam_distress", timezone.now() - minutes(1))
    page = open_page(width=wide)
    sign_in(page, nina)
    page.goto(f"/infusion/{session.code}/")

    card = page.locator(".plan-dose:has([value=midazolam_hourly])")
    expect(card).to_contain_text("10 min apart")
    expect(card).to_contain_text("1 mg")
    page.locator("[data-face=drug]").click()
    form = page.locator("form:has([name=order_id][value=labetalol_pressure])")
    form.locator("summary").click()
    expect(form).to_contain_text("Nothing on the chart calls for Labetalol")
    form.locator("button[name=confirmed]").click()
    page.locator("#face-drug .doubts button").click()
    expect(page.locator("#face-drug")).to_be_hidden()

    assert Adjunct.objects.filter(order_id="labetalol_pressure", breach="").count() == 1
