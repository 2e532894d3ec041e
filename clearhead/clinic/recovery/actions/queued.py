"""What was written in the recovery room while the network was away: it has happened, so it is charted as said."""

from __future__ import annotations

from typing import cast

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.infusion.actions.entry import Said
from clearhead.clinic.infusion.models import Access
from clearhead.clinic.recovery.actions import bedside
from clearhead.clinic.recovery.forms import ScoreForm


def score(said: Said) -> Fact:
    """The look at the patient, read as its page reads it."""
    form = ScoreForm(said.fields, asks_arrival=True, asks_line=True)
    if not form.is_valid():
        raise ValueError(form.errors.as_text().replace("\n", " "))
    row: Fact = bedside.score(**said.common, **form.said, intended=False)
    return row


def escort(said: Said) -> Fact:
    """Who came, whoever was named."""
    row: Fact = bedside.meet_escort(
        **said.common, name=said.text("name"), alternative=said.text("alternative"), note=said.text("note"),
        intended=False,
    )  # fmt: skip
    return row


def catheter(said: Said) -> Fact:
    """The catheter is out; where somebody else has charted it meanwhile, theirs stands."""
    rows = Access.standing().filter(session=said.session).order_by("happened_at", "pk")
    last = rows.last()
    if last is not None and not rows.filter(out_at__isnull=True).exists():
        return cast(Fact, last)
    row: Fact = bedside.take_catheter_out(**said.common, intended=False)
    return row
