"""What the clinic refused, or never judged, is not charted as done when its copy comes home from a tablet's queue."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.audit.actions import refusal_of
from clearhead.clinic.infusion.models import Adjunct, Bolus, Event, Flag, RateChange
from clearhead.clinic.people.guard import token
from tests.cast import member
from tests.clinic.infusion.queue import entry, send
from tests.clinic.infusion.room import running
from tests.clinic.infusion.scene import lively
from tests.clinic.infusion.test_by_plan import asked_about_allergies

pytestmark = pytest.mark.django_db
DOSE = {"order_id": "ondansetron_nausea", "dose": "4", "unit": "mg"}


class Tablet:
    """A nurse's tablet: the form first, and the queue's copy of the same entry."""

    def __init__(self, session: Any) -> None:
        self.session, self.client = session, Client()
        self.client.force_login(member("nina"))
        self.id, self.at = str(uuid.uuid4()), timezone.now().isoformat()

    def form(self, **fields: Any) -> int:
        said = {**DOSE, "client_id": self.id, "form_for": token(self.session.patient), **fields}
        address = reverse("infusion-drug", args=[self.session.code])
        return self.client.post(address, said, headers={"accept": "application/json"}).status_code

    def queue(self) -> Any:
        one = {"client_id": self.id, "kind": "adjunct", "happened_at": self.at, "device_at": self.at, "fields": DOSE}
        body = json.dumps({"entries": [one], "form_for": token(self.session.patient)})
        address = reverse("infusion-entries", args=[self.session.code])
        return self.client.post(address, body, content_type="application/json").json()["receipts"][0]


@pytest.fixture
def tablet() -> Tablet:
    session = lively(timezone.now())
    asked_about_allergies(session, "ondansetron")
    return Tablet(session)


def test_a_refused_drug_whose_answer_was_lost_is_not_charted_as_given(tablet: Tablet) -> None:
    before = Adjunct.objects.count()
    assert tablet.form() == 422

    said, again = tablet.queue(), tablet.queue()

    assert (said["status"], again["status"]) == ("set_aside", "repeated")
    assert "It was refused when it was entered" in said["sentence"]
    assert "allergy" in said["sentence"]
    assert Adjunct.objects.count() == before
    assert "if it was done all the same, say so" in Flag.objects.get(rule="set_aside").sentence


def test_the_same_form_sent_again_as_what_happened_is_saved_after_a_refusal(tablet: Tablet) -> None:
    assert tablet.form() == 422

    assert tablet.form(already="on") == 200

    assert Adjunct.objects.filter(order_id=DOSE["order_id"]).latest("pk").breach
    assert tablet.queue()["status"] == "conflict"


def test_what_happened_and_could_not_be_read_leaves_no_refusal(tablet: Tablet) -> None:
    assert tablet.form(already="on", dose="many") == 422

    assert refusal_of(uuid.UUID(tablet.id)) is None


@pytest.mark.parametrize(
    ("kind", "fields", "model"),
    [
        ("adjunct", DOSE, Adjunct),
        ("rate", {"value": "14", "unit": "mL/h"}, RateChange),
        ("bolus", {"mg": "90"}, Bolus),
    ],
)
def test_an_intention_that_nobody_judged_is_judged_before_it_counts(kind: str, fields: Any, model: Any) -> None:
    session = running()
    asked_about_allergies(session, "ondansetron")
    before = model.objects.count()

    meant = send(session, [{**entry(kind, 12), "fields": fields, "intended": True}])[0]
    happened = send(session, [{**entry(kind, 12), "fields": fields}])[0]

    assert (meant.status, happened.status) == ("set_aside", "saved")
    assert "It was meant and not judged before" in meant.sentence
    assert model.objects.count() == before + 1
    assert Event.objects.filter(kind="not_understood").count() == 1


def test_an_intention_that_nothing_stands_against_is_charted() -> None:
    session = running()

    said = send(session, [{**entry("rate", 12, value="3.5", unit="mL/h"), "intended": True}])[0]

    assert (said.status, said.sentence) == ("saved", "")
