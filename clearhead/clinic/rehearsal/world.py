"""A throwaway clinic around one protocol: a site that could run it, its people with a PIN, the protocol selected."""

from __future__ import annotations

from datetime import datetime, timedelta

from clearhead.clinic.people.models import Site, User
from clearhead.clinic.policy import actions as policy
from clearhead.clinic.policy.clinic_file import ClinicFile, shipped_clinic, shipped_clinic_ids
from clearhead.clinic.rehearsal.clock import Clock
from clearhead.clinic.rehearsal.story import PIN, Story, first_start
from clearhead.clinic.schedule.setup import load_clinic
from clearhead.medicine.protocols.loader import protocol_from

STANDING = "stepped-series"
"""The shipped clinic that lends its chairs to a protocol without a clinic of its own."""


def clinic_for(protocol_id: str) -> ClinicFile:
    """The clinic file that goes with a shipped example, else the standing one."""
    return shipped_clinic(protocol_id if protocol_id in shipped_clinic_ids() else STANDING)


def set_up(toml: str, *, start: datetime | None = None) -> Story:
    """The clinic, ready for its first patient."""
    protocol = protocol_from(toml, name="rehearsed.toml")
    begun = first_start(start)
    long_ago = begun - timedelta(days=60)
    site = load_clinic(clinic=clinic_for(protocol.id), at=long_ago, by=None)[0]
    Site.objects.filter(pk=site.pk).update(setting=protocol.setting)
    site.refresh_from_db()
    give_pins()
    version = policy.keep_version(toml=toml, by=None, at=long_ago)
    policy.select(site=site, version=version, by=None, at=long_ago, purpose="series")
    return Story(site=site, protocol=protocol, version=version, clock=Clock(begun))


def give_pins() -> None:
    """Everyone gets the PIN of the story; nobody here is real."""
    first = User.objects.order_by("pk").first()
    if first is None:
        return
    first.set_pin(PIN)
    User.objects.update(pin=first.pin)
