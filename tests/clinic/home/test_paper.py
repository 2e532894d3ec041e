"""The day on paper, and how old the last good backup is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.audit.models import Chain
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

    head = Chain.objects.get(name="mesa")
    assert "Petra Lindqvist" in page
    assert f"/infusion/{visit.code}/downtime/?blank=1" in page
    assert f"mesa:{head.head_seq}:{head.head_hash}" in page


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
