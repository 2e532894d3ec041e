"""Consent over HTTP: the patient's link, the clinic's tablet, and the staff's side of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.consent import queries
from clearhead.clinic.consent.models import Consent, Question, Withdrawal
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people import doors, guard
from clearhead.clinic.plan import queries as plans
from tests.cast import PIN, member, olga, petra, quentin
from tests.clinic.plan import house

pytestmark = pytest.mark.django_db


def now():
    return timezone.now()


@pytest.fixture
def order():
    house.suitable(at=now() - timedelta(days=2))
    order = house.signed(now())
    house.agreed(order, now())
    return order


@pytest.fixture
def page(order):
    _link, token = doors.make_link(
        purpose="consent",
        subject_code=order.code,
        patient=petra(),
        site=order.site,
        at=now(),
        lasts=timedelta(days=60),
    )
    return reverse("consent-link", args=[token])


def signature(order, **changed):
    said = {f"teach_{item}": "in my words" for item in queries.TEACH_BACK}
    said |= {f"choice_{name}": "yes" for name in queries.choices_asked(order)}
    said |= {"typed_name": "Petra Lindqvist", "birth_date": "1984-03-14"}
    return {"which": "sign", "read_sha256": queries.reading_of(order).sha256, **said, **changed}


def staff_post(client, name, row, **said):
    return client.post(reverse(name, args=[row.code]), {guard.FIELD: guard.token(petra()), **said})


def test_the_patient_asks_is_answered_signs_and_takes_it_back(client, order, page):
    assert client.post(page, {"which": "ask", "q-question": "Does it hurt?"}).status_code == 303
    refused = client.post(page, signature(order))
    assert refused.status_code == 422
    assert "A question is still open" in refused.content.decode()

    client.force_login(member("nina"))
    assert staff_post(client, "consent-answer", Question.objects.get(), answer="A little.").status_code == 303
    client.logout()
    assert "A little." in client.get(page).content.decode()
    assert client.post(page, signature(order)).status_code == 303
    assert plans.sessions_of(order).count() == order.sessions

    assert client.post(page, {"which": "withdraw", "w-reason": "", "w-sure": "on"}).status_code == 303
    assert Withdrawal.objects.get().via == "link"
    assert not plans.sessions_of(order).exists()
    assert "Nothing is booked" in client.get(page).content.decode()


def test_an_unanswered_yes_or_no_is_named_and_nothing_is_saved(client, order, page):
    said = signature(order)
    del said["choice_photo"]

    answer = client.post(page, said)

    assert answer.status_code == 422
    assert not Consent.objects.exists()


def test_a_text_that_changed_under_the_reader_has_to_be_read_again(client, order, page):
    answer = client.post(page, signature(order, read_sha256="0" * 64))

    assert answer.status_code == 422
    assert "read it again" in answer.content.decode()
    assert not Consent.objects.exists()


def test_the_tablet_needs_a_member_of_staff_and_notes_who_handed_it_over(client, order):
    client.force_login(olga())
    assert client.get(reverse("consent-tablet", args=[order.code])).status_code == 404

    client.force_login(member("nina"))
    assert staff_post(client, "consent-tablet", order, **signature(order)).status_code == 303

    signed = Consent.objects.get()
    assert (signed.via, signed.recorded_by) == ("tablet", member("nina"))
    for name, row in (("consent-order", order), ("consent-signed", signed), ("consent-withdraw", signed)):
        assert client.get(reverse(name, args=[row.code])).status_code == 200


def test_a_tablet_in_the_hand_of_a_patient_opens_no_other_page_until_a_pin_is_typed(client, order):
    client.force_login(member("nina"))
    page = client.get(reverse("consent-tablet", args=[order.code])).content.decode()

    shut = [client.get(address).status_code for address in (reverse("people-me"), "/home/mesa/patients/")]
    back = client.get(reverse("consent-order", args=[order.code]))
    signed = staff_post(client, "consent-tablet", order, **signature(order))
    again = client.get(reverse("consent-tablet", args=[order.code]))
    pin = {"person": member("nina").code, "secret": PIN, "next": reverse("consent-order", args=[order.code])}
    opened = client.post(reverse("infusion-unlock"), pin)

    assert shut == [403, 403]
    assert (back.status_code, signed.status_code, again.status_code, opened.status_code) == (403, 303, 200, 303)
    assert str(order.course.patient) not in back.content.decode()
    assert "/home/" not in page
    assert client.get(pin["next"]).status_code == 200
    assert Consent.objects.get().recorded_by == member("nina")


def test_the_staff_send_the_link_and_record_a_withdrawal_by_phone(client, order):
    client.force_login(member("fern"))
    assert staff_post(client, "consent-send", order).status_code == 303
    letter = Outgoing.objects.get(template="to_sign")
    assert "consent-link" in letter.text

    staff_post(client, "consent-tablet", order, **signature(order))
    gone = staff_post(client, "consent-withdraw", Consent.objects.get(), reason="changed her mind", sure="on")

    assert gone.status_code == 303
    assert queries.current_consent(order, now()) is None


def test_booking_without_consent_is_refused_on_the_page(client, order):
    client.force_login(member("fern"))

    answer = staff_post(client, "consent-book", order)

    assert answer.status_code == 422
    assert "has not consented" in answer.content.decode()


def test_a_patient_who_is_signed_in_reads_and_signs_the_own_order(client, order):
    page = reverse("consent-mine")
    client.force_login(quentin().user)
    assert "Nothing to sign" in client.get(page).content.decode()

    client.force_login(petra().user)
    assert client.post(page, signature(order)).status_code == 303

    assert Consent.objects.get().via == "login"
    assert queries.current_consent(order, now()) is not None
