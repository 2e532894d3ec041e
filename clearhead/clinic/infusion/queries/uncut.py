"""Every word for paper: where a fact's line had no room for all of them, the record kept them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from django.db.models import Q

from clearhead.clinic.infusion.entered import IN_FULL, STRUCK_BY, TYPED, WHOLE, WHOLE_OF
from clearhead.clinic.infusion.models import ChairFact, Event
from clearhead.clinic.infusion.queries.flags import FlagLine
from clearhead.clinic.infusion.queries.record import Line
from clearhead.clinic.infusion.queries.said import words
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.protocol import Protocol

Row = TypeVar("Row", bound=ChairFact)
Texts = Mapping[UUID, tuple[str, ...]]
"""The code of a fact whose line was shortened, and its texts in full."""
CUT = "…"


def texts_of(session: Session) -> Texts:
    """What was shortened on this record. An event keeps its own text, any other fact has a note that keeps it."""
    found: dict[UUID, tuple[str, ...]] = {}
    for row in Event.objects.filter(Q(text__endswith=CUT) | Q(text__startswith=IN_FULL), session=session):
        whole = str(row.detail.get(WHOLE, row.text))
        found[row.code] = (whole,)
        if of := row.detail.get(WHOLE_OF):
            code = UUID(str(of))
            found[code] = (*found.get(code, ()), whole.partition("): ")[2])
    return found


def uncut(row: Row, texts: Texts) -> Row:
    """The fact as it was told, to be read and never saved; itself where nothing was shortened."""
    whole = row
    for name in TYPED:
        kept = str(getattr(row, name, ""))
        text = next((one for one in texts.get(row.code, ()) if one.startswith(kept.removesuffix(CUT))), "")
        if kept.endswith(CUT) and text:
            whole = copy(row) if whole is row else whole
            setattr(whole, name, text)
    return whole


def lines_uncut(lines: Iterable[Line], texts: Texts, protocol: Protocol) -> tuple[Line, ...]:
    """The lines with every word; the notes that kept words of other lines have nothing more to say."""
    return tuple(_line(line, texts, protocol) for line in lines if not keeps_words(line.row))


def keeps_words(row: ChairFact) -> bool:
    """True for a note that only keeps what another line had no room for, or why that line was taken back."""
    return isinstance(row, Event) and (WHOLE_OF in row.detail or STRUCK_BY in row.detail)


def flags_uncut(flags: Iterable[FlagLine], texts: Texts) -> tuple[FlagLine, ...]:
    """The flags, and what was done about them, with every word."""
    return tuple(
        replace(line, flag=uncut(line.flag, texts), acks=tuple(uncut(ack, texts) for ack in line.acks))
        for line in flags
    )


def _line(line: Line, texts: Texts, protocol: Protocol) -> Line:
    row = uncut(line.row, texts)
    return line if row is line.row else replace(line, row=row, words=words(row, protocol))
