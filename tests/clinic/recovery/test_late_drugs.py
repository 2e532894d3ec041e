"""A drug that is given late: the observation counts from it, and what was seen before it opens no door."""

from __future__ import annotations

import pytest
from django.test import Client

from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion.models import Adjunct, Event, Flag
from clearhead.clinic.recovery import actions
from clearhead.clinic.recovery.models import Score
from clearhead.clinic.recovery.queries import recovery_of
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import minutes, running
from tests.clinic.infusion.test_intake import entry, send
from tests.clinic.recovery import ward
from tests.clinic.recovery.test_pages import SCORE

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-21")]
LOOK = {"score", "oriented", "gait_steady", "dissociation_gone", "nausea_tolerable", "pain_acceptable"}
SETS = {"recovery_sets", "bp_near_baseline", "spo2_room_air"}
DRUGS = {
    "midazolam": {"order_id": "midazolam_distress", "ingredient_id": "midazolam", "dose": 1},
    "labetalol": {"order_id": "labetalol_pressure", "ingredient_id": "labetalol", "dose": 5},
}


def given(session, drug, at):
    ward.fact(Adjunct, session, at, **DRUGS[drug], unit="mg", route="intravenous")


def look(session, at, **more):
    said = {"items": ward.GOOD, "answers": ward.SEEN, "pain": 4, "pain_acceptable": True, **more}
    return actions.score(session=session, by=member("nina"), at=at, **said)


def refused(session, at):
    with pytest.raises(actions.DischargeRefused) as refusal:
        ward.go(session, at)
    return {reason.gate for reason in refusal.value.verdict.blocking}


@pytest.fixture
def session():
    return ward.ended()


def test_h21_a_sedative_eighty_minutes_after_the_end_keeps_the_patient_thirty_minutes_from_itself(session):
    at = ward.ENDED + minutes(80)
    given(session, "midazolam", at)
    ward.ready(session, at + minutes(12))
    early = refused(session, at + minutes(12))
    ward.ready(session, at + minutes(30), frozenset({"catheter"}))

    assert early == {"min_observation"}
    assert recovery_of(session, at).timer.until == at + minutes(30)
    assert ward.go(session, at + minutes(30)).disposition == "criteria_met"


def test_the_page_says_what_the_observation_is_counted_from(session, client: Client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: ward.ENDED + minutes(85))
    client.force_login(member("nina"))
    zone = session.site.tz

    def told():
        return client.get(f"/recovery/{session.code}/").content.decode()

    assert f"Counted from the end of the infusion at {ward.ENDED.astimezone(zone):%H:%M}." in told()
    given(session, "midazolam", ward.ENDED + minutes(33))
    late = f"at least 30 min from the sedative at {(ward.ENDED + minutes(33)).astimezone(zone):%H:%M}"
    assert "Counted from the end of the infusion" in told(), "33 + 30 is less than 60 + 30"
    assert late in told()
    given(session, "midazolam", ward.ENDED + minutes(80))
    assert f"Counted from the sedative at {(ward.ENDED + minutes(80)).astimezone(zone):%H:%M}: 30 min." in told()


def test_an_order_that_lengthens_recovery_counts_from_its_dose_too(session):
    at = ward.ENDED + minutes(100)
    given(session, "labetalol", at)
    view = recovery_of(session, at)

    own = next(o.added_recovery_min for o in view.protocol.orders.prn_orders if o.id == "labetalol_pressure")
    assert own > 0
    assert view.timer.until == at + minutes(own)


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("Midazolam 2 mg for seizure", "sedative"),
        ("gave VERSED2mg iv", "sedative"),
        ("Dormicum 2 mg", "sedative"),
        ("propofol 20 mg by the crew", "sedative"),
        ("Flumazenil 0.2 mg", "reversal"),
        ("Narcan 0.4 mg", "reversal"),
        ("Anexate0.2 mg", "reversal"),
        ("adrenaline 0.3 mg", ""),
        ("ketamine bag taken down, alcohol wipe", ""),
    ],
)
def test_h21_a_line_of_the_emergency_counts_by_the_name_or_brand_of_its_drug(session, line, counts):
    at = ward.ENDED + minutes(100)
    chair.emergency(session=session, what="drug", text=line, by=member("nina"), at=at)
    facts = recovery_of(session, at).facts

    assert (facts.sedative_last_at, facts.reversal_last_at) == (
        at if counts == "sedative" else None,
        at if counts == "reversal" else None,
    )
    wait = {"sedative": 30, "reversal": 120, "": -40}[counts]
    assert recovery_of(session, at).timer.until == at + minutes(wait)


@pytest.mark.parametrize("drug", ["midazolam", "labetalol", "reversal"])
def test_h21_what_was_seen_before_the_last_drug_is_looked_at_again(session, drug):
    at = ward.ENDED + minutes(150)
    ward.ready(session, at)
    if drug == "reversal":
        ward.fact(Event, session, at + minutes(1), kind="emergency", text="Flumazenil 0.2 mg")
    else:
        given(session, drug, at + minutes(1))

    assert refused(session, at + minutes(2)) >= LOOK | SETS
    view = recovery_of(session, at + minutes(2))
    assert view.look_again.startswith("before the last")


def test_h21_a_score_holds_for_thirty_minutes(session):
    at = ward.ENDED + minutes(70)
    ward.ready(session, at)
    ward.taken(session, at + minutes(28))

    assert refused(session, at + minutes(31)) == LOOK
    look(session, at + minutes(31))
    assert ward.go(session, at + minutes(31)).disposition == "criteria_met"


def test_h21_a_score_that_was_written_while_the_drug_ran_never_counts(session):
    at = ward.ENDED + minutes(72)
    ward.ready(session, at, frozenset({"score"}))
    early = {"items": ward.GOOD, "answers": ward.SEEN, "pain": 4, "pain_acceptable": True, "total": 8}
    ward.fact(Score, session, AT_TEN + minutes(5), **early)

    assert refused(session, at) == LOOK


@pytest.mark.parametrize("state", ["running", "ended, set back"])
def test_h21_a_score_while_the_drug_runs_is_refused_and_leaves_nothing(state):
    session = running() if state == "running" else ward.ended()
    when = {} if state == "running" else {"happened_at": AT_TEN + minutes(5)}

    with pytest.raises(actions.DischargeRefused, match="taken in recovery, after the end of the infusion"):
        look(session, AT_TEN + minutes(65), **when)

    assert not Score.objects.exists()


def test_a_queued_score_from_before_the_end_is_kept_and_says_so():
    session = running()

    receipt = send(session, [entry("score", 5, **SCORE)])[0]

    assert receipt.status == "saved"
    assert Score.objects.get().happened_at == AT_TEN + minutes(5)
    assert Flag.objects.get(rule="score_early").level == "low"


def test_the_page_says_that_a_score_no_longer_counts(session, client: Client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: ward.ENDED + minutes(85))
    client.force_login(member("nina"))
    look(session, ward.ENDED + minutes(70))
    before = client.get(f"/recovery/{session.code}/").content.decode()

    given(session, "midazolam", ward.ENDED + minutes(80))
    after = client.get(f"/recovery/{session.code}/").content.decode()

    assert "does not count any more" not in before
    assert "does not count any more: look again" in after
    assert "The discharge score was taken before the last sedative. Take it again." in after
