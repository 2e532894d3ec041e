"""A second person at a drug beside the infusion: asked where the protocol lists the act, and only there."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.assessment.models import Allergy
from clearhead.clinic.infusion import actions
from clearhead.clinic.infusion.models import Adjunct, Check, Flag
from clearhead.clinic.infusion.queries.board import second_checks
from clearhead.clinic.people.models import Site
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.loader import shipped
from tests.cast import AT_TEN, LONG_AGO, PIN, member
from tests.clinic.infusion.room import licensed, looked, minutes, protocol_with, running, visit
from tests.clinic.infusion.test_by_plan import HOURLY
from tests.clinic.infusion.test_pages import at, post, signed_in

pytestmark = pytest.mark.django_db
ASKED = (
    "[running.second_check]",
    '[running.second_check]\nacts = ["start", "change_bag", "bolus", "give_sedative"]',
)
ORDER = {"order_id": "midazolam_distress", "unit": "mg"}


def chair(*swaps: tuple[str, str], when: Any = AT_TEN, **ordered: Any) -> Session:
    version = {"protocol_version": protocol_with(*swaps)} if swaps else {}
    session = running(when, session=visit(**version, **ordered))
    Allergy.objects.create(patient=session.patient, none_known=True, happened_at=when, recorded_at=when)
    return session


def reads(dose: str, *, checker: str = "omar", pin: str = PIN) -> actions.SecondPerson:
    return actions.SecondPerson(member(checker), actions.Secret(pin), dose=Decimal(dose))


def given(session: Session, **said: Any) -> Adjunct:
    wanted = {"dose": Decimal("1"), "confirmed": True, **ORDER, **said}
    row: Adjunct = actions.give(session=session, by=licensed("nina", "sedation"), at=AT_TEN + minutes(10), **wanted)
    return row


def test_the_monitored_bed_asks_for_two_at_a_sedative() -> None:
    assert "give_sedative" in shipped("monitored-bed").running.second_check.acts


def test_a_sedative_waits_for_a_second_person_who_reads_the_same_dose() -> None:
    session = chair(ASKED)

    with pytest.raises(actions.AdjunctRefused, match="A second person reads the label") as alone:
        given(session)
    with pytest.raises(actions.ChairRefused, match="dose"):
        given(session, second=reads("10"))
    with pytest.raises(actions.ChairRefused, match="The checker"):
        given(session, second=reads("1", pin="0000"))
    row = given(session, second=reads("1"))

    assert {reason.gate for reason in alone.value.verdict.blocking} == {"second_check"}
    assert row.second_person == member("omar")
    check = Check.objects.get()
    assert (check.act, check.dose, check.weight_kg) == ("drug", Decimal("1"), None)


def test_another_drug_and_another_protocol_ask_nobody() -> None:
    asked, order = chair(ASKED), {"order_id": "ondansetron_nausea", "dose": Decimal("4")}

    assert given(asked, **order).second_person is None
    actions.end(session=asked, by=member("nina"), at=AT_TEN + minutes(20))
    assert given(chair()).second_person is None


def test_a_sedative_by_plan_is_read_by_two_as_well() -> None:
    session = chair(ASKED, premedication=[HOURLY])
    who = {"session": session, "order_id": "midazolam_hourly", "by": licensed("nina", "sedation"), "confirmed": True}
    looked(session, AT_TEN + minutes(58))

    with pytest.raises(actions.AdjunctRefused, match="A second person reads the label"):
        actions.give_by_plan(**who, at=AT_TEN + minutes(60))
    row = actions.give_by_plan(**who, at=AT_TEN + minutes(60), second=reads("1"))

    assert row.second_person == member("omar")


@pytest.mark.parametrize(("read", "pin", "person"), [("1", PIN, "omar"), ("10", PIN, ""), ("1", "0000", "")])
def test_a_second_person_named_afterwards_is_compared_and_nothing_is_refused(read: str, pin: str, person: str) -> None:
    row = given(chair(ASKED), intended=False, second=reads(read, pin=pin))

    assert row.second_person == (member(person) if person else None)
    assert [flag.rule for flag in Flag.objects.all()] == ([] if person else ["second_reading"])


def test_one_by_plan_keeps_its_second_person_afterwards() -> None:
    session = chair(ASKED, premedication=[HOURLY])

    row = actions.give_by_plan(
        session=session, order_id="midazolam_hourly", by=licensed("nina", "sedation"), confirmed=True, intended=False,
        at=AT_TEN + minutes(62), happened_at=AT_TEN + minutes(60), second=reads("1"),
    )  # fmt: skip

    assert row.second_person == member("omar")


def test_one_that_was_given_without_the_second_person_is_charted_and_flagged() -> None:
    session = chair(ASKED)

    given(session, intended=False)

    flag = Flag.objects.get()
    assert (flag.rule, flag.for_prescriber) == ("breach:second_check", True)


def test_the_confirm_face_asks_for_the_checker_and_the_page_saves_with_one() -> None:
    session = chair(ASKED, when=timezone.now() - minutes(30))
    looked(session, timezone.now() - minutes(2))
    licensed("nina", "sedation")
    nina, said = signed_in(), {**ORDER, "dose": "1", "confirmed": "on"}

    face = nina.get(at(session)).content.decode()
    page = nina.get(at(session, "drug/")).content.decode()
    alone = post(nina, session, "drug/", **said)
    checked = {"checker": str(member("omar").code), "check_dose": "1", "checker_secret": PIN}
    saved = post(nina, session, "drug/", **said, **checked)

    for seen in (face, page):
        assert re.search(r'id="check-dose-midazolam_distress" name="check_dose"', seen)
        assert "check-dose-ondansetron_nausea" not in seen
        assert "Omar" in seen
    assert (alone.status_code, saved.status_code) == (422, 303)
    assert Adjunct.objects.get().second_person == member("omar")


def test_where_somebody_works_alone_the_pause_takes_the_place_and_is_counted(monkeypatch: Any) -> None:
    now = timezone.now()
    session = chair(ASKED, when=now - minutes(30))
    looked(session, now - minutes(2))
    Site.objects.filter(pk=session.site_id).update(single_handed=True)
    licensed("nina", "sedation")
    nina, said = signed_in(), {**ORDER, "dose": "1", "confirmed": "on"}
    clock = [now]
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock[0])

    first = post(nina, session, "drug/", **said)
    token = re.search(r'name="alone_since" value="([^"]+)"', first.content.decode())
    assert token
    clock[0] = now + minutes(1)
    saved = post(nina, session, "drug/", **said, alone_since=token[1])

    assert (first.status_code, saved.status_code) == (422, 303)
    assert Adjunct.objects.get().single_handed
    assert second_checks(session.site, LONG_AGO) == (1, 3), "one alone; Omar checked the bag and the start"
