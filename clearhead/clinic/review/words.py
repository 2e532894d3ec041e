"""The answer of a review in one sentence, with the rule it was judged by."""

from __future__ import annotations

from django.utils.translation import gettext as _

from clearhead.clinic.web.templatetags.clinic import days_counted, response_rule
from clearhead.medicine.headache.diary import DiaryCounts
from clearhead.medicine.outcomes.response import Response, Status


def answer_of(judged: Response) -> str:
    """A response, none, or why neither can be said."""
    said = {
        Status.RESPONDER: _("By this site's rule this is a response: %(rule)s."),
        Status.NO_RESPONSE: _("By this site's rule this is no response. A response would be %(rule)s."),
        Status.NOT_ENOUGH_DATA: _(
            "Whether this is a response is not known: too few days were answered. A response would be %(rule)s."
        ),
        Status.NOTHING_TO_REDUCE: _(
            "Without a moderate or severe headache day before the series this is neither a response nor none."
            " A response would be %(rule)s."
        ),
    }
    return said[judged.status] % {"rule": response_rule(judged.rule)}


def with_unknown(counts: DiaryCounts, name: str) -> str:
    """One count as a letter says it: “4 and 19 not known”. Only some counts can have unknown days."""
    unknown = {
        "moderate_or_severe_days": counts.moderate_or_severe_unknown,
        "migraine_days": counts.migraine_unknown,
    }.get(name, 0)
    said = days_counted(counts, name)
    return _("%(count)s and %(n)s not known") % {"count": said, "n": unknown} if unknown else said
