"""A clinic file: read whole, checked whole, without a database."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from clearhead.clinic.policy.clinic_file import CLINICS, clinic_from, shipped_clinic, shipped_clinic_ids
from clearhead.medicine.errors import Fault, Missing, WrongFile

SITE = "sites.Saguaro Headache Infusion, Mesa"
DEMO = (CLINICS / "demo.toml").read_text(encoding="utf-8")


def faults_in(text: str) -> list[Fault]:
    with pytest.raises(WrongFile) as wrong:
        clinic_from(text, name="mine.toml")
    return wrong.value.faults


def changed(old: str, new: str, count: int = 1) -> str:
    assert DEMO.count(old) >= 1, old
    return DEMO.replace(old, new, count)


@pytest.mark.parametrize("id", shipped_clinic_ids())
def test_every_shipped_clinic_is_an_example_without_faults(id):
    clinic = shipped_clinic(id)

    assert clinic.example
    assert clinic.id == id
    assert all(site.chosen("series") for site in clinic.sites)


def test_each_example_clinic_works_under_the_protocol_of_its_name():
    for id in set(shipped_clinic_ids()) - {"demo", "hospital"}:
        assert {site.chosen("series").id for site in shipped_clinic(id).sites} == {id}


def test_a_site_names_the_order_of_its_monitor_whole_and_when_a_tablet_locks():
    assert shipped_clinic("prescriber-range").sites[0].monitor_order[0] == "bp"
    assert shipped_clinic("neurology-gated").sites[0].tablet_lock_min == 3

    short = faults_in(changed('["hr", "spo2", "bp", "rr", "sedation"]', '["hr", "bp", "bp", "rr", "sedation"]'))
    never = faults_in(changed("tablet_lock_min   = 3", "tablet_lock_min   = 240"))

    assert [fault.key for fault in (*short, *never)] == [f"{SITE}.monitor_order", f"{SITE}.tablet_lock_min"]


def test_two_sites_in_arizona_share_staff_and_keep_their_own():
    clinic = shipped_clinic("short-total-dose")
    south, north = clinic.sites

    assert [site.zone for site in clinic.sites] == ["America/Phoenix"] * 2
    shared = set(clinic.staff_of(south.slug)) & set(clinic.staff_of(north.slug))
    assert shared
    assert set(clinic.staff_of(south.slug)) != set(clinic.staff_of(north.slug))


def test_the_demo_has_three_chairs_or_more_and_every_role():
    clinic = shipped_clinic("demo")

    assert len(clinic.sites[0].chairs) >= 3
    assert {role for person in clinic.staff for role in person.roles} == {
        "front_desk", "nurse", "prescriber", "director", "pharmacist", "owner", "auditor", "researcher",
    }  # fmt: skip


def test_a_service_that_ended_says_what_to_ask_for_instead():
    (site,) = shipped_clinic("tried-several").sites
    (ended,) = [service for service in site.services if service.until_date]

    assert ended.until_date == date(2023, 9, 29)
    assert "call us" in ended.notice


def test_a_price_changes_by_a_second_row_with_a_later_date():
    row = next(line for line in DEMO.splitlines() if 'name = "Review"' in line)
    later = row.replace("price_usd = 80", "price_usd = 90").replace("2026-01-01", "2027-01-01")

    (site,) = clinic_from(changed(row, f"{row}\n{later}"), name="x").sites

    assert [s.price_usd for s in site.services if s.name == "Review"] == [Decimal(80), Decimal(90)]
    assert any("twice" in fault.found for fault in faults_in(changed(row, f"{row}\n{row}")))


@pytest.mark.parametrize(
    ("old", "new", "key", "found"),
    [
        ("America/Phoenix", "Arizona/Phoenix", SITE + ".zone", "Arizona/Phoenix"),
        ("omar@example.org", "nina@example.org", "staff.Omar Haddad.email", "nina@example.org"),
        ("omar@example.org", "foo", "staff.Omar Haddad.email", "foo"),
        ("omar@example.org", "omar@home", "staff.Omar Haddad.email", "omar@home"),
        ("closes = 18:00:00", "closes = 06:00:00", SITE + ".hours", "07:00:00 to 06:00:00"),
        ('roles = ["director"]', 'roles = ["auditor"]', SITE, "nobody who is director"),
        ('protocol = "neurology-gated"', 'protocol = "monitored-bed"', SITE + ".protocols",
         "monitored-bed, which needs monitored_bed"),
        ('place = "private_room"', 'place = "chair"', SITE + ".chairs", "no private_room"),
        ('kind = "ACLS"', 'kind = "BLS"', SITE, "nobody with ACLS"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named(old, new, key, found):
    count = -1 if old.startswith("kind") else 1

    assert (key, found) in {(fault.key, fault.found) for fault in faults_in(changed(old, new, count))}


@pytest.mark.parametrize("example", ["true", "false"])
def test_an_office_that_closes_before_a_visit_ends_is_told_to_an_example_and_to_a_real_clinic(example):
    weekdays = changed("example = true", f"example = {example}").replace("closes = 18:00:00", "closes = 11:00:00")

    faults = faults_in(weekdays.replace("closes = 14:00:00", "closes = 12:00:00"))

    assert any("a planned visit of stepped-series" in fault.expected for fault in faults)


def test_a_real_clinic_is_set_up_before_its_nurses_have_shown_their_certificates():
    real = changed("example = true", "example = false").replace('kind = "ACLS"', 'kind = "BLS"')

    assert not clinic_from(real, name="mine.toml").example


def test_an_address_that_is_none_is_told_in_words():
    (fault,) = faults_in(changed("omar@example.org", "foo"))

    assert str(fault).endswith("found foo, expected an e-mail address")


def test_wrong_kinds_are_told_with_their_lines():
    text = changed("opens = 07:00:00", 'opens = "seven"')

    (fault,) = faults_in(text)

    assert "a time such as" in fault.expected
    assert '"seven"' in text.splitlines()[fault.line - 1]


def test_an_unknown_clinic_is_refused_with_the_ones_there_are():
    with pytest.raises(Missing, match="demo"):
        shipped_clinic("nowhere")


def test_reading_a_clinic_file_needs_no_django():
    script = "import sys; from clearhead.clinic.policy.clinic_file import shipped_clinic; shipped_clinic('demo'); "
    command = [sys.executable, "-c", script + "print('django' in sys.modules)"]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "False"
