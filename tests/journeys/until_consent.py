"""From the first question to a booked series, page by page."""

from __future__ import annotations

import re
from datetime import date, timedelta

from clearhead.clinic.assessment.models import Decision
from clearhead.clinic.consent.models import Consent
from clearhead.clinic.consult.models import Consult
from clearhead.clinic.diary.models import Day, Dose
from clearhead.clinic.people.models import Course
from clearhead.clinic.policy.models import Adoption
from clearhead.clinic.rehearsal.assess import ACUTES, PREVENTIVES
from clearhead.clinic.rehearsal.before import DIARY_DAYS
from clearhead.clinic.schedule.models import Booking
from clearhead.clinic.welcome.models import Enquiry, EnquiryEvent
from tests.journeys.browsing import Page, Visitor
from tests.journeys.house import PASSWORD, PIN, House

MOST_SESSIONS = 2
KG = "70"


def enquire(house: House) -> None:
    """A question on the public page; the desk answers it."""
    visitor, person = Visitor(), house.world.person
    page = visitor.open("welcome-ask", house.slug)
    visitor.send(
        page.form("text"), name=f"{person.given} {person.family}", contact=person.email, text="Could this help me?",
        wants_soon=True, may_contact=True,
    )  # fmt: skip
    asked = Enquiry.objects.get()
    assert asked.contact == person.email

    house.wait(30)
    desk = house.staff("front_desk")
    inbox = desk.open("welcome-inbox", house.slug)
    page = desk.open(inbox.links_to(str(asked.code))[0])
    desk.send(page.form("note"), "Answered", note="Called back; will book online.")
    assert EnquiryEvent.objects.get().kind == "answered"


def book_a_talk(house: House) -> None:
    """How, which day, what time, who, how to reach: without an account."""
    visitor, person = Visitor(), house.world.person
    how = visitor.open("welcome-book", house.slug)
    day = visitor.open(how.links_to("/book/")[0])
    times = visitor.open(next(url for url in day.links_to("/book/") if re.search(r"/\d{4}-\d\d-\d\d/$", url)))
    form = times.form(to=times.url)
    first = next(one.value for one in form.controls if one.name == "start")
    who = visitor.send(form, first)
    reach = visitor.send(
        who.form("given_name"), given_name=person.given, family_name=person.family, birth_date=str(person.born)
    )
    house.wait(2)
    booked = visitor.send(reach.form("phone"), phone="555 0142", email=person.email)
    assert "booked" in booked.text
    assert Booking.objects.get(status="booked").course == Course.objects.get()


def open_the_diary(house: House) -> None:
    """The desk invites; the letter's link opens an account; a medicine is put on the list."""
    desk, person = house.staff("front_desk"), house.world.person
    page = desk.open("welcome-desk-book", house.course.code)
    desk.send(page.form(to="/invite/"))
    house.send_letters()
    at_home = house.patient_at_home
    page = at_home.open(house.letter("invitation", house.patient.code))
    at_home.send(page.form("password"), password=PASSWORD, again=PASSWORD)
    assert house.patient.user is not None
    at_home.email, at_home.password = person.email, PASSWORD

    page = at_home.open("diary-medicines")
    at_home.send(page.form("typed"), typed="sumatriptan", role="acute", unit="tablet")
    house.answer_the_diary()


def talk(house: House) -> None:
    """The booked talk, from the list of the day."""
    booked = Booking.objects.get(status="booked")
    house.until(booked.starts_at)
    prescriber = house.staff("prescriber")
    board = prescriber.open("home-day", house.slug)
    page = prescriber.open(prescriber.open(board.link("Consults")).link("Begin"))
    yes = ("migraine_diagnosed", "other_treatments_insufficient", "several_medicines_tried", "neurologist_seen")
    form = page.form("patient_location")
    said = {name: "no" for name in form.names if name.startswith(("triage_", "flag_"))}
    said |= {f"triage_{name}": "yes" for name in (*yes, "escort_available")}
    prescriber.send(
        form, **said, identified=True, patient_location="at home, Main Street 1", outcome="invite", secret=PIN
    )
    row = Consult.standing().get()
    assert (row.outcome, row.booking) == ("invite", booked)


def keep_the_diary(house: House) -> None:
    """Weeks pass; one dose is told, and one day is answered on the day after."""
    house.until(house.now + timedelta(days=DIARY_DAYS))
    at_home = house.patient_at_home
    page = at_home.open("diary-dose")
    at_home.send(page.form("taken_at"), medicine="sumatriptan", amount="1")
    assert Dose.standing().count() == 1
    assert Day.standing().count() == len(house.days_answered) >= 28
    today = house.world.site.today(house.now)
    page = at_home.open("diary-day", str(today - timedelta(days=1)))
    at_home.send(page.form("answer"), answer="3")
    assert Day.standing().get(local_date=today - timedelta(days=1)).answer == 3


def assess(house: House) -> None:
    """Every section of the assessment by the nurse; diagnosis and decision by the prescriber."""
    nurse, prescriber, code = house.staff("nurse"), house.staff("prescriber"), house.course.code
    overview = nurse.open("assessment-overview", code)
    for url in sorted(set(overview.links_to("/history/"))):
        _all_no(nurse, nurse.open(url))
    _all_no(nurse, nurse.open("assessment-conditions", code))
    _all_no(nurse, nurse.open("assessment-warning-signs", code))
    _medicines(nurse, house)
    _treatments(nurse, house)
    _results(nurse, house)
    page = nurse.open("assessment-referrals", code)
    seen = house.world.site.today(house.now) - timedelta(days=60)
    nurse.send(
        page.form("to_specialty"), to_specialty="neurology", to_name="Dr. Brandt", seen_on=str(seen),
        letter_on_file=True, secondary_causes_excluded="yes",
    )  # fmt: skip
    page = prescriber.open("assessment-diagnosis", code)
    prescriber.send(page.form("indication"), indication=house.world.protocol.indications[0], not_better_explained=True)
    house.wait(5)
    page = prescriber.open("assessment-verdict", code)
    prescriber.send(page.form("outcome", "secret"), outcome="suitable", secret=PIN)
    assert Decision.standing().get().outcome == "suitable"


def _all_no(nurse: Visitor, page: Page) -> None:
    form = page.form("said_by")
    nurse.send(form, **{name: "no" for name in form.names if name.startswith("answer_")})


def _medicines(nurse: Visitor, house: House) -> None:
    page = nurse.open("assessment-medicines", house.course.code)
    page = nurse.send(page.form("typed", "kind"), typed="sumatriptan", dose="50 mg when needed")
    nurse.send(page.form(to="/medicines/confirm/"))
    page = nurse.open("assessment-allergies", house.course.code)
    nurse.send(page.form(to="/allergies/none/"))


def _treatments(nurse: Visitor, house: House) -> None:
    year = house.world.site.today(house.now).year - 2
    begun = date(year, 1, 10)
    page = nurse.open("assessment-trials", house.course.code)
    for typed, _class, dose, weeks in PREVENTIVES:
        page = nurse.send(
            page.form("weeks_at_target"), typed=typed, role="preventive", dose=f"{dose} mg", started_on=str(begun),
            stopped_on=str(begun + timedelta(weeks=weeks)), reached_target_dose="yes", weeks_at_target=weeks,
            effect="none", why_stopped="no_effect",
        )  # fmt: skip
    for typed in ACUTES:
        page = nurse.send(page.form("weeks_at_target"), typed=typed, role="acute", effect="none")


def _results(nurse: Visitor, house: House) -> None:
    today = house.world.site.today(house.now)
    page = nurse.open("assessment-results", house.course.code)
    page = nurse.send(page.form("weight", "unit"), weight=KG, unit="kg")
    page = nurse.send(page.form("pressure"), pressure="122/74")
    for test in house.world.protocol.assessment.tests:
        if test.when != "everyone":
            needed = "yes" if test.name == "pregnancy_test" else "no"
            page = nurse.send(page.form(to=f"/applies/{test.name}/"), needed)
        if test.level == "refuse" and test.when in {"everyone", "if_applicable"}:
            page = nurse.send(
                page.form("inside_limit"), kind=test.name, text="looked at, nothing against", on=str(today),
                inside_limit="yes",
            )  # fmt: skip


def order_a_series(house: House) -> None:
    """Refused while the protocol is only an example here; adopted by the director; then signed."""
    prescriber, code = house.staff("prescriber"), house.course.code
    page = prescriber.open("plan-order", code)
    prescriber.refused(page.form("weight_kg"), secret=PIN)

    director = house.staff("director")
    listed = director.open("policy-list", house.slug)
    version = director.open(listed.link(house.world.protocol.title))
    adopting = director.open(version.link("Adopt"))
    director.send(adopting.form("read"), read=True, secret=PIN)
    assert Adoption.standing().filter(version=house.world.version).exists()

    house.wait(2)
    prescriber.send(prescriber.open("plan-order", code).form("weight_kg"), **_numbers(house), secret=PIN)
    assert house.order.course == house.course


def _numbers(house: House) -> dict[str, object]:
    """The protocol's own plan, but a short series where the protocol permits one for a reason."""
    series = house.world.protocol.series
    few = max(MOST_SESSIONS, series.sessions_min)
    if series.sessions <= few:
        return {}
    return {"sessions": few, "reason": "A short series first, to see how it is borne."}


def consent_and_book(house: House) -> None:
    """Dates are agreed by phone; the patient reads at home, asks, is answered, signs: all is booked at once."""
    desk, nurse = house.staff("front_desk"), house.staff("nurse")
    page = desk.open("plan-dates", house.order.code)
    desk.send(page.form(button="Agree on these"), "Agree on these")
    page = nurse.open("consent-order", house.order.code)
    nurse.send(page.form(button="Send the link"))
    house.send_letters()

    at_home = Visitor()
    link = house.letter("to_sign", house.order.code)
    page = at_home.open(link)
    page = at_home.send(page.form(button="Ask"), **{"q-question": "Will I be awake?"})
    at_home.refused(page.form("typed_name"), **_signature(house, page))
    house.wait(40)
    page = nurse.open("consent-order", house.order.code)
    nurse.send(page.form("answer"), answer="Yes, drowsy at most.")
    page = at_home.open(link)
    at_home.send(page.form("typed_name"), **_signature(house, page))
    assert Consent.standing().get().order_sha256 == house.order.sha256
    assert len(house.sessions) == house.order.sessions
    assert all(session.booking is not None for session in house.sessions)


def _signature(house: House, page: Page) -> dict[str, object]:
    names = page.form("typed_name").names
    said = {name: "in my own words" for name in names if name.startswith("teach_")}
    said |= {name: "yes" for name in names if name.startswith("choice_")}
    return said | {"typed_name": str(house.patient), "birth_date": str(house.world.person.born)}
