"""When an entry of the diary is refused: what cannot have been, and what no longer is."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clearhead.clinic.diary import queries
from clearhead.clinic.diary.models import Attack
from clearhead.clinic.people.models import Patient
from clearhead.medicine.headache.diary import local_date_of_entry

CLOCK_AHEAD = timedelta(minutes=10)
"""A phone's clock may run this far ahead of ours; further, and its dates could be wrong."""


class DiaryRefused(Exception):
    """An entry that cannot be kept as it stands; says what now."""


class ComesFirst(DiaryRefused):
    """Something else has to arrive before: the entry stays where it is and is sent again."""


class ChangedSince(DiaryRefused):
    """The page showed an attack as it no longer is."""


def as_it_stands(attack: Attack) -> Attack:
    """The same attack after whatever was put right since; refused once it was taken out. The patient is locked."""
    present = queries.present(attack)
    if present is None:
        raise DiaryRefused(_("This attack was taken out of your diary. Nothing was saved."))
    return present


def entered(entered_at: datetime | None, at: datetime) -> datetime:
    """When it was tapped. A clock somewhat ahead is taken as now; far ahead is refused, never guessed."""
    if entered_at is None:
        return at
    if entered_at > at + CLOCK_AHEAD:
        raise DiaryRefused(
            _("The time of this entry lies in the future. Check the clock of your phone, then send again.")
        )
    return min(entered_at, at)


def not_too_early(patient: Patient, on: date) -> None:
    """Refuse a date that only a slip of the year can have made."""
    if on < queries.first_date(patient):
        named = {"day": date_format(on, "j F Y")}
        raise DiaryRefused(_("%(day)s is earlier than a diary can hold. Check the year.") % named)


def can_be_one_attack(patient: Patient, begun: datetime, ended: datetime | None, zone: str, at: datetime) -> None:
    """Refuse a start that would fill months with headache by a slip of the date. What was kept before stays."""
    not_too_early(patient, local_date_of_entry(begun, zone))
    if ended is not None and ended < begun:
        raise DiaryRefused(_("It cannot end before it began. Check both times."))
    if (ended or at) - begun <= queries.LONGEST_ATTACK:
        return
    named = {"n": queries.LONGEST_ATTACK.days}
    if ended is None:
        raise DiaryRefused(
            _("An attack that began more than %(n)s days ago needs its end as well. Check the date, or add the end.")
            % named
        )
    raise DiaryRefused(_("One attack can last %(n)s days at most. Check both dates.") % named)
