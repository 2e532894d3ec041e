"""A visitor without script: opens pages, reads their forms, fills them by name or label, and sends them.

Nothing is posted that the page itself did not offer: hidden fields go back as they came, a choice has to be one of the
choices, a button one of the buttons. So a form without its guard, or a field that was renamed, is found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import resolve, reverse

from clearhead.clinic.people.models import User

VOID = {"checkbox", "radio"}
NO_FIELD = {"submit", "button", "reset", "image"}


def plain(text: str) -> str:
    """Text as a reader sees it: one space between words."""
    return re.sub(r"\s+", " ", text).strip()


@dataclass
class Control:
    """One input, select, textarea or button of a form."""

    name: str
    kind: str
    value: str = ""
    on: bool = False
    id: str = ""
    options: list[tuple[str, str, bool]] = field(default_factory=list)
    many: bool = False
    words: str = ""


@dataclass
class Form:
    """A form as it stands on the page."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)

    def named(self, name: str) -> list[Control]:
        """The controls of this name, or of this label."""
        found = [one for one in self.controls if one.name == name and one.kind != "button"]
        if found:
            return found
        ids = {id for id, words in self.labels.items() if words.removesuffix(" (if you wish)") == name}
        names = {one.name for one in self.controls if one.id in ids and one.kind != "button"}
        return [one for one in self.controls if one.name in names and one.kind != "button"]

    def button(self, words: str) -> Control | None:
        """The button that says or sends this."""
        buttons = [one for one in self.controls if one.kind == "button"]
        return next((one for one in buttons if words in {one.words, one.value}), None)

    def filled(self, said: Mapping[str, Any], press: str = "") -> dict[str, Any]:
        """What a browser would send: the page's own values, changed by what was typed, and the button pressed."""
        for name, value in said.items():
            found = self.named(name)
            assert found, f"{self.action} has no field “{name}”. It has: {', '.join(sorted(self.names))}."
            _fill(found, name, value)
        sent = self._sent()
        if press:
            button = self.button(press)
            assert button is not None, f"{self.action} has no button “{press}”."
            if button.name:
                sent.setdefault(button.name, []).append(button.value)
        return sent

    @property
    def names(self) -> set[str]:
        """The names of everything that can be filled."""
        return {one.name for one in self.controls if one.kind != "button"}

    def _sent(self) -> dict[str, Any]:
        sent: dict[str, Any] = {}
        for one in self.controls:
            if one.kind == "select":
                sent.setdefault(one.name, []).extend(value for value, _words, on in one.options if on)
            elif one.kind != "button" and (one.kind not in VOID or one.on):
                sent.setdefault(one.name, []).append(one.value)
        return sent


def _fill(found: list[Control], name: str, value: Any) -> None:
    first = found[0]
    if first.kind == "select":
        words = {str(one) for one in (value if isinstance(value, (list, tuple)) else [value])}
        first.options = [(code, said, code in words or said in words) for code, said, _on in first.options]
        assert any(on for _code, _said, on in first.options), f"“{name}” offers no {value!r}: {first.options}"
    elif first.kind == "radio" or (first.kind == "checkbox" and len(found) > 1):
        words = {str(one) for one in (value if isinstance(value, (list, tuple, set)) else [value])}
        for one in found:
            one.on = one.value in words or (bool(one.words) and one.words in words)
        assert any(one.on for one in found) or not words, f"“{name}” offers no {value!r}: {[o.value for o in found]}"
    elif first.kind == "checkbox":
        first.on = bool(value)
    else:
        assert first.kind != "hidden", f"“{name}” is hidden: nobody types there."
        first.value = str(value)


class _Reader(HTMLParser):
    """Forms, links and text of a page."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._area: Control | None = None
        self._option: tuple[str, bool] | None = None
        self._taking: list[list[Any]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._form = Form(urljoin(self.url, said.get("action") or self.url), said.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag in {"a", "label", "button", "option"}:
            self._taking.append([tag, said, [], len(self._form.controls) if self._form else 0])
        if tag == "button" and self._form is not None and said.get("type", "submit") == "submit":
            self._form.controls.append(Control(said.get("name", ""), "button", said.get("value", "")))
        if self._form is not None and said.get("name") and "disabled" not in said:
            self._control(tag, said)

    def _control(self, tag: str, said: dict[str, str]) -> None:
        assert self._form is not None
        name, id = said["name"], said.get("id", "")
        if tag == "input" and said.get("type", "text") not in NO_FIELD:
            kind = said.get("type", "text")
            value = said.get("value", "on" if kind in VOID else "")
            self._form.controls.append(Control(name, kind, value, "checked" in said, id))
        elif tag == "select":
            self._form.controls.append(Control(name, "select", id=id, many="multiple" in said))
        elif tag == "textarea":
            self._area = Control(name, "textarea", id=id)
            self._form.controls.append(self._area)

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data
        self.text.append(data)
        for one in self._taking:
            one[2].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            if self._area is not None:
                self._area.value = self._area.value.removeprefix("\n")
            self._area = None
        elif tag == "select" and self._form is not None:
            last = self._form.controls[-1]
            if last.kind == "select" and last.options and not last.many and not any(on for *_x, on in last.options):
                last.options[0] = (*last.options[0][:2], True)
        elif self._taking and self._taking[-1][0] == tag:
            self._taken(*self._taking.pop())

    def _taken(self, tag: str, said: dict[str, str], parts: list[str], at: int) -> None:
        words = plain("".join(parts))
        if tag == "a" and "href" in said:
            self.links.append((words, urljoin(self.url, said["href"])))
        elif self._form is None:
            return
        elif tag == "option" and self._form.controls and self._form.controls[-1].kind == "select":
            self._form.controls[-1].options.append((said.get("value", words), words, "selected" in said))
        elif tag == "label":
            inside = self._form.controls[at:]
            for one in inside:
                one.words = one.words or words
            for id in {said.get("for", ""), *(one.id for one in inside)} - {""}:
                self._form.labels[id] = words
        elif tag == "button" and at < len(self._form.controls):
            self._form.controls[at].words = words


class Page:
    """An answer, read."""

    def __init__(self, url: str, answer: Any) -> None:
        self.url, self.status = url, answer.status_code
        self.html = answer.content.decode() if not answer.streaming else ""
        self._read = _Reader(url)
        if "html" in answer.headers.get("Content-Type", ""):
            self._read.feed(self.html)
        self.forms, self.links, self.text = self._read.forms, self._read.links, plain(" ".join(self._read.text))

    def form(self, *fields: str, to: str = "", button: str = "") -> Form:
        """The form with these fields, this address or this button."""
        posts = [one for one in self.forms if one.method == "post"]
        for one in posts:
            here = not to or urlsplit(one.action).path.endswith(to)
            if here and all(one.named(name) for name in fields) and (not button or one.button(button)):
                return one
        seen = [(one.action, sorted(one.names)) for one in posts]
        raise AssertionError(f"{self.url} has no form with {fields or to or button}: {seen}")

    def link(self, words: str) -> str:
        """Where the link of these words leads."""
        for said, url in self.links:
            if said == words or said.startswith(words):
                return url
        raise AssertionError(f"{self.url} has no link “{words}”: {sorted({said for said, _url in self.links})}")

    def links_to(self, part: str) -> list[str]:
        """The addresses of links to other pages whose address holds this."""
        return [url for _said, url in self.links if part in url and "#" not in url]


class Redirect(Page):
    """Where a form led to, as `visitor` sees it; fetched when somebody looks at it."""

    def __init__(self, visitor: Visitor, url: str) -> None:
        self.url, self.status, self._visitor = url, 303, visitor

    def __getattr__(self, name: str) -> Any:
        if name not in {"html", "forms", "links", "text"}:
            raise AttributeError(name)
        self.__dict__ |= self._visitor._get(self.url).__dict__
        return self.__dict__[name]


KNOWN_AT_THE_DOOR = 3
"""So often someone types the password in a test of many days; then the door is taken as proven and opened for them."""


@dataclass
class Visitor:
    """Someone with a browser of their own. Signed out by time, they sign in again at the door; locked out, by PIN.

    The page a form leads to is fetched the first time that form's view answers so; after that only if it is read.
    """

    email: str = ""
    password: str = ""
    pin: str = ""
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    doors: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)

    def open(self, url: str, *args: Any) -> Page:
        """A page, redirects followed; never a fault."""
        address = url if "/" in url else reverse(url, args=args)
        page = self._get(address)
        if self.email and urlsplit(page.url).path == reverse("account_login"):
            page = self.sign_in(page)
            if urlsplit(page.url).path != urlsplit(address).path:
                page = self._get(address)
        return page

    def unlock(self, page: Page) -> Page:
        """At a tablet that nobody touched for a while; it leads where one wanted to go."""
        form = page.form("person", "secret")
        me = str(User.objects.get(email=self.email).code)
        after = self._post(form, form.filled({"person": me, "secret": self.pin}))
        assert after.status < 400, f"{self.email} could not open the tablet: {after.text[:300]}"
        return after

    def sign_in(self, page: Page) -> Page:
        """At the door, with e-mail address and password; it leads where one wanted to go."""
        self.doors += 1
        assert self.doors < 500, f"{self.email} does not get in."
        if self.doors > KNOWN_AT_THE_DOOR:
            self.client.force_login(User.objects.get(email=self.email))
            return page
        form = page.form("login", "password")
        after = self._post(form, form.filled({"login": self.email, "password": self.password}))
        assert urlsplit(after.url).path != reverse("account_login"), f"{self.email} was not let in: {after.text[:300]}"
        return after

    def send(self, form: Form, press: str = "", /, **said: Any) -> Page:
        """Fill and send; redirects followed."""
        return self.tell(form, said, press)

    def tell(self, form: Form, said: Mapping[str, Any], press: str = "") -> Page:
        """The same for fields that are named by their labels."""
        page = self._post(form, form.filled(said, press))
        assert page.status < 400, f"{form.action} answered {page.status} to {dict(said)}: {complaints(page)}"
        return page

    def refused(self, form: Form, press: str = "", /, **said: Any) -> Page:
        """Fill and send what has to be refused."""
        page = self._post(form, form.filled(said, press))
        assert page.status == 422, f"{form.action} answered {page.status} to {said}, not a refusal."
        return page

    def _post(self, form: Form, sent: Mapping[str, Any]) -> Page:
        where = urlsplit(form.action)
        address = where.path + (f"?{where.query}" if where.query else "")
        return self._followed(address, self.client.post(address, sent), sent_to=address)

    def _get(self, url: str) -> Page:
        where = urlsplit(url)
        address = where.path + (f"?{where.query}" if where.query else "")
        page = self._followed(address, self.client.get(address))
        if page.status == 403 and "This tablet is locked" in page.text:
            return self.unlock(page)
        assert page.status < 400, f"{url} answered {page.status}: {page.text[:400]}"
        return page

    def _followed(self, address: str, answer: Any, sent_to: str = "") -> Page:
        for _hop in range(6):
            if answer.status_code not in {301, 302, 303}:
                return Page(address, answer)
            address = urljoin(address, answer.headers["Location"])
            if sent_to and self._knows(sent_to, address):
                return Redirect(self, address)
            answer = self.client.get(address)
        raise AssertionError(f"{address} redirects without end.")

    def _knows(self, sent_to: str, address: str) -> bool:
        way = view_of(sent_to), view_of(address)
        known = way in self.seen
        self.seen.add(way)
        return known


def view_of(address: str) -> str:
    """The name of the view behind an address."""
    return resolve(urlsplit(address).path).view_name


def complaints(page: Page) -> str:
    """What the page says stands against it."""
    said = re.findall(r'class="(?:wrong|errors|doubts)"[^>]*>(.*?)</(?:p|div)>', page.html, re.DOTALL)
    told: Iterable[str] = (plain(re.sub(r"<[^>]+>", " ", one)) for one in said)
    return " | ".join(one for one in told if one) or page.text[:600]
