"""H-34: script typed by a patient runs on a staff page. One payload in every free text; every page is read by staff."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import models
from django.test import Client

from clearhead.clinic.consent.models import Consent
from clearhead.clinic.infusion.models import Event, Symptom
from clearhead.clinic.people.models import Patient
from tests import builders, cast
from tests.addresses import pages
from tests.cast import AT_TEN
from tests.rows import ROWS
from tests.test_access_matrix import World, address

pytestmark = [pytest.mark.hazard("H-34"), pytest.mark.django_db]
PAYLOAD = "\"'><svg onload=alert(7)>"
RUNS = ("<svg onload", "\"'>")
READ = "&lt;svg onload=alert(7)&gt;"
KEPT_ROWS = {"people.Site", "people.User", "people.Course", "plan.Session", "plan.Order", "schedule.Booking"}
ONE_EACH = {"people.Photo", "people.Patient", "policy.ProtocolVersion"}
OWN_WORDS = {"code", "zone", "locale", "language", "version", "series_code", "mode"}


def spoiled(row: models.Model, **changed: Any) -> models.Model:
    """A copy of this row with the payload in every text that a person may type."""
    if isinstance(row, Consent):  # one signature per text
        row.text = spoiled(row.text, sha256=uuid.uuid4().hex * 2)
    row.pk, row._state.adding = None, True
    for field in row._meta.concrete_fields:
        free = isinstance(field, models.CharField | models.TextField) and not field.choices
        long_enough = (field.max_length or 9_999) >= len(PAYLOAD)
        if free and long_enough and field.name not in OWN_WORDS and "sha256" not in field.name:
            setattr(row, field.name, PAYLOAD)
        elif field.name == "code":
            row.code = uuid.uuid4()
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


class Rows(dict[str, Any]):
    """A person's rows, each made when a page asks for it."""

    def __init__(self, patient: Patient) -> None:
        super().__init__()
        self.patient = patient

    def __missing__(self, label: str) -> Any:
        return ROWS[label](self.patient)


@pytest.fixture
def petra(monkeypatch: pytest.MonkeyPatch) -> Patient:
    """Petra, whose every word is the payload."""
    petra = cast.petra()
    typed = [field.name for field in Patient._meta.concrete_fields if isinstance(field, models.CharField)]
    names = [name for name in typed if name in {"given_name", "family_name", "preferred_name", "pronouns", "address"}]
    session = builders.session(petra)
    for label, make in ROWS.items():
        if label not in KEPT_ROWS | ONE_EACH:
            row = spoiled(make(petra))
            monkeypatch.setitem(ROWS, label, lambda _patient, row=row: row)
    facts: dict[str, Any] = {"session": session, "happened_at": AT_TEN, "recorded_at": AT_TEN}
    Event.objects.create(kind="note", text=PAYLOAD, **facts)
    Symptom.objects.create(symptom="nausea", note=PAYLOAD, grade=1, **facts)
    Patient.objects.filter(pk=petra.pk).update(**dict.fromkeys(names, PAYLOAD))
    petra.refresh_from_db()
    return petra


@pytest.mark.sqlite  # templates escape alike on both databases
@pytest.mark.slow
def test_no_page_that_staff_read_carries_typed_script_as_script(petra: Patient) -> None:
    running, shown = [], []
    world = World(petra, petra, petra, {}, {petra.pk: Rows(petra)})
    everyone = {role: name for name, (_n, _t, role) in cast.STAFF.items()}
    for page in pages():
        allowed = [role for role in everyone if role in (page.rule.roles or ())]
        if not allowed or page.rule.kind not in {"staff", "chair"}:
            continue
        reader = Client()  # a new one for each page: the one that a patient holds locks the tablet
        reader.force_login(cast.member(everyone[allowed[0]]))
        answer = reader.get(address(world, page, petra))
        if answer.status_code != 200 or answer.streaming:
            continue
        body = answer.content.decode(errors="replace")
        running += [f"{page.name}: {sign}" for sign in RUNS if sign in body]
        shown += [page.name] if READ in body else []

    assert running == []
    assert len(shown) >= 10, "the payload has to be on the pages, or nothing was tested"
    assert {"welcome-inbox", "welcome-enquiry", "home-patients", "infusion-chair"} <= set(shown)


def test_no_page_lets_script_run_that_is_not_a_file_of_ours(client: Client) -> None:
    client.force_login(cast.member("nina"))

    policy = client.get("/home/mesa/patients/").headers["Content-Security-Policy"]

    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy
