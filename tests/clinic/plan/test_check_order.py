"""The pharmacist reads signed orders, agrees or asks back, and signs nothing but that."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from clearhead.clinic.people import guard
from clearhead.clinic.plan import drafts
from clearhead.clinic.plan.models import Order, OrderCheck
from tests import builders, cast
from tests.cast import PIN

pytestmark = pytest.mark.django_db


@pytest.fixture
def farid(client: Client) -> Client:
    client.force_login(cast.member("farid"))
    return client


@pytest.fixture
def order() -> Order:
    made = builders.order(cast.petra())
    made.refresh_from_db()
    return made


@pytest.fixture(autouse=True)
def _hash_of_builders(monkeypatch):
    """The builders sign their numbers alone."""
    monkeypatch.setattr(drafts, "sha256_of_order", lambda row: row.sha256)


def said(order: Order, **changed: str) -> dict[str, str]:
    token = guard.token(order.course.patient)
    known = {"agreed": "1", "note": "", "seen_sha256": order.sha256, "secret": PIN, guard.FIELD: token}
    return {**known, **changed}


def test_a_pharmacist_finds_reads_and_agrees(farid, order):
    assert farid.get("/")["Location"] == reverse("plan-orders", args=["mesa"])
    assert "not read" in farid.get(reverse("plan-orders", args=["mesa"])).content.decode()

    answer = farid.post(reverse("plan-check", args=[order.code]), said(order))

    assert answer.status_code == 302
    row = OrderCheck.objects.get()
    assert (row.agreed, row.signature.sha256) == (True, order.sha256)
    assert "agreed" in farid.get(reverse("plan-orders", args=["mesa"])).content.decode()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"agreed": "0"}, "Say what you ask"),
        ({"secret": "0000"}, "does not match"),
        ({"seen_sha256": "0" * 64}, "not the order as it stands now"),
    ],
)
def test_what_is_not_clear_is_refused_and_leaves_nothing(farid, order, changed, sentence):
    answer = farid.post(reverse("plan-check", args=[order.code]), said(order, **changed))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not OrderCheck.objects.exists()


def test_a_question_is_shown_beside_the_order_to_the_prescriber(farid, order):
    farid.post(reverse("plan-check", args=[order.code]), said(order, agreed="0", note="Is the rate right at 58 kg?"))
    dario = Client()
    dario.force_login(cast.member("dario"))

    page = dario.get(reverse("plan-course", args=[order.course.code])).content.decode()

    assert "Is the rate right at 58 kg?" in page
    assert dario.post(reverse("plan-check", args=[order.code]), said(order)).status_code == 403


@pytest.mark.hazard("H-30")
def test_an_order_that_was_altered_behind_the_database_is_not_checked(farid, order, monkeypatch):
    monkeypatch.setattr(drafts, "sha256_of_order", lambda row: "f" * 64)

    answer = farid.post(reverse("plan-check", args=[order.code]), said(order))

    assert "does not match its signature" in answer.content.decode()
