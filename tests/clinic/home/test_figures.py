"""What the owner reads about the chairs: single-handed checks are counted, sets on time are a share."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from clearhead.clinic import backup
from clearhead.clinic.home import figures
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Bag, Bolus, RateChange
from clearhead.clinic.plan.models import SessionSummary
from tests.cast import AT_TEN, member, mesa
from tests.clinic.infusion import room
from tests.clinic.infusion.room import minutes
from tests.clinic.infusion.test_observe import CALM
from tests.clinic.recovery import ward

pytestmark = pytest.mark.django_db


def figure(name: str, days: int = 0) -> tuple[str, str]:
    found = next(one for one in figures.figures(mesa(), AT_TEN + timedelta(days=days, minutes=60)) if one.name == name)
    return found.value, found.of


def test_bags_rates_and_boluses_checked_alone_are_counted_among_all_second_checks():
    session = room.running()  # a bag and a start, each checked by Omar
    bag = session.bags.get()
    more = {"bag": bag, "entered_value": 9, "entered_unit": "mL/h", "pump_ml_per_h": 9, "intended": True}
    ward.fact(RateChange, session, AT_TEN + minutes(5), kind="change", single_handed=True, **more)
    ward.fact(RateChange, session, AT_TEN + minutes(6), kind="change", **more)
    ward.fact(Bolus, session, AT_TEN + minutes(7), bag=bag, mg=Decimal(5), intended=True, single_handed=True)
    Bag.objects.create(
        **{name: getattr(bag, name) for name in ("session", "drug_form", "mg", "ml", "mg_per_ml", "diluent", "lot")},
        prepared_by=member("nina"), single_handed=True, happened_at=AT_TEN, recorded_at=AT_TEN,
        recorded_by=member("nina"),
    )  # fmt: skip

    name = "Second checks done single-handed"
    assert figure(name) == ("3", "of 5 second checks; 3 in the last 30 days")
    assert figure(name, days=40) == ("3", "of 5 second checks; 0 in the last 30 days")


def test_a_set_the_desk_is_told_of_counts_as_late_before_anybody_takes_it():
    session = room.running()

    views = {late: queries.chair(session, AT_TEN + minutes(5 + late)).timeliness for late in (0, 4, 5, 12)}
    shares = {late: (one.on_time, one.due) for late, one in views.items()}

    assert shares == {0: (0, 0), 4: (0, 0), 5: (0, 1), 12: (0, 2)}, "at 5 and at 10; the one at 15 may still come"


@pytest.mark.parametrize("closed", [False, True])
def test_the_share_of_sets_on_time_is_the_chairs_own_count(closed: bool):
    session, nina, now = room.running(), member("nina"), AT_TEN + minutes(60)
    actions.observe(session=session, values=CALM, by=nina, at=AT_TEN + minutes(5))
    if closed:
        actions.end(session=session, by=nina, at=AT_TEN + minutes(40))
        ward.fact(SessionSummary, session, AT_TEN + minutes(41), given_mg=4, given_mg_per_kg=0, infusion_minutes=40)

    chair = queries.chair(session, now).timeliness

    assert chair.on_time == 1 < chair.due
    assert figure("Sets of observations on time") == (f"{chair.percent} %", f"1 / {chair.due}")
    assert queries.chair(session, now + minutes(90)).timeliness.due > chair.due or closed


@pytest.mark.hazard("H-15")
def test_the_flag_report_counts_flags_answers_and_what_went_by_itself():
    session, nina = room.running(), member("nina")
    actions.symptom(session=session, code="chest_pain", grade=3, by=nina, at=AT_TEN + minutes(5))
    actions.symptom(session=session, code="nausea", grade=3, by=nina, at=AT_TEN + minutes(6))
    flag = queries.open_flags(session)[0]
    actions.acknowledge(session=session, flag=flag, done="paused", by=nina, at=AT_TEN + minutes(9))
    actions.symptom(session=session, code="nausea", grade=0, by=nina, at=AT_TEN + minutes(20))

    said = "1 high, 1 medium in 1 infusion of the last 30 days"
    assert figure("Flags per infusion, high / medium") == ("1.00 / 1.00", said)
    assert figure("From a flag to its first answer, median") == ("4 min", "1 of 2 answered")
    assert figure("Flags cleared without words") == ("50 %", "1 / 2")
    assert figure("Flags cleared without words", days=31) == ("–", "0 / 0")


@pytest.mark.hazard("H-45")
@pytest.mark.django_db(transaction=True)
@pytest.mark.sqlite  # on PostgreSQL the copy needs the server's own tools, which tests/clinic/test_backup.py brings
def test_a_backup_onto_another_disk_is_the_owners_last_good_one_until_it_is_gone(settings, tmp_path):
    settings.VAR = tmp_path / "var"
    call_command("backup", to=tmp_path / "elsewhere", verbosity=0)
    (made,) = (tmp_path / "elsewhere").glob("*.sqlite3")
    (line,) = (settings.VAR / "backups" / backup.NOTES).read_text().splitlines()
    said, now = json.loads(line), timezone.now() + timedelta(hours=5)

    assert (said["where"], said["sha256"]) == (str(made), backup.verify(made).sha256)
    assert owners_backup(now) == ("5 h ago", "restored once, found whole")
    made.unlink()
    assert owners_backup(now)[0] == "none"


def owners_backup(now: datetime) -> tuple[str, str]:
    found = figures.figures(mesa(), now)[0]
    assert found.name == "Last good backup"
    return found.value, found.of


def test_a_disk_that_was_taken_away_still_counts_and_a_note_cut_short_does_not(tmp_path):
    whole = {"taken_at": "2026-11-20T17:00:00+00:00", "where": str(tmp_path / "away" / "x.sqlite3"), "sha256": "0" * 64}
    later = whole | {"taken_at": "2026-11-21T17:00:00+00:00"}
    (tmp_path / backup.NOTES).write_text(json.dumps(whole) + "\n" + json.dumps(later)[:60])

    assert backup.last_good(tmp_path) == datetime(2026, 11, 20, 17, tzinfo=UTC)
