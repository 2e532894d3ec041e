"""The escort: who was named, who came, and who is told."""

from __future__ import annotations

import pytest

from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.recovery import actions
from tests.cast import member
from tests.clinic.recovery import ward

pytestmark = pytest.mark.django_db


def test_messages_say_nothing_clinical_and_the_escort_is_told_only_where_the_patient_allows_it(session, home_at):
    ward.ready(session, home_at)

    ward.go(session, home_at)

    sent = Outgoing.objects.filter(patient=session.patient)
    assert {letter.channel for letter in sent} == {"mail", "sms"}
    assert sent.filter(to="555 0177", template="to_read").exists()
    for letter in sent:
        for word in ("ketamine", "infusion", "migraine", "drive", "alcohol", "Petra"):
            assert word.lower() not in letter.text.lower().replace("recovery-sheet-link", "")


def test_an_escort_with_an_address_gets_the_sheet_by_mail_too(session, home_at):
    named = session.escorts.get()
    told = {"name": named.name, "phone": "555 0177", "mail": "jonas@example.org", "may_be_told": True}
    ward.fact(type(named), session, home_at, **told, corrects=named)
    ward.ready(session, home_at)

    ward.go(session, home_at)

    found = Outgoing.objects.filter(patient=session.patient, template="to_read")
    assert {(letter.channel, letter.to) for letter in found} == {("mail", "jonas@example.org"), ("sms", "555 0177")}


def test_an_escort_who_may_not_be_told_gets_nothing(session, home_at):
    named = session.escorts.get()
    ward.fact(type(named), session, home_at, name=named.name, phone=named.phone, may_be_told=False, corrects=named)
    ward.ready(session, home_at)

    ward.go(session, home_at)

    assert not Outgoing.objects.filter(to="555 0177").exists()


@pytest.mark.parametrize(
    ("named", "met", "same"),
    [
        ("Jonas Lindqvist", "jonas", True),
        ("Jonas", "Jonas Lindqvist", True),
        ("Jonas Lindqvist", "Maria Lindqvist", False),
        ("Jonas", "", False),
        ("J. Lindqvist", "Lindqvist", True),
    ],
)
def test_names_of_escorts_are_compared_word_by_word(named, met, same):
    assert actions.same_person(named, met) is same


def test_somebody_else_than_was_named_needs_a_word(session):
    with pytest.raises(actions.DischargeRefused, match="Jonas Lindqvist was named, not Maria"):
        actions.meet_escort(session=session, name="Maria", by=member("nina"), at=ward.ENDED)

    met = actions.meet_escort(
        session=session, name="Maria", note="His wife; Petra agrees.", by=member("nina"), at=ward.ENDED
    )
    assert met.note


def test_what_the_protocol_does_not_allow_is_no_escort(session):
    with pytest.raises(actions.DischargeRefused, match="allows no"):
        actions.meet_escort(session=session, alternative="a taxi", by=member("nina"), at=ward.ENDED)
