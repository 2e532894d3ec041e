"""A verdict in words: for the clinician in two lines, for the patient in a few plain ones."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clearhead.medicine.rules.verdict import Outcome, Verdict


def headline(verdict: Verdict) -> str:
    """What stands, in one line."""
    refused, open_ = verdict.at(Outcome.REFUSED), verdict.at(Outcome.OPEN)
    absolute = [reason for reason in refused if not reason.overridable]
    if absolute:
        return _("No: %(what)s") % {"what": absolute[0].title}
    if open_:
        return ngettext("Not yet: one answer is missing", "Not yet: %(n)s answers are missing", len(open_)) % {
            "n": len(open_)
        }
    if refused:
        return ngettext(
            "A prescriber decides: one ground stands against it",
            "A prescriber decides: %(n)s grounds stand against it",
            len(refused),
        ) % {"n": len(refused)}
    return _("Nothing stands in the way")


def summary(verdict: Verdict) -> str:
    """How many of each."""
    refused = verdict.at(Outcome.REFUSED)
    relative = sum(reason.overridable for reason in refused)
    told = (
        (len(verdict.at(Outcome.ALLOWED)), _("met")),
        (len(verdict.at(Outcome.WARNED)), _("to know")),
        (len(verdict.at(Outcome.OPEN)), _("waiting for facts")),
        (relative, _("to be decided with a written reason")),
        (len(refused) - relative, _("forbidding it")),
    )
    said = ", ".join(f"{number} {words}" for number, words in told if number)
    return f"{said}." if refused else _("%(said)s. Nothing here forbids treatment.") % {"said": said}


def what_the_patient_reads(verdict: Verdict) -> list[str]:
    """Plain, short, without a promise. Which condition stands against it is said in person, not in writing."""
    refused, open_ = verdict.at(Outcome.REFUSED), verdict.at(Outcome.OPEN)
    said = []
    if any(not reason.overridable for reason in refused):
        said.append(_("This treatment may not be right for you now. A clinician will call you and say why."))
    elif refused:
        said.append(_("A doctor still has to look at some of your answers and decide."))
    if open_:
        said.append(
            ngettext(
                "We still need one answer or paper from you or your doctors.",
                "We still need %(n)s answers or papers from you or your doctors.",
                len(open_),
            )
            % {"n": len(open_)}
        )
    if not said:
        said.append(_("We have what we need. A doctor will decide and tell you."))
    said.append(_("Please change no medicine because of this. Call us with any question."))
    return said
