"""What a clinic file chooses becomes the site's selection: example limits for consult and assessment, no orders."""

from __future__ import annotations

from datetime import datetime

from clearhead.clinic.people.models import Site
from clearhead.clinic.policy import actions as policy
from clearhead.clinic.policy.clinic_file import ClinicFile
from clearhead.medicine.protocols.loader import shipped


def select_chosen(clinic: ClinicFile, site: Site, *, at: datetime) -> None:
    """Keep and select every protocol the file names for this site."""
    place = next(place for place in clinic.sites if place.slug == site.slug)
    for choice in place.protocols:
        version = policy.keep_version(toml=shipped(choice.protocol).toml, by=None, at=at)
        policy.select(site=site, version=version, by=None, at=at, purpose=choice.purpose, indication=choice.indication)
