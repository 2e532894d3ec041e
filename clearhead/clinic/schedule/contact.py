"""Whom patients call and what cancelling costs: both stand in the consent, and nobody signs one without them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.models import Site, User
from clearhead.clinic.schedule.changing import SettingRefused, told
from clearhead.clinic.schedule.models import SettingChange


@audit.once
def change_contact(
    *,
    site: Site,
    phone: str,
    after_hours_phone: str,
    cancelling_terms: str,
    by: User | None,
    at: datetime,
    client_id: UUID | None = None,
) -> SettingChange:
    """Other numbers to call, other terms of cancelling, from now on. A consent that is signed stays as it was read."""
    site = Site.objects.select_for_update().get(pk=site.pk)
    said = {"phone": phone, "after_hours_phone": after_hours_phone, "cancelling_terms": cancelling_terms}
    said = {name: " ".join(words.split()) for name, words in said.items()}
    if not all(said.values()):
        raise SettingRefused(_("Both numbers and the terms are needed: patients read them before they sign."))
    before = contact_words(site)
    Site.objects.filter(pk=site.pk).update(**said)
    site.refresh_from_db()
    return told(site, SettingChange.Kind.CONTACT, site.today(at), before, contact_words(site), by, at)


def contact_words(site: Site) -> str:
    """Numbers and terms in one line of the history."""
    nothing = _("not written down")
    return _("%(day)s; at night and on weekends %(night)s; cancelling: %(terms)s") % {
        "day": site.phone or nothing,
        "night": site.after_hours_phone or nothing,
        "terms": site.cancelling_terms or nothing,
    }
