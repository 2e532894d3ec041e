"""The pages of protocols over HTTP."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clearhead.clinic.policy import actions, reading
from clearhead.clinic.policy.models import Adoption, ProtocolVersion, Withdrawal
from clearhead.medicine.protocols import loader
from tests import builders
from tests.cast import AT_TEN, PIN, member, mesa, olga

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    mesa()
    return actions.keep_version(toml=(loader.SHIPPED / "stepped-series.toml").read_text("utf-8"), by=None, at=AT_TEN)


def page(name, *args):
    return reverse(name, args=["mesa", *args])


def test_the_list_and_one_version_show_values_with_their_sources(client, version):
    client.force_login(member("nina"))

    assert client.get(page("policy-list")).status_code == 200
    body = client.get(page("policy-version", version.code)).content.decode()

    assert "Who is a candidate" in body
    assert "assumption" in body
    assert "consensus" in body


def test_the_director_keeps_adopts_and_withdraws(client):
    mesa()
    client.force_login(member("maya"))

    kept = client.post(page("policy-keep"), {"shelf": "stepped-series", "toml": ""})
    assert kept.status_code == 303
    version = ProtocolVersion.objects.get()
    adopted = client.post(
        page("policy-adopt", version.code), {"purpose": "series", "read": "on", "from_at": "", "secret": PIN}
    )
    assert adopted.status_code == 303
    assert Adoption.objects.get().signature.signer == member("maya")
    gone = client.post(page("policy-withdraw", version.code), {"for_safety": "on", "reason": "news", "secret": PIN})
    assert gone.status_code == 303
    assert Withdrawal.objects.get().for_safety


def test_a_wrong_pin_is_told_at_the_field_and_adopts_nothing(client, version):
    client.force_login(member("maya"))

    answer = client.post(
        page("policy-adopt", version.code), {"purpose": "series", "read": "on", "from_at": "", "secret": "1357"}
    )

    assert answer.status_code == 422
    assert "does not match" in answer.content.decode()
    assert not Adoption.objects.exists()


def test_a_faulty_file_lists_its_faults_with_lines(client):
    mesa()
    client.force_login(member("maya"))

    answer = client.post(page("policy-keep"), {"shelf": "", "toml": 'id = "x"\nversion = "1"\nnonsense = 3\n'})

    assert answer.status_code == 422
    assert "line 3" in answer.content.decode()


@pytest.mark.parametrize("name", ["policy-adopt", "policy-withdraw"])
def test_nobody_but_the_director_reaches_the_forms(client, version, name):
    client.force_login(member("dario"))
    assert client.get(page(name, version.code)).status_code == 403

    client.force_login(olga())
    assert client.get(page(name, version.code)).status_code == 404


def test_the_difference_between_two_versions_is_told_in_words(client, version):
    other = actions.keep_version(toml=(loader.SHIPPED / "short-total-dose.toml").read_text("utf-8"), by=None, at=AT_TEN)
    client.force_login(member("nina"))

    body = client.get(page("policy-diff"), {"a": version.code, "b": other.code}).content.decode()

    assert "last light meal" in body
    assert "→" in body
    assert client.get(page("policy-diff"), {"a": "x", "b": other.code}).status_code == 404


def test_a_select_that_does_not_fit_is_refused_on_the_page(client):
    mesa()
    bed = builders.protocol_version("monitored-bed")
    client.force_login(member("maya"))

    answer = client.post(page("policy-select", bed.code), {"purpose": "series"})

    assert answer.status_code == 422
    assert "monitored bed" in answer.content.decode()


def test_what_is_softer_than_the_reference_is_said_in_words_with_its_unit() -> None:
    assert reading.spoken("preparation.fasting.light_meal_h: 4 here, 6 in the reference") == (
        "Light meal (h): 4 here, 6 in the reference"
    )
    assert reading.spoken("assessment.failed_preventive_classes_min: 1 here, 3 in the reference") == (
        "Kinds of preventive medicine tried before, at least: 1 here, 3 in the reference"
    )
    assert reading.spoken("recovery.observe_min: 30 here, 60 in the reference") == (
        "Watched afterwards, at least (min): 30 here, 60 in the reference"
    )
