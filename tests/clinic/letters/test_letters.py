"""Letters wait, go out once, and say nothing that others should not read."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections

from clearhead.clinic.audit.models import Event
from clearhead.clinic.letters import actions, links
from clearhead.clinic.letters.backends import DUMMY
from clearhead.clinic.letters.kinds import KINDS, NotForANotice, UnknownLetter
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.letters.queries import queue_of
from clearhead.clinic.people import doors
from clearhead.clinic.people.models import Patient
from tests import cast
from tests.cast import AT_TEN

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
CLINICAL = re.compile(
    r"ketamin|infus|migrain|headach|\bpain\b|dose|\bmg\b|drug|diagnos|depress|protocol|nurse|racemic|refractor", re.I
)
MOMENT = AT_TEN + timedelta(days=3)
EVERYTHING = {
    "when": MOMENT,
    "whens": [MOMENT, MOMENT + timedelta(days=1)],
    "until": MOMENT,
    "minutes": 15,
    "how": "in_person",
    "link": "/somewhere/",
}


def queued(template: str = "to_read", *, due_at=AT_TEN, about="row-1", patient: Patient | None = None, **more):
    context = {key: value for key, value in EVERYTHING.items() if key in KINDS[template].told}
    return actions.queue(
        site=cast.mesa(),
        patient=patient or cast.petra(),
        template=template,
        context=context | more.pop("context", {}),
        about_code=about,
        due_at=due_at,
        by=None,
        at=AT_TEN,
        **more,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("channel", ["mail", "sms"])
@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if not kind.private])
def test_no_notice_names_the_patient_the_clinic_or_what_it_is_about(name, channel) -> None:
    canary = cast._patient("Canaria", "Kestrelwood", cast.date(1984, 3, 14), "", cast.mesa())
    canary.email, canary.phone = "canary@example.org", "555 0190"
    letter = queued(name, patient=canary, channel=channel)

    for said in (letter.subject, letter.text):
        assert "Canaria" not in said
        assert "Kestrelwood" not in said
        assert "Saguaro" not in said
        assert not CLINICAL.search(said), said
    assert "&" not in letter.text


@pytest.mark.django_db
def test_what_is_typed_cannot_enter_a_notice() -> None:
    with pytest.raises(NotForANotice, match="reason"):
        queued("booking_cancelled", context={"reason": "ketamine"})
    with pytest.raises(NotForANotice, match="way of talking"):
        queued("booking_confirmed", context={"how": "ketamine"})
    with pytest.raises(NotForANotice, match="on paper"):
        queued("letter", context={"title": "Summary", "paragraphs": ["ketamine"]})
    with pytest.raises(UnknownLetter, match="no letter"):
        actions.kind_of("postcard")
    assert not Outgoing.objects.exists()


@pytest.mark.django_db
def test_the_same_letter_about_the_same_thing_is_queued_once() -> None:
    assert queued().pk == queued().pk
    assert Outgoing.objects.count() == 1
    assert Event.objects.filter(verb="queue letter").count() == 1


@pytest.mark.django_db
def test_without_an_address_somebody_prints_it() -> None:
    nobody = cast._patient("Nell", "Roe", cast.date(1990, 1, 1), "", cast.mesa())
    Patient.objects.filter(pk=nobody.pk).update(email="", phone="")
    nobody.refresh_from_db()
    letter = queued(patient=nobody)

    assert (letter.channel, letter.to) == ("print", "Nell Roe")
    assert actions.claim_and_send(now=AT_TEN) == []


@pytest.mark.django_db
def test_nothing_goes_out_before_it_is_due_and_files_say_that_they_are_files(outbox) -> None:
    letter = queued(due_at=AT_TEN + timedelta(hours=1))
    assert actions.claim_and_send(now=AT_TEN) == []
    actions.claim_and_send(now=AT_TEN + timedelta(hours=1))

    letter.refresh_from_db()
    assert letter.sent_at == AT_TEN + timedelta(hours=1)
    assert "no mail server is set up" in letter.sent_as
    assert len(list(outbox.glob("*.txt"))) == 1


@pytest.mark.django_db
def test_a_withdrawn_letter_never_leaves_and_may_be_queued_again(outbox) -> None:
    letter = queued()
    queued("to_sign")
    actions.withdraw(about_code="row-1", templates=("to_read",), by=None, at=AT_TEN)
    assert [row.template for row in actions.claim_and_send(now=AT_TEN)] == ["to_sign"]
    assert actions.withdraw(about_code="row-1", by=None, at=AT_TEN) == []

    assert queued().pk == letter.pk
    assert [row.template for row in actions.claim_and_send(now=AT_TEN)] == ["to_read"]


@pytest.mark.django_db
def test_a_personal_link_is_made_when_the_letter_leaves(outbox) -> None:
    promise = links.promise("welcome-booking", purpose="booking", subject_code="abc", until=AT_TEN + timedelta(days=9))
    letter = queued(context={"link": promise})
    assert "[[link" in letter.text
    actions.claim_and_send(now=AT_TEN)

    (sent,) = outbox.glob("*.txt")
    token = re.search(r"/welcome/booking/([\w-]+)/", sent.read_text())[1]
    link = doors.open_link(token, "booking", AT_TEN + timedelta(days=8))
    assert (link.subject_code, link.patient) == ("abc", cast.petra())
    letter.refresh_from_db()
    assert token not in letter.text


@pytest.mark.django_db
def test_a_mail_server_gets_the_mail_with_its_calendar_file(settings) -> None:
    settings.EMAIL_BACKEND = LOCMEM
    queued(calendar="BEGIN:VCALENDAR\nMETHOD:PUBLISH\nEND:VCALENDAR")
    actions.claim_and_send(now=AT_TEN)

    (message,) = mail.outbox
    assert (message.subject, message.to) == ("A message from your clinic", ["petra@example.org"])
    assert message.attachments[0][0] == "appointment.ics"


@pytest.mark.django_db
def test_a_text_message_without_a_service_fails_openly_and_can_go_again(settings, outbox) -> None:
    settings.EMAIL_BACKEND = LOCMEM
    letter = queued(channel="sms")
    assert actions.claim_and_send(now=AT_TEN) == []
    letter.refresh_from_db()
    assert "No text message service" in letter.error
    (row,) = queue_of(cast.mesa(), AT_TEN)
    assert row.state == "failed"
    assert row.needs_someone

    assert actions.claim_and_send(now=AT_TEN + timedelta(minutes=1)) == []
    settings.EMAIL_BACKEND = DUMMY
    assert len(actions.claim_and_send(now=AT_TEN + timedelta(minutes=6))) == 1


@pytest.mark.django_db
def test_a_letter_that_was_claimed_and_never_sent_is_shown_and_not_sent_twice(outbox) -> None:
    letter = queued()
    Outgoing.objects.filter(pk=letter.pk).update(claimed_at=AT_TEN)
    later = AT_TEN + timedelta(hours=1)

    assert actions.claim_and_send(now=later) == []
    assert [row.state for row in queue_of(cast.mesa(), later)] == ["unsure"]
    letter.refresh_from_db()
    actions.send_again(letter=letter, by=cast.member("fern"), at=later)
    assert len(actions.claim_and_send(now=later)) == 1


@pytest.mark.django_db(transaction=True)
def test_four_tickers_at_once_send_every_letter_once(outbox) -> None:
    for number in range(30):
        queued(about=f"row-{number}")
    ready, sent = threading.Barrier(4), []

    def tick() -> None:
        ready.wait()
        try:
            sent.extend(letter.pk for letter in actions.claim_and_send(now=AT_TEN, limit=30))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(sent) == sorted(Outgoing.objects.values_list("pk", flat=True))
    assert len(list(outbox.glob("*.txt"))) == 30
