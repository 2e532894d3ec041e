"""The transfer sheet: what happened comes first, and whoever passes a locked tablet does not read it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions
from clearhead.clinic.people import doors
from tests.cast import member
from tests.clinic.infusion.scene import lively

pytestmark = pytest.mark.django_db


@pytest.mark.hazard("H-49")
def test_the_situation_begins_with_the_emergency_and_its_medicine_stands_among_the_drugs() -> None:
    session, now, nina = lively(timezone.now()), timezone.now(), member("nina")
    actions.call_help(session=session, by=nina, at=now)
    for what, text in (("unresponsive", ""), ("drug", "naloxone 0.4 mg"), ("call_911", "")):
        actions.emergency(session=session, what=what, text=text, by=nina, at=now)
    client = Client()
    client.force_login(nina)

    page = client.get(f"/infusion/{session.code}/transfer/").content.decode()

    situation = page.partition("Situation")[2].partition("Background")[0]
    told = [situation.index(word) for word in ("help called", "unresponsive", "naloxone 0.4 mg", "911 called")]
    assert told == sorted(told)
    assert "naloxone 0.4 mg" in page.partition("Drugs given")[2].partition("Open symptoms")[0]


@pytest.mark.hazard("H-43")
def test_a_locked_tablet_opens_it_only_once_something_happened() -> None:
    session, tablet = lively(timezone.now()), Client()
    tablet.cookies[doors.CHAIR_COOKIE] = doors.chair_token(session.code, "tablet 2")
    sheet = f"/infusion/{session.code}/transfer/"

    passing_by = tablet.get(sheet)
    actions.stop(session=session, by=None, at=timezone.now())
    crew = tablet.get(sheet)

    assert (passing_by.status_code, crew.status_code) == (403, 200)
    assert session.patient.family_name not in passing_by.content.decode()
    assert session.patient.family_name in crew.content.decode()
