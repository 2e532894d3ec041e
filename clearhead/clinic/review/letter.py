"""The letter that sums a series up, for the person and whoever looks after them elsewhere. On paper, handed over."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from clearhead.clinic.review.models import Review
from clearhead.clinic.review.queries import ReviewView
from clearhead.clinic.review.words import with_unknown


def summary(review: Review, view: ReviewView) -> dict[str, Any]:
    """What the letter is told: the counts of both windows first, what was given, harms, what follows."""
    said = [
        view.response.sentence,
        view.answer,
        _("A change seen in a diary is no proof of an effect: headache also varies by itself."),
        _(
            "Ketamine is approved as an anaesthetic, not for migraine: this use is off-label. Some people have no"
            " benefit, and a benefit can fade within weeks."
        ),
    ]
    if review.note.strip():
        said.append(review.note.strip())
    return {
        "title": _("Summary of a series of ketamine infusions"),
        "paragraphs": said,
        "rows": [*_who(review, view), *_counts(view), *_harms(view), *_next(review)],
    }


def _who(review: Review, view: ReviewView) -> list[tuple[str, str]]:
    patient, series = view.course.patient, view.series
    given = _("%(n)s, from %(first)s to %(last)s; %(mg)s mg by charted rates") % {
        "n": len(series.sessions),
        "first": f"{series.first:%-d %B %Y}",
        "last": f"{series.last:%-d %B %Y}",
        "mg": f"{view.mg_given:.0f}",
    }
    return [
        (_("Patient"), f"{patient}, {patient.birth_date:%-d %B %Y}"),
        (_("Treated for"), view.course.indication.replace("_", " ")),
        (_("Sessions"), given),
        (_("Protocol"), f"{view.protocol.title}, {view.protocol.version}"),
    ]


def _counts(view: ReviewView) -> list[tuple[str, str]]:
    names = (
        ("moderate_or_severe_days", _("Moderate or severe headache days")),
        ("headache_days", _("Headache days")),
        ("migraine_days", _("Migraine days, where features were asked")),
        ("acute_medicine_days", _("Acute medicine days")),
    )
    before, after = view.before, view.after
    answered = f"{before.answered} / {before.length}, {after.answered} / {after.length}"
    rows = [(title, f"{with_unknown(before, name)} → {with_unknown(after, name)}") for name, title in names]
    return [*rows, (_("Days answered, before and after"), answered)]


def _harms(view: ReviewView) -> list[tuple[str, str]]:
    if not view.harms:
        return [(_("Harms"), _("asked for, none told"))]
    return [
        (_("Harm"), f"{one.happened_at.astimezone(view.course.site.tz):%-d %B %Y}: {one.what}, {one.severity}")
        for one in view.harms
    ]


def _next(review: Review) -> list[tuple[str, str]]:
    return [
        (_("What follows"), str(review.get_next_step_display())),
        (_("Signed"), f"{review.signature.signer}, {review.happened_at.astimezone(review.site.tz):%-d %B %Y}"),
    ]
