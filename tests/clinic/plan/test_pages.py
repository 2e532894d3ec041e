"""The pages of planning over HTTP: staff pages, and the patient's preparation link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.assessment.models import Measurement
from clearhead.clinic.people import doors, guard
from clearhead.clinic.plan import actions, queries
from clearhead.clinic.plan.models import Escort, Order, PreparationAnswer, SeriesProposal
from tests.cast import PIN, member, olga, petra, quentin
from tests.clinic.plan import house

pytestmark = pytest.mark.django_db


def post(client, name, row, **said):
    return client.post(reverse(name, args=[row.code]), {guard.FIELD: guard.token(petra()), **said})


def now():
    return timezone.now()


@pytest.fixture
def course():
    found = house.suitable(at=now() - timedelta(days=2))
    Measurement.objects.create(
        patient=petra(), kind="weight", value=70, unit="kg", happened_at=now() - timedelta(hours=2), recorded_at=now()
    )
    return found


@pytest.fixture
def order(course):
    return house.signed(now())


@pytest.fixture
def session(order):
    house.agreed(order, now())
    return actions.book_series(order=order, by=member("fern"), at=now())[0]


def test_the_form_opens_with_the_protocols_own_dose_mode_and_signs(client, course):
    client.force_login(member("dario"))

    opened = client.get(reverse("plan-order", args=[course.code]))
    form = opened.context["form"]
    said = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    said = {name: form[name].value() if form[name].value() is not None else "" for name in said}
    body = opened.content.decode()
    assert "A start rate and steps" in body
    assert "mg/kg/h" in body

    answer = post(client, "plan-order", course, **{**said, "secret": PIN})

    assert answer.status_code == 302, answer.content.decode()
    assert Order.objects.get().signature.signer == member("dario")


def test_a_refused_order_names_the_reasons_and_saves_nothing(client, course):
    client.force_login(member("dario"))
    form = client.get(reverse("plan-order", args=[course.code])).context["form"]
    said = {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}

    answer = post(client, "plan-order", course, **{**said, "max_session_mg": "900", "secret": PIN})

    assert answer.status_code == 422
    assert "wider than the cap" in answer.content.decode()
    assert not Order.objects.exists()


def test_a_nurse_cannot_open_the_order_form_and_a_stranger_sees_nothing(client, course):
    client.force_login(member("nina"))
    assert client.get(reverse("plan-order", args=[course.code])).status_code == 403
    assert client.get(reverse("plan-course", args=[course.code])).status_code == 200

    client.force_login(olga())
    assert client.get(reverse("plan-course", args=[course.code])).status_code == 404


def test_the_desk_agrees_on_a_proposal(client, order):
    client.force_login(member("fern"))
    shown = client.get(reverse("plan-dates", args=[order.code]))
    assert shown.context["proposals"][0]["complete"]

    answer = post(client, "plan-dates", order, starts=shown.context["proposals"][0]["starts"])

    assert answer.status_code == 303
    assert len(SeriesProposal.objects.get().starts) == order.sessions
    assert "Agreed with the patient" in client.get(reverse("plan-course", args=[order.course.code])).content.decode()


def test_the_estimate_adds_up_and_prints(client, order):
    client.force_login(member("fern"))

    body = client.get(reverse("plan-estimate", args=[order.code])).content.decode()

    assert order.estimate["total"] in body
    assert "45 CFR 149.620" in body


def test_staff_move_cancel_and_write_down_answers(client, session):
    client.force_login(member("fern"))
    page = reverse("plan-session", args=[session.code])
    assert client.get(page).status_code == 200
    week = (session.booking.starts_at + timedelta(days=7)).astimezone(session.site.tz)

    moved = post(client, "plan-move", session, scope="all", starts_at=week.strftime("%Y-%m-%dT%H:%M"))
    answered = post(client, "plan-answers", session, read="yes", well="no", coming="yes")
    assert (moved.status_code, answered.status_code) == (303, 303)
    assert queries.sessions_of(session.order)[0].booking.starts_at == week
    assert PreparationAnswer.standing().filter(session=session).count() == 3

    gone = post(client, "plan-cancel", session, scope="all", why="travels")
    assert gone.status_code == 303
    assert not queries.sessions_of(session.order).exists()
    assert client.get(page).status_code == 200


def test_the_page_asks_a_prescriber_for_the_reason_of_a_move_and_nobody_else(client, session):
    late = (session.booking.starts_at + timedelta(days=14)).astimezone(session.site.tz)
    said = {"scope": "one", "starts_at": late.strftime("%Y-%m-%dT%H:%M")}

    client.force_login(member("fern"))
    desk = post(client, "plan-move", session, **said)
    assert desk.status_code == 422
    assert "Only a prescriber" in desk.content.decode()
    assert 'name="secret"' not in desk.content.decode()

    client.force_login(member("dario"))
    asked = post(client, "plan-move", session, **said)
    assert 'name="secret"' in asked.content.decode()
    wrong = post(client, "plan-move", session, **said, reason="has a cold", secret="9999")
    assert wrong.status_code == 422
    assert post(client, "plan-move", session, **said, reason="has a cold", secret=PIN).status_code == 303
    assert any(one.booking.starts_at == late for one in queries.sessions_of(session.order))


def test_a_form_without_its_patient_moves_nothing(client, session):
    client.force_login(member("fern"))

    answer = client.post(reverse("plan-cancel", args=[session.code]), {"scope": "all", "why": "x"})

    assert answer.status_code == 409
    assert queries.sessions_of(session.order).count() == session.order.sessions


def test_the_patient_prepares_by_link(client, session):
    _link, token = doors.make_link(
        purpose="prepare",
        subject_code=session.code,
        patient=petra(),
        site=session.site,
        at=now(),
        lasts=timedelta(days=9),
    )
    page = reverse("plan-prepare", args=[token])
    body = client.get(page).content.decode()
    assert "Clear drinks are fine" in body
    assert "draft" not in body

    named = client.post(
        page,
        {
            "which": "escort",
            "e-name": "Ben Lind",
            "e-phone": "555 0199",
            "e-mail": "ben@example.org",
            "e-may_be_told": "on",
        },
    )
    answered = client.post(page, {"which": "answers", "a-read": "yes", "a-well": "no", "a-coming": "yes"})

    assert (named.status_code, answered.status_code) == (303, 303)
    assert (queries.escort_of(session).name, queries.escort_of(session).mail) == ("Ben Lind", "ben@example.org")
    assert {row.via for row in PreparationAnswer.standing().filter(session=session)} == {"link"}


def test_a_link_of_another_purpose_or_past_its_end_opens_nothing(client, session):
    _link, token = doors.make_link(
        purpose="consent",
        subject_code=session.code,
        patient=petra(),
        site=session.site,
        at=now(),
        lasts=timedelta(days=9),
    )
    assert client.get(reverse("plan-prepare", args=[token])).status_code == 404
    _link, late = doors.make_link(
        purpose="prepare",
        subject_code=session.code,
        patient=petra(),
        site=session.site,
        at=now() - timedelta(days=2),
        lasts=timedelta(days=1),
    )
    assert client.get(reverse("plan-prepare", args=[late])).status_code == 403


def test_the_list_of_the_day(client, session):
    client.force_login(member("nina"))
    day = session.site.today(session.booking.starts_at)

    body = client.get(reverse("plan-day", args=["mesa"]), {"on": day.isoformat()}).content.decode()

    assert "Petra Lindqvist" in body
    assert "no escort" in body
    assert not Escort.objects.exists()


def test_a_patient_who_is_signed_in_prepares_the_own_session_and_no_other(client, session):
    page = reverse("plan-mine", args=[session.code])
    client.force_login(petra().user)
    assert client.get(page).status_code == 200
    assert (
        client.post(page, {"which": "answers", "a-read": "yes", "a-well": "no", "a-coming": "yes"}).status_code == 303
    )
    assert {row.via for row in PreparationAnswer.standing().filter(session=session)} == {"login"}

    client.force_login(quentin().user)
    assert client.get(page).status_code == 404
    client.force_login(member("nina"))
    assert client.get(page).status_code == 403


def test_who_asks_for_a_call_before_the_visit_is_seen_in_the_words_that_were_ticked(client, session):
    client.force_login(member("fern"))
    post(client, "plan-answers", session, read="no", well="no", coming="yes")
    day = session.booking.starts_at.astimezone(session.site.tz).date()

    page = client.get(reverse("plan-session", args=[session.code])).content.decode()
    board = client.get(reverse("plan-day", args=["mesa"]), {"on": f"{day}"}).content.decode()

    assert "! please call me" in page
    assert "nothing new" in page
    assert "! please call me" in board


def test_the_order_form_asks_about_a_weight_in_pounds_and_takes_the_tick(client, course):
    client.force_login(member("dario"))
    form = client.get(reverse("plan-order", args=[course.code])).context["form"]
    said = {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}
    said |= {"weight_kg": "154", "secret": PIN, "weight_confirmed": ""}

    asked = post(client, "plan-order", course, **said)
    assert asked.status_code == 422
    assert "A number in lb may have been entered as kg" in asked.content.decode()
    assert not Order.objects.exists()

    assert post(client, "plan-order", course, **{**said, "weight_confirmed": "on"}).status_code == 302
    assert Order.objects.get().deviations[0]["gate"] == "weight_doubt"
