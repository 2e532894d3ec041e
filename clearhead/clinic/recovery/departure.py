"""How the patient left, as lines of the chair's printed record."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from clearhead.clinic.infusion.queries.summary import Said
from clearhead.clinic.plan.models import Session
from clearhead.clinic.recovery.facts import escort_met, last_score
from clearhead.clinic.recovery.queries import departure_of


def departure_lines(session: Session) -> Iterable[Said]:
    """The last score, the escort met, the departure; nothing of what has not been yet."""
    score, met, left = last_score(session), escort_met(session), departure_of(session)
    if score is not None:
        yield Said(score.happened_at, _("discharge score %(n)s of 8") % {"n": score.total}, _name(score))
    if met is not None:
        who = " · ".join(filter(None, [met.name or met.alternative, met.note]))
        yield Said(met.happened_at, _("escort met: %(name)s") % {"name": who}, _name(met))
    if left is not None:
        signed = _("signed by %(name)s") % {"name": left.signature.signer.name} if left.signature else ""
        told = _("instructions read and understood") if left.instructions_ack else ""
        said = [_("left: %(how)s") % {"how": left.get_disposition_display()}, left.reason, signed, told, left.hand_over]
        yield Said(left.happened_at, " · ".join(filter(None, said)), _name(left))


def _name(row: object) -> str:
    by = getattr(row, "recorded_by", None)
    return by.name if by else ""
