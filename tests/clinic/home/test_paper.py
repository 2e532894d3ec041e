"""The day on paper, and how old the last good backup is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.audit.guards import lifted
from clearhead.clinic.audit.models import Anchor, Chain, Event
from clearhead.clinic.audit.verify import breaks, head_from
from clearhead.clinic.home import figures
from tests import builders, cast

pytestmark = pytest.mark.django_db


@pytest.mark.hazard("H-29")
def test_the_day_list_names_the_visits_the_sheets_and_the_head_of_the_chain(client: Client):
    visit = builders.session(cast.petra(), starts_at=timezone.now())
    client.force_login(cast.member("nina"))
    client.get(reverse("home-course", args=[visit.course.code]))
    day = timezone.now().astimezone(cast.mesa().tz).date()

    page = client.get(reverse("home-day-list", args=["mesa"]), {"day": f"{day}"}).content.decode()

    assert "Petra Lindqvist" in page
    assert f"/infusion/{visit.code}/downtime/?blank=1" in page
    assert head_on(page) == head_from(f"{Anchor.objects.get()}")
    assert Anchor.objects.get().seq == Chain.objects.get(name="mesa").head_seq
    assert Event.objects.get(verb="print list").body == {"place": f"day list of {day}", "visits": 1}


def head_on(page: str) -> object:
    """The head as somebody would type it off the paper."""
    return head_from(re.search(r'<code class="head">([^<]*)</code>', page)[1])


@pytest.mark.hazard("H-29")
def test_a_record_cut_behind_yesterdays_paper_is_found_from_that_paper_alone(client: Client):
    client.force_login(cast.member("fern"))
    paper = head_on(client.get(reverse("home-day-list", args=["mesa"])).content.decode())
    with lifted(connection):
        Anchor.objects.all().delete()
        Event.objects.filter(chain="mesa", seq=paper.seq).delete()
        Chain.objects.filter(name="mesa").delete()

    assert [one for one in breaks() if one.chain == "mesa"] == []
    assert [one.seq for one in breaks(printed=[paper])] == [paper.seq]


def test_the_auditor_compares_a_head_off_the_paper_without_a_command_line(client: Client):
    client.force_login(cast.member("fern"))
    paper = head_on(client.get(reverse("home-day-list", args=["mesa"])).content.decode())
    client.force_login(cast.member("ada"))
    page = reverse("audit-list", args=["mesa"])

    good = client.get(page, {"head": f"mesa:{paper.seq}:{paper.hash[:16]}"}).content.decode()
    bad = client.get(page, {"head": f"mesa:{paper.seq}:{'0' * 16}"}).content.decode()
    other = client.get(page, {"head": f"riverside:{paper.seq}:{paper.hash}"}).content.decode()

    assert "This head stands in the chain" in good
    assert "This head is not in the chain" in bad
    assert "not a head of this site" in other


@pytest.mark.hazard("H-45")
@pytest.mark.parametrize(
    ("age", "said"),
    [
        (None, ("none", "Run")),
        (timedelta(hours=3), ("3 h ago", "found whole")),
        (timedelta(days=4), ("4 days ago", "Too old")),
    ],
)
def test_the_owner_reads_how_old_the_last_proven_backup_is(settings, tmp_path, age, said):
    settings.VAR = tmp_path
    now, folder = timezone.now(), tmp_path / "backups"
    folder.mkdir()
    if age is not None:
        taken = (now - age).isoformat()
        (folder / "clearhead-1.json").write_text(
            f'{{"engine": "sqlite", "taken_at": "{taken}", "sha256": "x", "rows": {{}}}}', encoding="utf-8"
        )
        (folder / "clearhead-1.sqlite3").write_bytes(b"x")
    (folder / "clearhead-2.json").write_text("torn", encoding="utf-8")

    first = figures.figures(cast.mesa(), now)[0]

    assert first.name == "Last good backup"
    assert (first.value, said[1] in first.of) == (said[0], True)
