"""Drugs by plan: each dose is an act of its own, due at its time, given or not given and why."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.assessment.models import Allergy
from clearhead.clinic.infusion import actions
from clearhead.clinic.infusion.models import Adjunct, Event, Flag, Infusion
from clearhead.clinic.infusion.queries.adjuncts import adjuncts
from clearhead.clinic.infusion.queries.chair import chair
from clearhead.clinic.infusion.queries.scheduled import due_doses, to_give
from clearhead.clinic.people.guard import token
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.infusion import room
from tests.clinic.infusion.queue import entry, send
from tests.clinic.infusion.room import KG, minutes

pytestmark = pytest.mark.django_db
ONCE: dict[str, Any] = {"max_mg": "4", "repeat_every_min": 0, "max_doses": 1, "over_min": 3, "condition": "always"}
ONDANSETRON = {"id": "ondansetron_before", "ingredient": "ondansetron", "title": "Ondansetron", "dose": "4",
               "unit": "mg", "route": "intravenous", "at_min": -15, "sedative": False, **ONCE}  # fmt: skip
MIDAZOLAM = {"id": "midazolam_before", "ingredient": "midazolam", "title": "Midazolam", "dose": "0.04",
             "unit": "mg/kg", "route": "intravenous", "at_min": -10, "sedative": True,
             **ONCE, "max_mg": "3"}  # fmt: skip
HOURLY = {**MIDAZOLAM, "id": "midazolam_hourly", "title": "Midazolam, hourly", "dose": "1", "unit": "mg",
          "at_min": 60, "repeat_every_min": 60, "max_doses": 3}  # fmt: skip


def asked_about_allergies(session: Session, substance: str = "") -> None:
    Allergy.objects.create(
        patient=session.patient, substance=substance, none_known=not substance, happened_at=AT_TEN - minutes(90),
        recorded_at=AT_TEN - minutes(90),
    )  # fmt: skip


def before(*drugs: dict[str, Any]) -> Session:
    session = room.visit(premedication=list(drugs))
    asked_about_allergies(session)
    return session


def during(*drugs: dict[str, Any]) -> Session:
    session = room.running(premedication=list(drugs))
    asked_about_allergies(session)
    return session


def give(session: Session, order_id: str, at: Any = AT_TEN, **said: Any) -> Adjunct:
    row: Adjunct = actions.give_by_plan(session=session, order_id=order_id, by=room.licensed("nina", "sedation"),
                                        at=at, **said)  # fmt: skip
    return row


def due(session: Session, now: Any = AT_TEN) -> list[tuple[str, int, Any, bool]]:
    infusion = Infusion.objects.filter(session=session).first()
    rows = due_doses(session, infusion, adjuncts(session), KG, now)
    return [(row.drug.id, row.number, row.due_at, row.open) for row in rows]


def test_each_drug_by_plan_is_due_at_its_own_time() -> None:
    session = during(ONDANSETRON, MIDAZOLAM, HOURLY)

    assert due(session) == [
        ("ondansetron_before", 1, AT_TEN - minutes(15), True),
        ("midazolam_before", 1, AT_TEN - minutes(10), True),
        ("midazolam_hourly", 1, AT_TEN + minutes(60), True),
    ]


def test_a_dose_is_the_ordered_one_by_todays_weight_and_never_above_its_maximum() -> None:
    session = during(ONDANSETRON, MIDAZOLAM)

    row = give(session, "midazolam_before", confirmed=True)

    assert (str(row.dose), row.unit, row.raises_monitoring) == ("2.8", "mg", True)
    assert [line[3] for line in due(session)] == [True, False]
    with pytest.raises(actions.ChairRefused, match="No dose of this is open"):
        give(session, "midazolam_before", confirmed=True)


def test_a_sedative_by_plan_shows_its_face_first_and_asks_for_the_licence() -> None:
    session = during(MIDAZOLAM)

    with pytest.raises(actions.ChairRefused, match="read dose"):
        give(session, "midazolam_before")

    assert not Adjunct.objects.exists()


def test_a_repeated_dose_is_due_from_the_last_one_and_not_given_early() -> None:
    session = during(HOURLY)
    with pytest.raises(actions.ChairRefused, match="is due at"):
        give(session, "midazolam_hourly", AT_TEN + minutes(20), confirmed=True)

    room.looked(session, AT_TEN + minutes(64))
    give(session, "midazolam_hourly", AT_TEN + minutes(66), confirmed=True)

    assert due(session, AT_TEN + minutes(66))[-1][1:3] == (2, AT_TEN + minutes(126))
    with pytest.raises(actions.ChairRefused, match="is due at"):
        give(session, "midazolam_hourly", AT_TEN + minutes(90), confirmed=True)


def test_what_was_given_to_somebody_allergic_is_saved_flagged_and_never_intended() -> None:
    session = room.running(premedication=[ONDANSETRON])
    asked_about_allergies(session, "ondansetron")
    with pytest.raises(actions.ChairRefused, match="allergy to ondansetron"):
        give(session, "ondansetron_before")

    give(session, "ondansetron_before", intended=False)

    assert Flag.objects.get(rule="breach:allergy").for_prescriber


def test_a_dose_left_out_says_why_and_is_no_longer_due() -> None:
    session = before(ONDANSETRON)
    said = {"session": session, "order_id": "ondansetron_before", "by": member("nina"), "at": AT_TEN}
    with pytest.raises(actions.ChairRefused, match="Say why"):
        actions.leave_out(**said, why=" ")

    actions.leave_out(**said, why="slept well, no nausea last time")

    assert Event.objects.get(kind="not_given").text == "Ondansetron: slept well, no nausea last time"
    assert to_give(session, None, adjuncts(session), KG, AT_TEN) == ()


def test_the_chair_offers_it_before_the_start_and_takes_one_tap() -> None:
    session = before(ONDANSETRON, HOURLY)
    client = Client()
    client.force_login(member("nina"))

    page = client.get(f"/infusion/{session.code}/").content.decode()
    assert 'value="ondansetron_before"' in page
    assert 'value="midazolam_hourly"' not in page
    reply = client.post(
        f"/infusion/{session.code}/drug/plan/",
        {"form_for": token(session.patient), "order_id": "ondansetron_before", "act": "given"},
    )

    assert reply.status_code == 303
    row = Adjunct.objects.get(session=session)
    assert (row.order_id, str(row.dose)) == ("ondansetron_before", "4.000")
    assert abs((row.happened_at - timezone.now()).total_seconds()) < 60


@pytest.mark.hazard("H-14")
def test_a_sedative_by_plan_waits_for_the_signs_too_and_what_was_given_is_brought_to_the_prescriber() -> None:
    session = during(HOURLY, ONDANSETRON)
    actions.observe(
        session=session, values={"hr": 62, "spo2": 86, "sys": 118, "dia": 70, "rr": 7, "sedation": -3},
        by=member("nina"), at=AT_TEN + minutes(58), intended=False,
    )  # fmt: skip

    offered = {
        face.dose.drug.id: [one.gate for one in face.against] for face in chair(session, AT_TEN + minutes(59)).by_plan
    }
    assert offered == {"midazolam_hourly": ["held_by_signs"], "ondansetron_before": []}, "said before it is drawn up"
    with pytest.raises(actions.AdjunctRefused, match="A sedative can deepen this"):
        give(session, "midazolam_hourly", AT_TEN + minutes(60), confirmed=True)
    give(session, "ondansetron_before", AT_TEN + minutes(60))
    give(session, "midazolam_hourly", AT_TEN + minutes(60), confirmed=True, intended=False)

    assert Flag.objects.get(rule="breach:held_by_signs").for_prescriber


def test_a_second_real_dose_is_on_the_record_as_one_more_than_the_plan_and_brought_to_the_prescriber() -> None:
    session = during(MIDAZOLAM)
    give(session, "midazolam_before", AT_TEN + minutes(3), confirmed=True)

    row = give(session, "midazolam_before", AT_TEN + minutes(4), confirmed=True, intended=False)

    assert [str(one.dose) for one in adjuncts(session)] == ["2.800", "2.800"]
    assert "one more than the plan has" in row.breach
    flag = Flag.objects.get(rule="breach:beyond_plan")
    assert (flag.level, flag.for_prescriber, flag.value) == ("high", True, str(row.code))
    with pytest.raises(actions.ChairRefused, match="No dose of this is open"):
        give(session, "midazolam_before", AT_TEN + minutes(5), confirmed=True)


def test_a_dose_too_many_to_somebody_allergic_says_both() -> None:
    session = room.running(premedication=[ONDANSETRON])
    give(session, "ondansetron_before", intended=False)
    asked_about_allergies(session, "ondansetron")

    give(session, "ondansetron_before", AT_TEN + minutes(4), intended=False)

    assert set(Flag.objects.values_list("rule", flat=True)) == {"breach:allergy", "breach:beyond_plan"}


@pytest.mark.parametrize("drug", [MIDAZOLAM, {**MIDAZOLAM, "repeat_every_min": 60, "max_doses": 3}])
@pytest.mark.parametrize("first", ["given", "not_given"])
def test_a_dose_given_on_one_tablet_and_left_out_on_another_was_given_whichever_arrives_first(
    first: str, drug: dict[str, Any]
) -> None:
    session = during(drug)
    room.licensed("nina", "sedation")
    given = entry("by_plan", 3, order_id="midazolam_before", act="given", confirmed=True)
    left = entry("by_plan", 4, order_id="midazolam_before", act="not_given", why="not needed")
    queues = [([given], "nina"), ([left], "omar")]

    said = [send(session, *one)[0].status for one in (queues if first == "given" else queues[::-1])]

    assert said == (["saved", "set_aside"] if first == "given" else ["saved", "saved"])
    row = Adjunct.standing().get(session=session)
    assert (row.happened_at, row.breach) == (AT_TEN + minutes(3), "")
    assert not Event.standing().filter(session=session, kind="not_given").exists()
    rule = "set_aside" if first == "given" else "given_after_all"
    assert Flag.objects.filter(session=session).values_list("rule", flat=True).get() == rule


def test_two_tablets_that_gave_the_same_dose_gave_two() -> None:
    session = during(ONDANSETRON)
    queue = [entry("by_plan", minute, order_id="ondansetron_before", act="given") for minute in (3, 4)]

    said = [send(session, [one], who)[0].status for one, who in zip(queue, ("nina", "omar"), strict=True)]

    assert said == ["saved", "saved"]
    assert len(adjuncts(session)) == 2
