"""Two charts of one person: read as one from now on, with nothing moved, so that it can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.actions.signing import sign
from clearhead.clinic.people.models import ChartMerge, Course, Device, Patient, Role, Site, User
from clearhead.clinic.people.particulars import known_of, mark_of
from clearhead.clinic.reactions import react

MERGERS = (Role.DIRECTOR, Role.PRESCRIBER)


class MergeRefused(Exception):
    """Both charts stay as they are, and why."""


def pair_mark(kept: Patient, closed: Patient) -> str:
    """A mark of both charts as a screen showed them."""
    return mark_of(kept) + mark_of(closed)


def hindrances(*, kept: Patient, closed: Patient, by: User, at: datetime) -> list[str]:
    """Why these two cannot be merged now; empty when they can."""
    if kept == closed:
        return [_("These are the same chart.")]
    if kept.merged_into_id or closed.merged_into_id:
        return [_("One of the two was merged already. Open the chart that is kept.")]
    found = [*_different(kept, closed), *_no_role(kept, closed, by)]
    react("charts_merging", kept=kept, closed=closed, at=at, found=found)
    return found


def _different(kept: Patient, closed: Patient) -> list[str]:
    pairs = (
        (_("first name"), kept.given_name.casefold(), closed.given_name.casefold()),
        (_("last name"), kept.family_name.casefold(), closed.family_name.casefold()),
        (_("date of birth"), kept.birth_date, closed.birth_date),
        (_("sex"), kept.sex or closed.sex, closed.sex or kept.sex),
    )
    sentence = _("The charts differ in %(what)s. Correct the wrong one under “Personal data” first, with the document.")
    return [sentence % {"what": name} for name, one, other in pairs if one != other]


def _no_role(kept: Patient, closed: Patient, by: User) -> list[str]:
    sites = Site.objects.filter(courses__patient__in=[kept, closed]).distinct()
    foreign = [site.name for site in sites if not roles_of(by, site) & set(MERGERS)]
    return [_("A medical director or prescriber of %(site)s has to do this.") % {"site": name} for name in foreign]


@audit.once
def merge_charts(
    *,
    kept: Patient,
    closed: Patient,
    reason: str,
    seen: str,
    site: Site,
    secret: str,
    by: User,
    at: datetime,
    client_id: UUID | None = None,
) -> ChartMerge:
    """From now on everything in `closed` is read as `kept`'s, and new things are written to `kept` alone."""
    kept, closed = _locked(kept, closed)
    if seen != pair_mark(kept, closed):
        raise MergeRefused(_("One of the charts was changed meanwhile. Nothing was saved. Compare them again."))
    against = hindrances(kept=kept, closed=closed, by=by, at=at)
    if against:
        raise MergeRefused(" ".join(against))
    before: dict[str, Any] = {"kept": known_of(kept), "closed": known_of(closed)}
    before |= {"courses": _hand_courses(kept, closed, at), "sign_in": _hand_sign_in(kept, closed, at)}
    kept.holds = [*kept.holds, *closed.charts]
    kept.sex = kept.sex or closed.sex
    closed.merged_into = kept
    closed.save(update_fields=["merged_into", "user"])
    kept.save(update_fields=["holds", "sex", "user"])
    return _keep(kept, closed, reason, before, site, secret, by, at, "merge charts")


@audit.once
def separate_charts(
    *, merge: ChartMerge, reason: str, site: Site, secret: str, by: User, at: datetime, client_id: UUID | None = None
) -> ChartMerge:
    """The merge was wrong: each chart stands alone again, with what was written in it."""
    kept, closed = _locked(merge.kept, merge.closed)
    if closed.merged_into_id != kept.pk or kept.merged_into_id or hasattr(merge, "corrected_by"):
        raise MergeRefused(_("These two are not merged, or the kept one was merged further. Nothing was saved."))
    if against := _no_role(kept, closed, by):
        raise MergeRefused(" ".join(against))
    kept.holds = [chart for chart in kept.holds if chart not in closed.charts]
    closed.merged_into = None
    _return_sign_in(kept, closed, merge.before["sign_in"], at)
    kept.save(update_fields=["holds"])
    closed.save(update_fields=["merged_into"])
    for course in Course.objects.filter(code__in=merge.before["courses"], closed_at=merge.happened_at):
        course.closed_at, course.closed_why = None, ""
        course.save(update_fields=["closed_at", "closed_why"])
    return _keep(kept, closed, reason, {}, site, secret, by, at, "separate charts", corrects=merge)


def _locked(kept: Patient, closed: Patient) -> tuple[Patient, Patient]:
    rows = {
        row.pk: row for row in Patient.objects.select_for_update().filter(pk__in=[kept.pk, closed.pk]).order_by("pk")
    }
    return rows[kept.pk], rows[closed.pk]


def _hand_courses(kept: Patient, closed: Patient, at: datetime) -> list[str]:
    """Close what is open in the chart that is closed; the kept one has an open course wherever that one had."""
    ended = list(Course.objects.filter(patient=closed, closed_at__isnull=True))
    for course in ended:
        course.closed_at, course.closed_why = at, f"chart merged into {kept.short_code}"
        course.save(update_fields=["closed_at", "closed_why"])
        Course.objects.get_or_create(
            patient=kept, site=course.site, indication=course.indication, closed_at=None, defaults={"opened_at": at}
        )
    return [str(course.code) for course in ended]


def _hand_sign_in(kept: Patient, closed: Patient, at: datetime) -> str:
    """One person signs in once: the closed chart's account moves, or is switched off where the kept one has its own."""
    Device.objects.filter(patient=closed, ended_at__isnull=True).update(ended_at=at)
    if closed.user is None:
        return "none"
    if kept.user is not None:
        User.objects.filter(patient=closed).update(is_active=False)
        return "switched off"
    account, closed.user = closed.user, None
    closed.save(update_fields=["user"])
    kept.user = account
    return "moved"


def _return_sign_in(kept: Patient, closed: Patient, handed: str, at: datetime) -> None:
    """Whoever signed in to the closed chart does so again, and sees nothing of the kept one any more."""
    Device.objects.filter(patient=kept, ended_at__isnull=True).update(ended_at=at)
    if handed == "switched off":
        User.objects.filter(patient=closed).update(is_active=True)
    elif handed == "moved":
        account, kept.user = kept.user, None
        kept.save(update_fields=["user"])
        closed.user = account
        closed.save(update_fields=["user"])


def _keep(
    kept: Patient,
    closed: Patient,
    reason: str,
    before: dict[str, Any],
    site: Site,
    secret: str,
    by: User,
    at: datetime,
    verb: str,
    corrects: ChartMerge | None = None,
) -> ChartMerge:
    code, said = uuid4(), {"kept": kept, "closed": closed, "reason": reason, "before": before}
    signed = sign(by=by, secret=secret, meaning=verb, subject_code=code, sha256=audit.sha256_of(said), site=site, at=at)
    row = ChartMerge.objects.create(
        code=code, kept=kept, closed=closed, reason=reason.strip(), before=before, signature=signed, happened_at=at,
        recorded_at=at, recorded_by=by, corrects=corrects, struck=corrects is not None,
    )  # fmt: skip
    slugs = Site.objects.filter(courses__patient__in=[kept, closed]).values_list("slug", flat=True).distinct()
    for slug in sorted(slugs):
        for patient in (kept, closed):
            audit.record(
                chain=slug, at=at, by=by, verb=verb, subject=row, patient=patient, body={"with": [kept, closed]}
            )
    return row
