"""What the owner and the medical director read: counts with their denominators, no names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clearhead.clinic import backup
from clearhead.clinic.home.flags import flag_report
from clearhead.clinic.infusion.models import Infusion
from clearhead.clinic.infusion.queries.board import second_checks
from clearhead.clinic.infusion.queries.ontime import on_time
from clearhead.clinic.people.models import Course, Site
from clearhead.clinic.plan.models import Session
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.review.models import Harm, Review
from clearhead.clinic.schedule.models import Booking
from clearhead.clinic.welcome.models import Enquiry
from clearhead.medicine.rules.timeliness import Timeliness

WINDOW_DAYS = 90
MONTH_DAYS = 30
BACKUP_LATE_H = 26
"""A nightly backup that is older than this was missed."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what it counts."""

    name: str
    value: str
    of: str


def figures(site: Site, now: datetime) -> list[Figure]:
    """The last ninety days of one site."""
    since = now - timedelta(days=WINDOW_DAYS)
    infusions = Infusion.objects.filter(site=site, started_at__gte=since)
    n = infusions.count()
    return [
        _backup(now),
        Figure(_("Enquiries"), str(Enquiry.standing().filter(site=site, happened_at__gte=since).count()), ""),
        Figure(_("New courses"), str(Course.objects.filter(site=site, opened_at__gte=since).count()), ""),
        Figure(_("Infusions"), str(n), ""),
        _days_to_first(site, since),
        _no_shows(site, since),
        _on_time(site, since, now),
        *_flags(site, now),
        _single_handed(site, since, now),
        _dispositions(site, since),
        _harms(site, since, n),
        _reviews(site, since),
    ]


def _backup(now: datetime) -> Figure:
    """How old the newest backup is that was restored once; nothing is worth more to an owner (H-45)."""
    taken = backup.last_good(Path(settings.VAR) / "backups")
    if taken is None:
        return Figure(_("Last good backup"), _("none"), _("Run “clearhead backup” now, and every night."))
    hours = int((now - taken).total_seconds() // 3600)
    age = _("%(n)s h ago") % {"n": hours} if hours < 48 else _("%(n)s days ago") % {"n": hours // 24}
    late = _("Too old: look why no newer one was made.") if hours >= BACKUP_LATE_H else _("restored once, found whole")
    return Figure(_("Last good backup"), age, late)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def _days_to_first(site: Site, since: datetime) -> Figure:
    firsts = Session.objects.filter(site=site, number=1, infusion__started_at__gte=since).select_related(
        "course", "infusion"
    )
    waits = [(one.infusion.started_at - one.course.opened_at).days for one in firsts]
    value = f"{median(waits):.0f} d" if waits else "–"
    whose = ngettext("%(n)s patient", "%(n)s patients", len(waits)) % {"n": len(waits)}
    return Figure(_("First contact to first infusion, median"), value, whose)


def _no_shows(site: Site, since: datetime) -> Figure:
    past = Booking.objects.filter(site=site, starts_at__gte=since, status__in=["booked", "done", "no_show"])
    missed = past.filter(events__kind="no_show").distinct().count()
    return Figure(_("Did not come"), _share(missed, past.count()), f"{missed} / {past.count()}")


def _on_time(site: Site, since: datetime, now: datetime) -> Figure:
    """The chairs' own counts together: a due time that nobody came for is asked as well."""
    sessions = Session.objects.filter(site=site, infusion__started_at__gte=since)
    counts = [
        _count(session, now) for session in sessions.select_related("infusion", "site", "order__protocol_version")
    ]
    met, asked = sum(one.on_time for one in counts), sum(one.due for one in counts)
    return Figure(_("Sets of observations on time"), _share(met, asked), f"{met} / {asked}")


def _count(session: Session, now: datetime) -> Timeliness:
    """Asked until the patient left. A count that can change no more is kept until the record has a new fact."""
    left = Discharge.standing().filter(session=session).order_by("happened_at").last()
    if left is None:
        return on_time(session, now)
    key = f"on-time-{session.code}-{session.infusion.last_fact}"
    kept: Timeliness | None = cache.get(key)
    if kept is None:
        kept = on_time(session, min(now, left.happened_at))
        cache.set(key, kept, timedelta(days=WINDOW_DAYS).total_seconds())
    return kept


def _flags(site: Site, now: datetime) -> list[Figure]:
    since = now - timedelta(days=MONTH_DAYS)
    found, n = flag_report(site, since), Infusion.objects.filter(site=site, started_at__gte=since).count()
    each = f"{found.high / n:.2f} / {found.medium / n:.2f}" if n else "–"
    said = {"high": found.high, "medium": found.medium, "n": n, "d": MONTH_DAYS}
    of = (
        ngettext(
            "%(high)s high, %(medium)s medium in %(n)s infusion of the last %(d)s days",
            "%(high)s high, %(medium)s medium in %(n)s infusions of the last %(d)s days",
            n,
        )
        % said
    )
    wait = "–" if found.median_min is None else f"{found.median_min:.0f} min"
    answers = _("%(a)s of %(c)s answered") % {"a": len(found.minutes_to_answer), "c": found.count}
    return [
        Figure(_("Flags per infusion, high / medium"), each, of),
        Figure(_("From a flag to its first answer, median"), wait, answers),
        Figure(
            _("Flags cleared without words"),
            _share(found.without_words, found.count),
            f"{found.without_words} / {found.count}",
        ),
    ]


def _single_handed(site: Site, since: datetime, now: datetime) -> Figure:
    alone, checks = second_checks(site, since)
    month, _checks = second_checks(site, now - timedelta(days=MONTH_DAYS))
    of = _("of %(n)s second checks; %(m)s in the last %(d)s days") % {"n": checks, "m": month, "d": MONTH_DAYS}
    return Figure(_("Second checks done single-handed"), str(alone), of)


def _dispositions(site: Site, since: datetime) -> Figure:
    left = Discharge.standing().filter(session__site=site, happened_at__gte=since)
    met = left.filter(disposition="criteria_met").count()
    return Figure(_("Left with criteria met"), _share(met, left.count()), f"{met} / {left.count()}")


def _harms(site: Site, since: datetime, n: int) -> Figure:
    harms = Harm.standing().filter(site=site, happened_at__gte=since)
    serious = harms.filter(serious=True).count()
    return Figure(
        _("Harms asked for"),
        str(harms.count()),
        ngettext("%(s)s serious, in %(n)s infusion", "%(s)s serious, in %(n)s infusions", n) % {"s": serious, "n": n},
    )


def _reviews(site: Site, since: datetime) -> Figure:
    done = Review.standing().filter(site=site, happened_at__gte=since)
    enough = done.exclude(response="").count()
    return Figure(_("Reviews with enough diary to judge"), _share(enough, done.count()), f"{enough} / {done.count()}")
