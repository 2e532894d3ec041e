"""H-13: vital signs charted from a tablet of another chair. A token is one session’s, and writes no vital signs."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import queries
from clearhead.clinic.infusion.models import Event, Observation
from clearhead.clinic.people import doors, guard
from tests import builders
from tests.cast import member, quentin
from tests.clinic.infusion.room import minutes, running

pytestmark = [pytest.mark.hazard("H-13"), pytest.mark.django_db]
CALM = {"sys": "126", "dia": "78", "pressure": "126/78", "hr": "74", "rr": "14", "spo2": "98", "sedation": "0"}


@pytest.fixture
def here():
    return running(at=timezone.now() - minutes(10))


def test_the_browser_sends_a_tablets_token_to_no_other_chair(here):
    nina = Client()
    nina.force_login(member("nina"))

    read = list(queries.hand_over(here, timezone.now()).open_items)
    reply = nina.post(f"/infusion/{here.code}/take/", {guard.FIELD: guard.token(here.patient), "read": read})

    cookie = reply.cookies[doors.CHAIR_COOKIE]
    assert cookie["path"] == f"/infusion/{here.code}/"


@pytest.mark.parametrize("token", ["this chair's", "another chair's", "forged"])
def test_without_a_sign_in_no_token_writes_vital_signs_anywhere(here, token):
    before = Observation.objects.count()
    other = builders.session(quentin())
    tablet = Client()
    made = {"this chair's": here.code, "another chair's": other.code}.get(token)
    tablet.cookies[doors.CHAIR_COOKIE] = doors.chair_token(made, "tablet 2") if made else "forged"

    for chair in (here, other):
        tablet.post(f"/infusion/{chair.code}/observe/", {**CALM, guard.FIELD: guard.token(chair.patient)})

    assert Observation.objects.count() == before


def test_a_set_opened_at_one_chair_is_refused_by_another_also_from_a_signed_in_nurse(here):
    before = Observation.objects.count()
    nina = Client()
    nina.force_login(member("nina"))

    answer = nina.post(f"/infusion/{here.code}/observe/", {**CALM, guard.FIELD: guard.token(quentin())})

    assert answer.status_code == 409
    assert Observation.objects.count() == before


def test_stop_is_taken_from_this_chairs_token_alone(here):
    tablet = Client()
    tablet.cookies[doors.CHAIR_COOKIE] = doors.chair_token(builders.session(quentin()).code, "tablet 2")
    assert tablet.post(f"/infusion/{here.code}/stop/").status_code == 403

    tablet.cookies[doors.CHAIR_COOKIE] = doors.chair_token(here.code, "tablet 2")
    assert tablet.post(f"/infusion/{here.code}/stop/").status_code == 303
    assert Event.objects.filter(kind="stop").count() == 1
