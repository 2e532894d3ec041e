"""Times on pages that a patient reads."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from clearhead.clinic.people.models import Patient, Site
from clearhead.clinic.people.times import local_time, zone_name, zone_sentence

register = template.Library()


@register.simple_tag
def told_time(moment: datetime, site: Site, patient: Patient | None = None) -> str:
    """“Tue 24 Nov, 06:10 (Phoenix time), for you 08:10 (New York time)”."""
    return local_time(moment, site, patient.zone if patient is not None else "")


@register.simple_tag
def told_zone(moment: datetime, site: Site, patient: Patient | None = None) -> str:
    """Which zone the times of a page are in, and how far the reader's own clock is from it."""
    return zone_sentence(moment, site, patient)


@register.filter
def clock_of(zone: str) -> str:
    """Whose clock a page goes by: "All times are New York time." """
    return _("All times are %(zone)s.") % {"zone": zone_name(zone)}
