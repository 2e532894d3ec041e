"""Times as people read them: the zone is named, and the reader's own time stands beside it where it differs."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from clearhead.clinic.people.models import Patient, Site


def zone_name(zone: str) -> str:
    """“Phoenix time”: a zone as people say it."""
    return _("%(city)s time") % {"city": zone.rpartition("/")[2].replace("_", " ")}


def local_time(moment: datetime, site: Site, own_zone: str = "") -> str:
    """“Tue 24 Nov, 06:10 (Phoenix time), for you 08:10 (New York time)”; the second where it differs."""
    there = timezone.localtime(moment, site.tz)
    said = f"{formats.date_format(there, 'D j M, H:i')} ({zone_name(site.zone)})"
    if not hours_apart(moment, site, own_zone):
        return said
    here = timezone.localtime(moment, ZoneInfo(own_zone))
    shown = formats.date_format(here, "H:i" if here.date() == there.date() else "D j M, H:i")
    return _("%(there)s, for you %(here)s (%(zone)s)") % {"there": said, "here": shown, "zone": zone_name(own_zone)}


def hours_apart(moment: datetime, site: Site, own_zone: str) -> timedelta:
    """By how much the clock in this zone is ahead of the clinic's at that moment; nothing where no zone is known."""
    if not own_zone:
        return timedelta()
    ahead = timezone.localtime(moment, ZoneInfo(own_zone)).utcoffset() or timedelta()
    return ahead - (timezone.localtime(moment, site.tz).utcoffset() or timedelta())


def zone_sentence(moment: datetime, site: Site, patient: Patient | None) -> str:
    """“All times are Phoenix time. For you (New York time) it is 2 h later.”"""
    said = _("All times are %(zone)s.") % {"zone": zone_name(site.zone)}
    own_zone = patient.zone if patient is not None else ""
    apart = hours_apart(moment, site, own_zone)
    if not apart:
        return said
    words = {"said": said, "zone": zone_name(own_zone), "apart": _span(abs(apart))}
    if apart > timedelta():
        return _("%(said)s For you (%(zone)s) it is %(apart)s later.") % words
    return _("%(said)s For you (%(zone)s) it is %(apart)s earlier.") % words


def _span(apart: timedelta) -> str:
    hours, minutes = divmod(int(apart.total_seconds() // 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
