"""Text of a letter in the patient's language, its times in the site's zone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string, select_template
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from clearhead.clinic.letters.kinds import Kind, checked
from clearhead.clinic.people.models import Site


def zone_name(zone: str) -> str:
    """“Phoenix time”: a zone as people say it."""
    return _("%(city)s time") % {"city": zone.rpartition("/")[2].replace("_", " ")}


def local_time(moment: datetime, site: Site) -> str:
    """“Tue 24 Nov, 06:10 (Phoenix time)”."""
    local = timezone.localtime(moment, site.tz)
    return f"{formats.date_format(local, 'D j M, H:i')} ({zone_name(site.zone)})"


def rendered(kind: Kind, *, site: Site, channel: str, language: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and text."""
    told = checked(kind, channel, context)
    with translation.override(language):
        shown = {key: _shown(value, site) for key, value in told.items()}
        shown |= {"phone": site.phone, "after_hours": site.after_hours_phone, "address": site.address}
        if kind.private:
            return str(kind.subject), render_to_string("letters/texts/letter.txt", shown).strip() + "\n"
        names = [f"letters/texts/{kind.name}.sms.txt"] if channel == "sms" else []
        template = select_template([*names, f"letters/texts/{kind.name}.txt"])
        return str(kind.subject), template.render(shown).strip() + "\n"


def _shown(value: Any, site: Site) -> Any:
    if isinstance(value, datetime):
        return local_time(value, site)
    if isinstance(value, (list, tuple)):
        return [_shown(one, site) for one in value]
    return value
