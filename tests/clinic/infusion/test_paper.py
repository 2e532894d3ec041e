"""The record on paper, through the real PDF engine: how many pages, what stands on them, and that nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, printing, queries
from clearhead.clinic.infusion.models import Event
from clearhead.clinic.plan.models import Session
from tests.cast import member
from tests.clinic.infusion.long_day import Sheet, long_day, sheets
from tests.clinic.infusion.room import minutes, running

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]  # what is printed does not hang on the database
SIZES = ("a4", "letter")
MARGIN_MM = 8.5


def printed(monkeypatch: Any, address: str, size: str) -> list[Sheet]:
    """The pages of the file that the nurse gets, as the engine laid them out."""
    client, laid = Client(), []
    client.force_login(member("nina"))
    whole = printing.laid_out
    monkeypatch.setattr(printing, "laid_out", lambda html: laid.append(whole(html)) or laid[-1])
    reply = client.get(address, {"as": "pdf", "size": size})
    assert (reply["Content-Type"], reply.content[:5]) == ("application/pdf", b"%PDF-")
    return sheets(laid[-1])


def of(session: Session) -> str:
    return f"/infusion/{session.code}/print/"


def told(hours: float, **more: Any) -> Session:
    return long_day(timezone.now() - minutes(hours * 60 + 200), hours, **more)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("hours", "pictures"), [(9, 1), (13, 2)])
def test_nine_hours_are_one_page_and_a_summary_and_thirteen_are_two(monkeypatch, size, hours, pictures):
    found = printed(monkeypatch, of(told(hours)), size)

    assert [page.title.split(",")[0] for page in found] == ["Infusion record"] * pictures + ["Summary"]
    assert all(page.bottom_mm <= page.high_mm - MARGIN_MM for page in found)


@pytest.mark.parametrize("size", SIZES)
def test_a_set_every_five_minutes_stays_on_one_picture_page_and_the_whole_record_follows(monkeypatch, size):
    session = told(10, every_min=5, busy=4)
    found = printed(monkeypatch, of(session), size)
    titles = [page.title for page in found if page.title]

    assert titles == ["Infusion record", "Summary", "Whole record"]
    assert found[1].title == "Summary"
    assert all(page.bottom_mm <= page.high_mm - MARGIN_MM for page in found)
    assert "more stand in the whole record" in found[0].words
    behind = " ".join(page.words for page in found[2:])
    assert behind.count("set:") == session.observations.count()
    for line in Event.objects.filter(session=session, kind="note"):
        assert line.text in behind


def test_the_summary_names_what_was_given_felt_checked_corrected_and_who_signs(monkeypatch):
    found = printed(monkeypatch, of(told(3)), "a4")
    words = found[-1].words

    for said in (
        "drug: flumazenil 0.2 mg IV",
        "escort named: Jonas Lindqvist",
        "drawn 250 mg, given 105 mg, left 12 mg, wasted 133 mg",
        "witness Omar Haddad",
        "BP 241/80 → HR 72, BP 141/80 (Nina Okafor)",
        "3.5 mg over 5 min · checked by Omar Haddad",
        "12 mL",
        "seen stopped: pump 104.5 mL, charted 105 mL",
        "lot K-1204 · checked by Omar Haddad",
        "Omar Haddad: 70 kg, 1 mg/mL, 7 mL/h (start)",
        "grade 1: slight →",
        "Ondansetron 4 mg IV → better",
        "Rate lowered.",
        "by charted rates",
        "Prescriber",
    ):
        assert said in words, said


def test_the_transfer_sheet_names_the_last_emergency_medicine_the_pump_and_how_many_lines_are_missing():
    session = running(timezone.now() - minutes(90))
    for minute in range(45):
        when = timezone.now() - minutes(60 - minute)
        Event.objects.create(
            session=session, kind="emergency", detail={"what": "drug"}, text=f"naloxone 0.{minute} mg",
            happened_at=when, recorded_at=when, recorded_by=member("nina"),
        )  # fmt: skip
    nurse = Client()
    nurse.force_login(member("nina"))

    page = nurse.get(f"/infusion/{session.code}/transfer/").content.decode()

    assert "Last emergency medicine: naloxone 0.44 mg at" in page
    assert "Earlier lines: 6, see the record." in page
    assert "By the chart the pump still runs" in page


@pytest.mark.parametrize("size", SIZES)
def test_an_empty_chart_of_the_site_is_one_page_without_a_name(monkeypatch, size):
    found = printed(monkeypatch, "/home/mesa/downtime/", size)

    assert [page.title for page in found] == ["Downtime sheet"]
    assert found[0].bottom_mm <= found[0].high_mm - MARGIN_MM
    for said in ("Name", "Allergies", "Escort, phone", "Session cap, mg", "STOP: stop the pump first"):
        assert said in found[0].words


def test_the_day_and_its_list_lead_to_the_empty_chart():
    nurse = Client()
    nurse.force_login(member("nina"))

    for page in ("/home/mesa/day/", "/home/mesa/day/list/"):
        assert 'href="/home/mesa/downtime/"' in nurse.get(page).content.decode()


def test_the_summary_names_every_nurse_who_answered_and_the_vein(client: Client) -> None:
    session = running(timezone.now() - minutes(60))
    now = timezone.now()
    actions.place_access(
        session=session, body_site="forearm", side="left", gauge=22, by=member("nina"), at=now - minutes(70)
    )
    items = queries.hand_over(session, now - minutes(10)).open_items
    actions.take_over(session=session, by=member("omar"), at=now - minutes(10), read_items=tuple(items))
    client.force_login(member("nina"))

    page = client.get(of(session)).content.decode()

    nurses = page.partition("Who answered for the chair")[2].partition("</table>")[0]
    assert member("nina").name in nurses
    assert member("omar").name in nurses
    assert "left forearm, 22 G" in page.partition("Vein access")[2].partition("</table>")[0]


def test_whoever_takes_the_chair_takes_it_now(client: Client) -> None:
    session = running(timezone.now() - minutes(60))
    client.force_login(member("omar"))

    assert "happened_at" not in client.get(f"/infusion/{session.code}/take/").content.decode()
