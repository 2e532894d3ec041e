"""`clearhead where` leads from an address to the file that answers it."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from clearhead.clinic import urls
from tests.addresses import pages


def where(url: str) -> str:
    said = StringIO()
    call_command("where", url, stdout=said)
    return said.getvalue()


@pytest.mark.parametrize("url", ["/home/mesa/chairs/", "https://clinic.example/home/mesa/chairs/?day=today"])
def test_it_names_the_view_its_file_and_line_and_its_rule(url: str) -> None:
    said = where(url)

    assert said.startswith("home-chairs: clearhead.clinic.home.")
    assert re.search(r"clearhead/clinic/home/\w+\.py:\d+", said)
    assert "access: " in said


def test_it_answers_for_every_address_without_parts() -> None:
    plain = [page for page in pages() if not page.parts]

    assert urls.urlpatterns
    assert plain
    for page in plain:
        assert where(f"/{page.route}").startswith(page.name)


def test_a_leading_slash_may_be_left_off() -> None:
    assert where("home/mesa/chairs/") == where("/home/mesa/chairs/")


@pytest.mark.parametrize("folder", ["/", "/usr", "."])
def test_the_file_is_named_from_the_top_of_the_repository_wherever_one_calls(monkeypatch, folder: str) -> None:
    monkeypatch.chdir(folder)

    files = [where(url).splitlines()[1].rpartition(":")[0] for url in ("/home/mesa/chairs/", "/account/login/")]

    assert re.fullmatch(r"clearhead/clinic/home/[\w/]+\.py", files[0])
    assert Path(files[1]).is_file(), "a library's file is named whole"


def test_a_file_of_the_program_is_said_to_be_one() -> None:
    assert where("/static/web/base.css").splitlines() == [
        "/static/web/base.css: no page, a file of the program",
        "clearhead/clinic/web/static/web/base.css",
    ]
    with pytest.raises(CommandError, match="no file of the program has this name"):
        where("/static/nothing.css")


def test_an_address_that_nobody_answers_is_said_to_be_so() -> None:
    with pytest.raises(CommandError, match="No page answers"):
        where("/nowhere/at/all/")
