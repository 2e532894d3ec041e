"""A photo beside the name: optional, by staff, seen by who may open the chart, gone when it is taken back."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageOps

from clearhead.clinic.audit.models import Event
from clearhead.clinic.people import actions, guard
from clearhead.clinic.people.models import Course, Photo
from clearhead.clinic.people.pictures import LEAST_SIDE_PX, MOST_SIDE_PX, NotAPhoto, read_picture
from tests import builders, rows
from tests.cast import AT_TEN, member, mesa, olga, petra
from tests.pictures import EXIF_PLACE, jpeg, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    return builders.course_of(petra())


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(member(name))
    return client


def send(name: str, course: Course, data: bytes, **said: Any) -> Any:
    form = {guard.FIELD: guard.token(course.patient), "agreed": "on", **said}
    photo = SimpleUploadedFile("photo.jpg", data, "image/jpeg")
    return signed_in(name).post(reverse("people-photo", args=[course.code]), {**form, "photo": photo})


def kept(course: Course, data: bytes | None = None) -> Photo:
    return actions.keep_photo(
        patient=course.patient, site=course.site, data=data or jpeg(200, 300), by=member("fern"), at=AT_TEN
    )


@pytest.mark.parametrize("data", [jpeg(200, 300), jpeg(200, 300, progressive=True), png(200, 300)])
def test_a_kept_picture_is_the_same_picture_without_what_the_camera_wrote(data):
    picture = read_picture(data)

    before, after = (Image.open(io.BytesIO(one)).convert("RGB") for one in (data, picture.image))
    assert EXIF_PLACE in data
    assert EXIF_PLACE not in picture.image
    assert list(before.get_flattened_data()) == list(after.get_flattened_data())
    assert (picture.width_px, picture.height_px) == after.size == (200, 300)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_portrait_that_was_taken_on_its_side_stands_upright_still(orientation):
    data = jpeg(200, 300, orientation=orientation)

    upright, shown = (ImageOps.exif_transpose(Image.open(io.BytesIO(one))) for one in (data, read_picture(data).image))

    assert upright.size == shown.size
    assert list(upright.get_flattened_data()) == list(shown.get_flattened_data())


@pytest.mark.parametrize("side", [LEAST_SIDE_PX - 1, MOST_SIDE_PX + 1])
def test_a_picture_that_is_too_small_or_too_large_says_so(side):
    with pytest.raises(NotAPhoto, match=f"is {side} by 100 pixels"):
        read_picture(png(side, 100))


def test_more_than_two_megabytes_are_refused():
    with pytest.raises(NotAPhoto, match="larger than 2 MB"):
        read_picture(jpeg(100, 100) + bytes(2_000_000))


def test_the_desk_keeps_a_photo_and_it_stands_beside_the_name_on_chart_and_chair(course):
    assert send("fern", course, jpeg(200, 300)).status_code == 302
    face = reverse("people-face", args=[Photo.objects.get().code])
    session = builders.session(course.patient)

    for page in (
        reverse("home-course", args=[course.code]),
        reverse("infusion-chair", args=[session.code]),
        reverse("people-details", args=[course.code]),
    ):
        body = signed_in("nina").get(page).content.decode()
        assert f'src="{face}"' in body
        assert ">PL</span>" not in body


def test_without_a_photo_the_initials_stand_there(course):
    body = signed_in("nina").get(reverse("home-course", args=[course.code])).content.decode()

    assert ">PL</span>" in body
    assert "people/photo" not in body


def test_without_the_persons_yes_nothing_is_kept(course):
    assert send("fern", course, jpeg(200, 300), agreed="").status_code == 422
    assert not Photo.objects.exists()


def test_the_picture_is_served_as_a_picture_and_nothing_else_and_the_look_is_audited(course):
    photo = kept(course)

    answer = signed_in("nina").get(reverse("people-face", args=[photo.code]))

    assert answer.content == bytes(photo.image)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, max-age=600"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    look = Event.objects.filter(chain=mesa().slug, verb="look").latest("seq")
    assert look.subject == reverse("people-face", args=[photo.code])
    assert look.patient_code == str(course.patient.code)


def test_strangers_the_owner_and_the_patient_do_not_see_it(course):
    url = reverse("people-face", args=[kept(course).code])
    stranger, patient = Client(), Client()
    stranger.force_login(olga())
    patient.force_login(course.patient.user)

    assert stranger.get(url).status_code == 404
    assert patient.get(url).status_code == 403
    assert signed_in("otto").get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_a_second_photo_takes_the_place_of_the_first_and_the_chain_keeps_both_hashes(course):
    first = kept(course)
    second = kept(course, png(128, 128))

    assert list(Photo.objects.all()) == [second]
    hashes = [event.body["sha256"] for event in Event.objects.filter(verb="keep photo").order_by("seq")]
    assert hashes == [first.sha256, second.sha256]


def test_taken_back_the_picture_is_gone_and_the_chain_says_that_it_was_there(course):
    photo = kept(course)

    signed_in("fern").post(
        reverse("people-photo-remove", args=[course.code]), {guard.FIELD: guard.token(course.patient)}
    )

    assert not Photo.objects.exists()
    assert Event.objects.get(verb="remove photo").body == {"sha256": [photo.sha256]}


def test_who_said_no_in_the_consent_has_no_photo_kept(course):
    rows.consent(course.patient, choices={"photo": False})

    answer = send("fern", course, jpeg(200, 300))

    assert "said no to a photograph" in answer.content.decode()
    assert not Photo.objects.exists()
