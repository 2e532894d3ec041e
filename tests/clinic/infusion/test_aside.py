"""What was set aside of a queue can be read on the record in every value, and charted by hand from there."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from clearhead.clinic.infusion.models import Event, Flag
from clearhead.clinic.infusion.queries.aside import BY_HAND, aside_words
from clearhead.clinic.infusion.queries.said import SIGNS
from tests.cast import AT_TEN, member
from tests.clinic.infusion.queue import CALM, entry, send
from tests.clinic.infusion.room import minutes, running

pytestmark = pytest.mark.django_db
SLIP = {**CALM, "hr": "187", "spo2": "9770"}


def text_of(client: Client, name: str, code: Any) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", client.get(reverse(name, args=[code])).content.decode()))


@pytest.fixture
def nina() -> Client:
    client = Client()
    client.force_login(member("nina"))
    return client


@pytest.mark.parametrize("page", ["infusion-record", "infusion-transfer"])
def test_every_value_of_an_entry_set_aside_stands_on_the_record_with_its_time(nina: Client, page: str) -> None:
    session = running()
    send(session, [entry("observation", 5, values=SLIP, why_not={"pain": "not_asked_asleep"})])
    when = (AT_TEN + minutes(5)).astimezone(session.site.tz)

    shown = text_of(nina, page, session.code)

    assert f"Set of signs, {when:%d %b %H:%M}: HR 187, SpO₂ 9770 %, BP 126/78, RR 14, sedation 0" in shown
    assert "pain not asked, asleep" in shown


def test_the_flag_says_where_it_stands_and_leads_there_and_on_to_the_form(nina: Client) -> None:
    session = running()
    send(session, [entry("observation", 5, values=SLIP)])
    row, flag = Event.objects.get(kind="not_understood"), Flag.objects.get(rule="set_aside")
    when = (AT_TEN + minutes(5)).astimezone(session.site.tz)

    chair = nina.get(reverse("infusion-chair", args=[session.code])).content.decode()
    record = nina.get(reverse("infusion-record", args=[session.code])).content.decode()

    assert flag.sentence.endswith(f"What was written stands on the whole record at {when:%H:%M}. Chart it by hand.")
    assert row.happened_at == AT_TEN + minutes(5)
    assert f"{reverse('infusion-record', args=[session.code])}#line-{row.code}" in chair
    assert f'id="line-{row.code}"' in record
    assert f'href="{reverse("infusion-observe", args=[session.code])}">chart it by hand' in record


def test_the_form_of_every_kind_that_is_charted_by_hand_opens(nina: Client) -> None:
    session = running()

    assert {nina.get(reverse(name, args=[session.code])).status_code for name in BY_HAND.values()} == {200}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"kind": "bolus", "happened_at": "soon", "fields": {"mg": "55"}}, "Bolus, time “soon”: 55 mg"),
        ({"kind": "dance", "fields": ["x"]}, "dance, time “None”: x"),
        ({"kind": "adjunct", "happened_at": "2026-11-20T17:05:00+00:00",
          "fields": {"order_id": "a_b", "dose": "4", "unit": "mg", "confirmed": True}},
         "Drug, 20 Nov 10:05: order a b, 4, mg"),
        ("scribble", "scribble"),
    ],
)  # fmt: skip
def test_an_entry_in_words(written: Any, read: str) -> None:
    assert aside_words(written, ZoneInfo("America/Denver"), dict(SIGNS)) == read
