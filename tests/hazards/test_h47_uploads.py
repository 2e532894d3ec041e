"""H-47: a malicious upload. One form takes a file, a patient's photo; what is sent anywhere else goes nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client

from clearhead.clinic.people.models import Photo
from clearhead.clinic.people.pictures import NotAPhoto, read_picture
from clearhead.clinic.welcome.models import Enquiry
from tests import builders, cast
from tests.pictures import jpeg, png

pytestmark = pytest.mark.hazard("H-47")
CLINIC = Path(__file__).resolve().parent.parent.parent / "clearhead" / "clinic"
TAKES_FILES = re.compile(r"type=[\"']?file|multipart/form-data|\b(File|Image)Field\b|\bFileInput\b|request\.FILES")
EVIL = b"<script>alert(1)</script>" * 100


def test_one_page_and_one_view_take_a_file() -> None:
    files = [*CLINIC.rglob("*.py"), *CLINIC.rglob("*.html"), *CLINIC.rglob("static/**/*.js")]
    vendored = [path for path in files if "htmx" in path.name]
    found = {path.name for path in files if path not in vendored and TAKES_FILES.search(path.read_text("utf-8"))}

    assert len(files) > 200
    assert found == {"views_photo.py", "photo.html"}


def test_one_table_keeps_a_picture() -> None:
    kept = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField | models.BinaryField) and model._meta.app_label not in {"mfa"}
    ]

    assert kept == ["people.Photo.image"]


def test_what_is_sent_is_never_written_to_a_folder() -> None:
    assert project.FILE_UPLOAD_HANDLERS == ["django.core.files.uploadhandler.MemoryFileUploadHandler"]


@pytest.mark.parametrize(
    "data",
    [b"", EVIL, b"GIF89a" + bytes(100), b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\xff\xd8\xff",
     jpeg(400, 400)[:60], png(400, 400)[:-20], png(400, 400)[:60] + b"\0" + png(400, 400)[61:]],
    ids=["empty", "script", "gif", "svg", "pdf", "only a beginning", "short jpeg", "short png", "changed png"],
)  # fmt: skip
def test_what_is_no_whole_jpeg_or_png_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPhoto):
        read_picture(data)


@pytest.mark.parametrize("picture", [jpeg(200, 300, hidden=EVIL) + EVIL, png(200, 300, hidden=EVIL) + EVIL])
def test_what_hides_in_or_behind_a_picture_is_left_out(picture: bytes) -> None:
    assert EVIL in picture

    kept = read_picture(picture)

    assert b"script" not in kept.image
    assert (kept.width_px, kept.height_px) == (200, 300)


@pytest.mark.django_db
@pytest.mark.parametrize("data", [EVIL, b"\xff\xd8\xff" + EVIL])
def test_a_page_in_the_place_of_a_photo_is_refused_and_leaves_nothing(data: bytes) -> None:
    from tests.clinic.people.test_photo import send

    answer = send("fern", builders.course_of(cast.petra()), data)

    assert answer.status_code == 422
    assert not Photo.objects.exists()


@pytest.mark.django_db
def test_a_file_that_is_sent_with_an_enquiry_is_not_kept(client: Client, settings, tmp_path: Path) -> None:
    site = cast.mesa()
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    evil = SimpleUploadedFile("evil.html", EVIL)

    answer = client.post(f"/welcome/{site.slug}/ask/", {"name": "Vera", "text": evil, "contact": "555 0190"})

    assert answer.status_code < 500
    assert not Enquiry.objects.filter(text__contains="script").exists()
    assert list(tmp_path.iterdir()) == []
