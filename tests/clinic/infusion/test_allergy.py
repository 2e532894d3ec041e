"""An allergy holds a drug back by every name it has; one to ketamine holds the start and everything more."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearhead.clinic.assessment import actions as assessment
from clearhead.clinic.assessment.models import Allergy
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Adjunct, Bolus, Flag, RateChange
from clearhead.clinic.infusion.queries import gates
from clearhead.clinic.infusion.queries.board import for_prescriber
from clearhead.clinic.infusion.queries.flags import open_lines
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, PIN, member, mesa
from tests.clinic.infusion import morning
from tests.clinic.infusion.room import fresh, licensed, looked, minutes, running, second

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-17")]
NOW = AT_TEN + minutes(30)


def allergic(session: Session, substance: str, minute: float = 25) -> Allergy:
    return assessment.add_allergy(
        course=session.course, substance=substance, reaction="anaphylaxis", severity="severe", by=member("nina"),
        at=AT_TEN + minutes(minute),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("substance", "order_id", "dose"),
    [
        ("Zofran", "ondansetron_nausea", "4"),
        ("5-HT3 blockers", "ondansetron_nausea", "4"),
        ("Versed", "midazolam_distress", "1"),
        ("benzodiazepines", "midazolam_distress", "1"),
        ("Trandate", "labetalol_pressure", "5"),
    ],
)
def test_a_brand_or_a_family_holds_the_drug_back(substance: str, order_id: str, dose: str) -> None:
    session = running()
    allergic(session, substance)

    with pytest.raises(actions.AdjunctRefused) as refusal:
        actions.give(
            session=session, order_id=order_id, dose=Decimal(dose), unit="mg", by=licensed("nina", "sedation"), at=NOW,
            confirmed=True, second=None,
        )  # fmt: skip

    assert "allergy" in [reason.gate for reason in refusal.value.verdict.blocking]
    assert substance in str(refusal.value)
    assert not Adjunct.objects.exists()


def test_an_allergy_that_nobody_can_read_is_shown_and_holds_nothing_back() -> None:
    session = running()
    allergic(session, "the pain drug at hospital X")

    assert actions.give(
        session=session, order_id="ondansetron_nausea", dose=Decimal(4), unit="mg", by=member("nina"), at=NOW
    )
    assert queries.chair(session, NOW).allergies == ("the pain drug at hospital X anaphylaxis",)


@pytest.mark.parametrize("substance", ["Ketamine", "Ketalar", "Spravato"])
def test_an_allergy_to_ketamine_on_the_morning_refuses_go_and_start(substance: str) -> None:
    session = morning.prepared(morning.booked())
    signed = {"session": session, "go": True, "secret": actions.Secret(PIN), "by": member("nina")}
    actions.sign_go(**signed, at=AT_TEN - minutes(5))
    allergic(session, substance, -4)

    assert "ketamine_allergy" in [reason.gate for reason in gates.judge(session, AT_TEN).blocking]
    with pytest.raises(actions.StartRefused, match="allergy to ketamine"):
        actions.sign_go(**signed, at=AT_TEN - minutes(3))
    with pytest.raises(actions.StartRefused, match="allergy to ketamine"):
        actions.start(
            session=session,
            value=Decimal(7),
            unit="mL/h",
            by=member("nina"),
            at=AT_TEN,
            ask=actions.Ask(second=second("7")),
        )


def test_an_allergy_to_ketamine_while_it_runs_holds_everything_more_and_calls_the_prescriber() -> None:
    session, nina = running(), member("nina")
    allergic(session, "Ketalar")

    (line,) = open_lines(session)
    assert line.unanswered
    assert line.flag in for_prescriber(mesa())
    actions.acknowledge(session=session, flag=line.flag, done="looked", by=member("dario"), at=AT_TEN + minutes(26))
    with pytest.raises(actions.RateRefused, match="allergy to ketamine"):
        actions.change_rate(
            session=session, value=Decimal("10.5"), unit="mg/h", by=nina, at=NOW, ask=fresh(session, reason="wanted")
        )
    with pytest.raises(actions.RateRefused, match="allergy to ketamine"):
        actions.bolus(session=session, mg=Decimal(1), by=nina, at=NOW, ask=fresh(session))
    actions.change_rate(session=session, value=Decimal("3.5"), unit="mg/h", by=nina, at=NOW)
    actions.pause(session=session, by=nina, at=NOW + minutes(1))
    with pytest.raises(actions.RateRefused, match="allergy to ketamine"):
        actions.resume(session=session, by=nina, at=NOW + minutes(2), ask=fresh(session))
    assert not Bolus.objects.exists()
    assert [row.kind for row in RateChange.objects.order_by("pk")] == ["start", "change", "pause"]
    actions.end(session=session, by=nina, at=NOW + minutes(3))


def test_what_ran_all_the_same_is_charted_and_told() -> None:
    session = running()
    allergic(session, "Ketamine")

    row = actions.change_rate(
        session=session, value=Decimal("10.5"), unit="mg/h", by=member("nina"), at=NOW, intended=False
    )

    assert "ketamine_allergy" in row.breach
    assert Flag.objects.filter(rule="breach:ketamine_allergy", level="high", for_prescriber=True).exists()


def test_an_allergy_that_was_taken_back_frees_the_chair() -> None:
    session, nina = running(), member("nina")
    row = allergic(session, "Ketamine")

    assessment.strike_allergy(course=session.course, allergy=row, by=nina, at=AT_TEN + minutes(26))

    assert not open_lines(session)
    assert [ack.done for ack in Flag.objects.get(rule="ketamine_allergy").acks.all()] == ["The entry was taken back."]
    looked(session, NOW)
    assert actions.change_rate(
        session=session, value=Decimal("10.5"), unit="mg/h", by=nina, at=NOW, ask=fresh(session)
    ).pk


def test_another_allergy_raises_nothing_at_the_chair() -> None:
    session = running()
    allergic(session, "Latex")

    assert not Flag.objects.exists()
