"""Every URL × every role × {own, neighbour's, other site's}: those are let in whom the view's rule names.

Expected answers are worked out here from the declared rule alone, not by the code that enforces it. A URL whose view
declares no rule fails. A refused request may write nothing, and no body may hold a word of a record that is not theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from clearhead.clinic.people import doors, guard
from clearhead.clinic.people.access import PATIENT, access, site_ids_of, staff
from clearhead.clinic.people.models import Patient, Role, User
from tests import cast, rows
from tests.addresses import Page, pages
from tests.rows import CANARY, ROWS, canary, link_for

pytestmark = pytest.mark.django_db

NOT_FOUND = ("Nothing is here under this address.", "This link opens nothing.")  # what access.py says to a stranger


@dataclass
class World:
    """Petra, her neighbour Vera and the staff of Mesa; Quentin and Olga of Riverside. One row of each kind for each."""

    petra: Patient
    vera: Patient
    quentin: Patient
    actors: dict[str, User | None]
    rows: dict[int, dict[str, Any]]
    writes: list[str] = field(default_factory=list)
    client: Client = field(default_factory=Client)
    cookies: dict[str, str] = field(default_factory=dict)

    @cached_property
    def colleague(self) -> str:
        """Whom the pages about one of the staff are about."""
        return str(cast.member("omar").code)

    def browser_of(self, actor: str) -> Client:
        """The browser as it is right after the sign-in: every request is undone, so one sign-in lasts for all pages."""
        user = self.actors[actor]
        self.client.cookies.clear()
        if user is not None and actor not in self.cookies:
            self.client.force_login(user)
            self.cookies[actor] = self.client.cookies[settings.SESSION_COOKIE_NAME].value
        if user is not None:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[actor]
        return self.client

    def asked_about(self, page: Page, actor: str) -> list[tuple[str, Patient]]:
        """Whose rows this actor asks for. To the staff of Mesa both patients are alike: one nurse asks for both."""
        near = [("neighbour", self.vera)] if page.subject and actor in {"patient", "nurse", "outsider"} else []
        return [("own", self.petra), *near, ("other", self.quentin)]

    def strangers(self, actor: str) -> list[Patient]:
        """Of whom this actor may not read a word on any page."""
        if actor == "outsider":
            return [self.petra, self.vera]
        return [self.quentin] if actor in self.actors.keys() & set(Role) else [self.vera, self.quentin]

    def watch(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Note every write except the sign-in's own session."""
        if sql.split(" ", 1)[0] in {"INSERT", "UPDATE", "DELETE"} and "django_session" not in sql:
            self.writes.append(sql)
        return execute(sql, params, many, context)


@pytest.fixture
def world(db: None) -> World:
    """Everyone there is."""
    petra, vera, quentin = cast.petra(), cast.vera(), cast.quentin()
    actors: dict[str, User | None] = {role: cast.member(name) for name, (_n, _t, role) in cast.STAFF.items()}
    ex = User.objects.create_user("ex@example.org", cast.PASSWORD, name="Ex Nurse", is_active=False)
    actors |= {"patient": petra.user, "outsider": cast.olga(), "ex-staff": ex, "nobody": None}
    made = {one.pk: {label: make(one) for label, make in ROWS.items()} for one in (petra, vera, quentin)}
    return World(petra, vera, quentin, actors, made)


def address(world: World, page: Page, patient: Patient, token: str = "") -> str:
    """The page's address about this patient."""
    values = {"token": token or "no-such-token", "person": world.colleague, **rows.OTHER_KWARGS}
    if page.subject is not None and page.rule.kind != "link":
        row = world.rows[patient.pk][page.subject._meta.label]
        values |= {"code": getattr(row, "code", ""), "site": getattr(row, "slug", "mesa")}
    url = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(values.get(match[1], uuid4())), page.route)
    return "/" + url.lstrip("^/").rstrip("$")


def expected(page: Page, actor: str, whose: str, method: str) -> str:
    """let in, sent to sign in, 403 or 404, from the declared rule alone, for Petra's, Vera's or the other's row."""
    rule, kind = page.rule, page.rule.kind
    if kind == "public":
        return "in"
    if kind == "link":
        return "404"  # nobody holds a token here; holders have a test of their own
    if actor in {"nobody", "ex-staff"}:
        return "403" if kind == "chair" else "sign in"
    if kind == "signed_in":
        return "in"
    if kind == "patient":
        return "403" if actor != "patient" else "in" if whose == "own" or page.subject is None else "404"
    if actor == "patient":
        return "403"
    allowed = set(rule.roles if method == "GET" or kind == "chair" else rule.writers)
    held = {Role.PRESCRIBER, Role.NURSE} if actor == "outsider" else {actor}
    here = page.subject is None or _shared(page) or (whose != "other") != (actor == "outsider")
    if not here:
        return "404"
    return "in" if held & allowed else "403"


def _shared(page: Page) -> bool:
    """Rows that belong to no site: every member of staff may ask for them."""
    return page.subject._meta.label == "policy.ProtocolVersion"


def said(answer: HttpResponse) -> str:
    """The answer in the words of `expected`."""
    if answer.status_code == 302 and "/account/login" in answer["Location"]:
        return "sign in"
    why = str((answer.context or {}).get("exception", NOT_FOUND[0])) if answer.status_code == 404 else ""
    if why and not why.startswith(NOT_FOUND):
        return "in"  # the view itself missed something else that the address or the form should have named
    if answer.status_code in {403, 404}:
        return str(answer.status_code)
    return "in" if answer.status_code < 500 else f"fault {answer.status_code}"


def ask(world: World, client: Client, method: str, url: str, patient: Patient) -> tuple[HttpResponse, list[str]]:
    """One request in a transaction of its own that is undone; and what it wrote."""
    world.writes.clear()
    body = {guard.FIELD: guard.token(patient), "client_id": str(uuid4())}
    with transaction.atomic(), connection.execute_wrapper(world.watch):
        answer = client.get(url) if method == "GET" else client.post(url, body)
        if hasattr(answer, "render") and not getattr(answer, "is_rendered", True):
            answer.render()
        transaction.set_rollback(True)
    return answer, list(world.writes)


def faults_of(world: World, page: Page) -> list[str]:
    """Every way in which one page's answers differ from its rule. A method that it does not have is tried once."""
    faults, unknown = [], set()
    for actor in world.actors:
        client = world.browser_of(actor)
        for whose, patient in world.asked_about(page, actor):
            url = address(world, page, patient)
            for method in sorted({"GET", "POST"} - unknown):
                answer, writes = ask(world, client, method, url, patient)
                if answer.status_code == 405:
                    unknown.add(method)
                else:
                    faults += _judge(world, page, actor, whose, method, answer, writes)
    return faults


def _judge(
    world: World, page: Page, actor: str, whose: str, method: str, answer: HttpResponse, writes: list[str]
) -> list[str]:
    where = f"{method} {page.route} as {actor}, {whose} row"
    want, got = expected(page, actor, whose, method), said(answer)
    faults = []
    if want != got:
        faults.append(f"{where}: should be {want}, was {got} ({answer.status_code})")
    if want != "in" and writes:
        faults.append(f"{where}: refused, yet wrote {writes[0][:90]}")
    strangers, body = world.strangers(actor), "" if answer.streaming else answer.content.decode(errors="replace")
    if page.rule.kind != "public" and any(
        name in body for one in strangers for name in (one.given_name, one.family_name)
    ):
        faults.append(f"{where}: the body holds a stranger's name")
    if any(canary(one) in body for one in strangers):
        faults.append(f"{where}: the body holds a stranger's record")
    if want != "in" and CANARY in body:
        faults.append(f"{where}: refused, yet the body holds the record")
    return faults


ALL = sorted(pages(), key=lambda page: page.route)


def test_every_address_declares_who_may_open_it():
    bare = [page.route for page in ALL if not hasattr(page.view, "access_rule")]

    assert bare == []


def test_every_subject_of_an_address_has_a_row_to_try_it_with():
    subjects = {page.subject._meta.label for page in ALL if getattr(page.view, "access_subject", None) is not None}

    assert sorted(subjects - set(ROWS)) == [], "add these to tests/rows.py"


@pytest.mark.slow
@pytest.mark.sqlite  # who may is decided in Python, the same on both; on PostgreSQL the journeys pass the same doors
@pytest.mark.hazard("H-32")
@pytest.mark.hazard("H-33")
@pytest.mark.parametrize("step", sorted({page.route.split("/")[0] for page in ALL}))
def test_each_page_lets_in_exactly_whom_its_rule_names(world, step):
    faults = [fault for page in ALL if page.route.split("/")[0] == step for fault in faults_of(world, page)]

    assert faults == []


@pytest.mark.hazard("H-41")
def test_a_link_opens_its_own_page_and_no_other(world):
    faults = []
    for page in [page for page in ALL if page.rule.kind == "link"]:
        _link, token = link_for(world.petra, page.rule.purpose, page.subject)
        _other, wrong = link_for(world.petra, "another-purpose", page.subject)
        for held, want in ((token, "in"), (wrong, "404")):
            url = address(world, page, world.petra, held)
            answer, _writes = ask(world, Client(), "GET", url, world.petra)
            if answer.status_code == 405:
                answer, _writes = ask(world, Client(), "POST", url, world.petra)
            got = said(answer)
            if got == "sign in" and page.rule.purpose == "account" and held == token:
                got = "in"  # Petra has an account: the link leads to its sign-in, and to nothing else
            if got != want:
                faults.append(f"{page.route} with a link of {page.rule.purpose}: should be {want}, was {got}")

    assert faults == []


@pytest.mark.hazard("H-50")
def test_the_chairs_own_token_opens_the_chair_without_a_sign_in(world):
    session = world.rows[world.petra.pk]["plan.Session"]
    client = Client()
    client.cookies[doors.CHAIR_COOKIE] = doors.chair_token(session.code, "tablet 2")

    for page in [page for page in ALL if page.rule.kind == "chair" and page.parts == ("code",)]:
        answer, _writes = ask(world, client, "POST", address(world, page, world.petra), world.petra)
        assert answer.status_code not in {302, 403, 404} or "/login" not in answer.get("Location", "")
        other, _writes = ask(world, client, "POST", address(world, page, world.quentin), world.quentin)
        if other.status_code == 405:
            other, _writes = ask(world, client, "GET", address(world, page, world.quentin), world.quentin)
        assert said(other) == "403", page.route


@access(staff())
def leaks_everyone(request: Any) -> HttpResponse:
    """A bad view: shows every patient to any member of staff."""
    return HttpResponse(", ".join(str(one) for one in Patient.objects.all()))


@access(PATIENT)
def trusts_the_address(request: Any) -> HttpResponse:
    """A bad view: shows whom the query names."""
    return HttpResponse(str(Patient.objects.get(given_name="Quentin")))


urlpatterns = [path("leak/everyone/", leaks_everyone), path("leak/trust/", trusts_the_address)]


@override_settings(ROOT_URLCONF="tests.test_access_matrix")
@pytest.mark.parametrize("route", ["leak/everyone/", "leak/trust/"])
def test_the_matrix_catches_a_page_that_leaks(world, route, rf):
    page = next(page for page in pages() if page.route == route)
    actor = "nurse" if page.rule.kind == "staff" else "patient"
    request = rf.get("/" + route)
    request.user, request.session = world.actors[actor], {}

    faults = _judge(world, page, actor, "own", "GET", page.view(request), [])

    assert any("stranger's name" in fault for fault in faults)


def admits_the_whole_site(request: Any, row: Any) -> None:
    """A bad lock: a patient may open whatever is kept at the site of their own course."""
    request.patient = getattr(request.user, "patient", None)
    if request.patient is None:
        raise PermissionDenied("This page is for patients.")
    if row is not None and not site_ids_of(row) & site_ids_of(request.patient):
        raise Http404(NOT_FOUND[0])


@pytest.mark.hazard("H-32")
def test_the_matrix_catches_a_lock_that_admits_the_neighbour(world, monkeypatch):
    page = next(page for page in ALL if page.rule.kind == "patient" and page.subject is not None)
    assert faults_of(world, page) == []

    monkeypatch.setattr("clearhead.clinic.people.access._admit_patient", admits_the_whole_site)
    faults = faults_of(world, page)

    assert faults
    assert all("as patient, neighbour row" in fault for fault in faults)


def test_a_view_without_a_rule_answers_nobody(world, rf):
    from clearhead.clinic.people.middleware import DefaultDeny

    def bare(request: Any) -> HttpResponse:
        return HttpResponse("open")

    with pytest.raises(PermissionDenied, match="no access rule"):
        DefaultDeny(lambda request: HttpResponse()).process_view(rf.get("/"), bare, (), {})
