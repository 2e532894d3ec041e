"""The planning bench: for staff, labelled, with its numbers."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests import cast

pytestmark = pytest.mark.django_db


@pytest.mark.hazard("H-35")
def test_staff_see_the_figure_its_numbers_and_what_it_is_not(client):
    cast.mesa()
    client.force_login(cast.member("dario"))

    page = client.get(reverse("home-kinetics", args=["mesa"])).content.decode()
    figure = client.get(reverse("home-kinetics-figure", args=["mesa"]))

    assert "No validated level exists for migraine relief" in page
    assert "not a sobriety clock" in page
    assert "Otto 2021: 4 h is longer than the 2 h of infusion it rests on" in page
    assert page.count("Kamp 2020, arterial") == page.count("Otto 2021, venous") == 14
    assert figure["Content-Type"] == "image/svg+xml"
    assert b"<svg" in figure.content


def test_every_stated_duration_is_run_at_its_ends_and_read_in_minutes_above_the_chosen_levels(client):
    cast.mesa()
    client.force_login(cast.member("dario"))

    page = client.get(reverse("home-kinetics", args=["mesa"])).content.decode()
    figure = client.get(reverse("home-kinetics-figure", args=["mesa"])).content.decode()

    for run in ("Short total dose, 40 min", "Short total dose, 60 min", "Neurology gated, 2 h", "Neurology gated, 4 h"):
        assert run in page
    assert "Stepped series, 3 h" in page
    assert "Stepped series, 5 h" in page
    assert "Minutes above 50 ng/mL" in page
    assert "Minutes above 100 ng/mL" in page
    assert page.count("<td") == 28 * page.count('<th class="num"') + 28 * 2
    assert "Thin lines: the shortest and the longest run" in figure
    assert 'stroke-width="0.9"' in figure
    tall = figure.split('viewBox="0 0 1000 ')[1].split('"')[0]
    assert f'height="{tall}"' in page


@pytest.mark.hazard("H-35")
def test_no_patient_sees_it(client):
    client.force_login(cast.petra().user)

    assert client.get(reverse("home-kinetics", args=["mesa"])).status_code == 403


def test_the_command_line_reaches_the_science(capsys):
    with pytest.raises(SystemExit) as left:
        call_command("kinetics", "models")

    assert left.value.code == 0
    assert "kamp-2020" in capsys.readouterr().out
