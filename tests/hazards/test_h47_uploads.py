"""H-47: a malicious upload. There is no way to upload anything, and a file that is sent all the same goes nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client

from clearhead.clinic.welcome.models import Enquiry
from tests import cast

pytestmark = pytest.mark.hazard("H-47")
CLINIC = Path(__file__).resolve().parent.parent.parent / "clearhead" / "clinic"
TAKES_FILES = re.compile(r"type=[\"']?file|multipart/form-data|\b(File|Image)Field\b|\bFileInput\b|request\.FILES")


def test_no_form_page_or_view_takes_a_file() -> None:
    files = [*CLINIC.rglob("*.py"), *CLINIC.rglob("*.html"), *CLINIC.rglob("static/**/*.js")]
    vendored = [path for path in files if "htmx" in path.name]
    found = [str(path) for path in files if path not in vendored and TAKES_FILES.search(path.read_text("utf-8"))]

    assert len(files) > 200
    assert found == []


def test_no_table_keeps_a_file_but_for_the_face_that_no_page_fills() -> None:
    kept = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField | models.BinaryField) and model._meta.app_label not in {"mfa"}
    ]

    writers = [
        path for path in CLINIC.rglob("*.py") if re.search(r"photo\s*=[^=]|cleaned_data\[.photo", path.read_text())
    ]
    assert kept == ["people.Patient.photo"]
    assert {path.name for path in writers if "migrations" not in path.parts} <= {"models.py"}


@pytest.mark.django_db
def test_a_file_that_is_sent_with_an_enquiry_is_not_kept(client: Client, settings, tmp_path: Path) -> None:
    site = cast.mesa()
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    evil = SimpleUploadedFile("evil.html", b"<script>alert(1)</script>" * 100)

    answer = client.post(f"/welcome/{site.slug}/ask/", {"name": "Vera", "text": evil, "contact": "555 0190"})

    assert answer.status_code < 500
    assert not Enquiry.objects.filter(text__contains="script").exists()
    assert list(tmp_path.iterdir()) == []
