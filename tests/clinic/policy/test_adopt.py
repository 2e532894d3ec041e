"""Keeping, selecting, adopting and withdrawing a protocol version at a site."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files

import pytest
from django.db import IntegrityError, transaction

from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.policy import actions, queries
from clearhead.clinic.policy.models import Adoption, ProtocolVersion, Selection
from clearhead.medicine.errors import WrongFile
from tests.cast import AT_TEN, PASSWORD, PIN, member, mesa

pytestmark = pytest.mark.django_db
LATER = AT_TEN + timedelta(hours=1)


def text_of(name: str = "stepped-series") -> str:
    return files("clearhead.medicine.protocols").joinpath(f"{name}.toml").read_text(encoding="utf-8")


def kept() -> ProtocolVersion:
    return actions.keep_version(toml=text_of(), by=member("maya"), at=AT_TEN)


def adopted() -> Adoption:
    return actions.adopt(site=mesa(), version=kept(), secret=PIN, by=member("maya"), at=AT_TEN)


def test_a_site_without_a_protocol_says_so():
    with pytest.raises(queries.NoProtocol, match="medical director adopts one"):
        queries.protocol_at(mesa(), "migraine", "series", AT_TEN)


def test_a_selected_protocol_runs_with_example_limits_and_an_adopted_one_without():
    site = mesa()

    actions.select(site=site, version=kept(), by=None, at=AT_TEN)
    selected = queries.protocol_at(site, "migraine", "series", AT_TEN)
    adopted()
    running = queries.protocol_at(site, "migraine", "series", LATER)

    assert selected.example_limits
    assert selected.adopted is None
    assert running.adopted is not None
    assert not running.example_limits
    assert running.protocol.id == "stepped-series"


def test_the_same_bytes_are_kept_once_and_other_bytes_need_a_new_version():
    first = kept()

    assert kept() == first
    with pytest.raises(actions.PolicyRefused, match="new version number"):
        actions.keep_version(toml=text_of() + "\n# another line\n", by=member("maya"), at=AT_TEN)
    assert ProtocolVersion.objects.count() == 1


def test_a_file_with_faults_is_not_kept():
    wrong = text_of() + "\n[nonsense]\nx = 1\n\n[more_nonsense]\ny = 2\n"

    with pytest.raises(WrongFile) as refusal:
        actions.keep_version(toml=wrong, by=member("maya"), at=AT_TEN)

    assert len(refusal.value.faults) >= 2
    assert not ProtocolVersion.objects.exists()


@pytest.mark.parametrize("who", ["dario", "nina", "otto"])
def test_only_the_medical_director_adopts(who):
    version = kept()

    with pytest.raises(actions.PolicyRefused, match="medical director"):
        actions.adopt(site=mesa(), version=version, secret=PIN, by=member(who), at=AT_TEN)

    assert not Adoption.objects.exists()


def test_a_wrong_secret_adopts_nothing():
    version = kept()

    with pytest.raises(SignatureRefused):
        actions.adopt(site=mesa(), version=version, secret="1111", by=member("maya"), at=AT_TEN)

    assert not Adoption.objects.exists()


def test_the_signature_stands_over_the_bytes_of_the_file():
    row = actions.adopt(site=mesa(), version=kept(), secret=PASSWORD, by=member("maya"), at=AT_TEN)

    assert row.signature.sha256 == row.version.sha256
    assert row.signature.signer == member("maya")


@pytest.mark.parametrize("setting", ["monitored_bed", "inpatient"])
def test_an_office_site_can_neither_adopt_nor_select_a_protocol_that_needs_more(setting):
    text = text_of().replace('setting        = "office_chair"', f'setting        = "{setting}"')
    version = actions.keep_version(toml=text, by=None, at=AT_TEN)

    with pytest.raises(actions.PolicyRefused) as refusal:
        actions.adopt(site=mesa(), version=version, secret=PIN, by=member("maya"), at=AT_TEN)
    with pytest.raises(actions.PolicyRefused):
        actions.select(site=mesa(), version=version, by=None, at=AT_TEN)

    assert [reason.gate for reason in refusal.value.verdict.blocking] == ["setting_fits"]
    assert not Adoption.objects.exists()
    assert not Selection.objects.exists()


def test_an_adoption_never_reaches_back():
    with pytest.raises(actions.PolicyRefused, match="never from the past"):
        actions.adopt(site=mesa(), version=kept(), secret=PIN, by=member("maya"), at=LATER, from_at=AT_TEN)


def test_a_version_withdrawn_for_safety_stops_running_until_it_is_signed_anew():
    site, version = mesa(), adopted().version
    actions.withdraw(
        site=site, version=version, for_safety=True, reason="new warning", secret=PIN, by=member("maya"), at=LATER
    )

    assert queries.find_protocol_at(site, "migraine", "series", LATER) is None
    assert queries.withdrawn_for_safety(version, site, LATER) is not None
    assert queries.withdrawn_for_safety(version, site, AT_TEN) is None

    anew = LATER + timedelta(days=1)
    actions.adopt(site=site, version=version, secret=PIN, by=member("maya"), at=anew)
    assert queries.withdrawn_for_safety(version, site, anew) is None
    assert queries.protocol_at(site, "migraine", "series", anew).adopted is not None


def test_a_withdrawal_says_why():
    version = adopted().version

    with pytest.raises(actions.PolicyRefused, match="Write why"):
        actions.withdraw(
            site=mesa(), version=version, for_safety=False, reason=" ", secret=PIN, by=member("maya"), at=LATER
        )


def test_two_adoptions_cannot_hold_from_the_same_moment():
    version = adopted().version

    with pytest.raises(IntegrityError), transaction.atomic():
        actions.adopt(site=mesa(), version=version, secret=PIN, by=member("maya"), at=AT_TEN)
