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
from clearhead.medicine.protocols.protocol import Protocol

STANDING = {"office_chair": "stepped-series", "monitored_bed": "hospital", "inpatient": "hospital"}
"""The shipped clinic that lends its chairs or beds to a protocol without a clinic of its own, by the kind of place."""


def clinic_for(protocol: Protocol) -> ClinicFile:
    """The clinic file that goes with a shipped example, else the standing one of its kind."""
    return shipped_clinic(protocol.id if protocol.id in shipped_clinic_ids() else STANDING[protocol.setting])


def sites_for(protocol: Protocol) -> tuple[str, ...]:
    """The sites of that clinic where this protocol may run, in the order of the file."""
    return tuple(place.slug for place in clinic_for(protocol).sites if protocol.fits(place.setting))


def set_up(toml: str, *, start: datetime | None = None, at_site: str = "") -> Story:
    """The clinic, ready for its first patient, at its first site that fits or at the one that is named."""
    protocol = protocol_from(toml, name="rehearsed.toml")
    begun = first_start(start)
    long_ago = begun - timedelta(days=60)
    load_clinic(clinic=clinic_for(protocol), at=long_ago, by=None)
    site = Site.objects.get(slug=at_site or sites_for(protocol)[0])
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
