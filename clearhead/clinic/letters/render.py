"""Text of a letter in the patient's language, its times in the site's zone and, where that differs, in their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string, select_template
from django.utils import translation
from django.utils.formats import date_format

from clearhead.clinic.letters.kinds import Kind, checked
from clearhead.clinic.people.models import Site
from clearhead.clinic.people.times import local_time


def rendered(
    kind: Kind, *, site: Site, channel: str, language: str, context: dict[str, Any], own_zone: str = ""
) -> tuple[str, str]:
    """Subject and text. `own_zone`: where the reader lives, so that no time has to be worked out."""
    told = checked(kind, channel, context)
    with translation.override(language):
        shown = {key: _shown(value, site, own_zone) for key, value in told.items()}
        shown |= {"phone": site.phone, "after_hours": site.after_hours_phone, "address": site.address}
        subject = _subject(kind, told, site)
        if kind.private:
            return subject, render_to_string("letters/texts/letter.txt", shown).strip() + "\n"
        names = [f"letters/texts/{kind.name}.sms.txt"] if channel == "sms" else []
        template = select_template([*names, f"letters/texts/{kind.name}.txt"])
        return subject, template.render(shown).strip() + "\n"


def _subject(kind: Kind, told: dict[str, Any], site: Site) -> str:
    """The subject; where letters about several appointments look alike, the day on the site's calendar is in it."""
    when = told.get("when")
    if not isinstance(when, datetime):
        return str(kind.subject)
    return str(kind.subject).replace("%(day)s", date_format(when.astimezone(site.tz), "D j M"))


def _shown(value: Any, site: Site, own_zone: str) -> Any:
    if isinstance(value, datetime):
        return local_time(value, site, own_zone)
    if isinstance(value, (list, tuple)):
        return [_shown(one, site, own_zone) for one in value]
    return value
