"""Times as a visitor reads them: always with the clinic's zone beside them."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from clearhead.clinic.people.models import Site
from clearhead.clinic.people.times import local_time, zone_name
from clearhead.clinic.welcome.dayparts import Part, parts_of

register = template.Library()


@register.filter
def clinic_time(moment: datetime, site: Site) -> str:
    """“Tue 24 Nov, 06:10 (Phoenix time)”."""
    return local_time(moment, site)


@register.filter
def clinic_clock(moment: datetime, site: Site) -> str:
    """“06:10” on the clinic's wall."""
    return timezone.localtime(moment, site.tz).strftime("%H:%M")


@register.filter
def zone_words(site: Site) -> str:
    """“Phoenix time”."""
    return zone_name(site.zone)


@register.filter
def day_parts(times: list[datetime], site: Site) -> list[Part]:
    """Night, morning, afternoon, evening, each with its times, where it has any."""
    return parts_of(times, site.tz)


@register.filter
def start_value(moment: datetime) -> str:
    """A moment as a form sends it back."""
    return timezone.localtime(moment, timezone.get_fixed_timezone(0)).strftime("%Y-%m-%dT%H:%M+00:00")


@register.filter
def how_words(mode: str) -> str:
    """What a patient has to do to be there."""
    words = {"phone": _("We call you"), "video": _("By video, at home"), "in_person": _("At the clinic")}
    return str(words.get(mode, mode))


@register.filter
def milliseconds(moment: datetime) -> int:
    """For the countdown script."""
    return int(moment.timestamp() * 1000)
