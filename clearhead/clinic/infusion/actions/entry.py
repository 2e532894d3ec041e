"""One entry of a tablet's queue, read as what it is: every kind that the chair's page can queue, and who charts it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.infusion.actions import event, help, rate, scheduled
from clearhead.clinic.infusion.actions.adjunct import effect, give
from clearhead.clinic.infusion.actions.base import refuse
from clearhead.clinic.infusion.actions.bolus import bolus
from clearhead.clinic.infusion.actions.flags import acknowledge
from clearhead.clinic.infusion.actions.flush import flush
from clearhead.clinic.infusion.actions.observe import SIGNS, observe
from clearhead.clinic.infusion.actions.symptom import no_new_symptoms, symptom
from clearhead.clinic.infusion.forms import BolusForm, FlushForm, ReadingForm, SetForm
from clearhead.clinic.infusion.models import Adjunct, Bolus, Flag, RateChange
from clearhead.clinic.plan.models import Session
from clearhead.medicine.errors import Unreadable
from clearhead.medicine.rules.verdict import Outcome
from clearhead.medicine.units import read_decimal

POSSIBLE: dict[str, Any] = {
    "pump_ml": ReadingForm.base_fields["pump_ml"],
    "ml": FlushForm.base_fields["ml"],
    "flush.over_min": FlushForm.base_fields["over_min"],
    "bolus.over_min": BolusForm.base_fields["over_min"],
    "etco2": SetForm.base_fields["etco2"],
    "o2_l_per_min": SetForm.base_fields["o2_l_per_min"],
}
"""Numbers that cannot be beyond what their form takes, whoever brings them; of one kind where two forms differ."""


@dataclass(frozen=True, slots=True)
class Said:
    """One entry, read: who, when, where, and its fields."""

    session: Session
    fields: dict[str, Any]
    kind: str
    common: dict[str, Any]
    intended: bool = False
    """Typed as something to be done while the clinic was in reach, and not judged there: it is judged here."""
    left_out: list[str] = field(default_factory=list)
    """What could not be read and did not hold the rest back, in words."""

    def number(self, name: str, default: str | None = None) -> Decimal:
        """A field as an exact number, within what it can be."""
        text, own = str(self.fields.get(name, default)), f"{self.kind}.{name}"
        known = own if own in POSSIBLE else name
        return possible(known, text) if known in POSSIBLE else read_decimal(text, what=name)

    def number_or_none(self, name: str) -> Decimal | None:
        """The same, where the rest is kept without it: what cannot be read is left out, and it is said."""
        if self.fields.get(name) in (None, ""):
            return None
        try:
            return self.number(name)
        except Unreadable as fault:
            self.left_out.append(str(fault))
        except ValidationError as fault:
            self.left_out.append(" ".join(fault.messages))
        return None

    def text(self, name: str) -> str:
        """A field as text."""
        return str(self.fields.get(name) or "")


def possible(name: str, text: str) -> Decimal:
    """The number as its own form reads it."""
    with translation.override("en"):  # what is wrong with it is kept on the record
        number: Decimal = POSSIBLE[name].clean(text)
    return number


def whole(name: str, value: Any) -> int:
    """A whole number, with its sign."""
    if not re.fullmatch(r"[-+]?\d{1,9}", str(value).strip(), re.ASCII):
        raise ValueError(f"{name} “{value}” is not a whole number.")
    return int(value)


def _permitted(said: Said, row: RateChange | Bolus) -> Fact:
    """A setting or a bolus that was meant and not judged is kept only where nothing stands against it."""
    reasons = row.verdict.get("reasons", ()) if said.intended else ()
    against = [one["sentence"] for one in reasons if one["outcome"] in (Outcome.REFUSED, Outcome.OPEN)]
    if against:
        raise refuse("not_permitted", "Refused", " ".join(against))
    return row


def _rate(said: Said) -> Fact:
    row = rate.change_rate(
        **said.common, value=said.number("value"), unit=said.text("unit"), intended=False,
        ask=rate.Ask(reason=said.text("reason")),
    )  # fmt: skip
    return _permitted(said, row)


def _resume(said: Said) -> Fact:
    value = said.number("value") if said.fields.get("value") else None
    row = rate.resume(**said.common, value=value, unit=said.text("unit") or "mg/h", intended=False)
    return _permitted(said, row)


def _bolus(said: Said) -> Fact:
    """Given is given: how long it took is left out where it cannot be read, and that is said."""
    over_min = said.number_or_none("over_min") or Decimal(0)
    return _permitted(said, bolus(**said.common, mg=said.number("mg"), over_min=over_min, intended=False))


def _flush(said: Said) -> Fact:
    return flush(**said.common, ml=said.number("ml"), over_min=said.number("over_min", "1"), intended=False)


def _sign(name: str, value: Any) -> Any:
    if name not in SIGNS:
        raise ValueError(f"{name} is not a sign of a set.")
    if name == "iv_site":
        return str(value)
    if name == "temp_c":
        return read_decimal(str(value), what=name)
    if name == "etco2":
        return int(possible(name, str(value)))
    return possible(name, str(value)) if name in POSSIBLE else whole(name, value)


def _observation(said: Said) -> Fact:
    values = dict(said.fields.get("values") or {})
    read = {name: _sign(name, value) for name, value in values.items() if value not in (None, "")}
    return observe(
        **said.common, values=read, phase=said.text("phase"), kind=said.text("kind") or "core",
        why_not=dict(said.fields.get("why_not") or {}), confirmed=frozenset(said.fields.get("confirmed") or ()),
        intended=False,
    )  # fmt: skip


def _adjunct(said: Said) -> Fact:
    return give(
        **said.common, order_id=said.text("order_id"), dose=said.number("dose"), unit=said.text("unit"),
        confirmed=bool(said.fields.get("confirmed")), read=_read(said), intended=said.intended,
    )  # fmt: skip


def _read(said: Said) -> frozenset[str]:
    """What was asked about a drug, read and confirmed before the answer was lost."""
    return frozenset(map(str, said.fields.get("confirm") or ()))


def _by_plan(said: Said) -> Fact:
    if said.text("act") == "not_given":
        return scheduled.leave_out(**said.common, order_id=said.text("order_id"), why=said.text("why"))
    confirmed = bool(said.fields.get("confirmed"))
    return scheduled.give_by_plan(
        **said.common, order_id=said.text("order_id"), confirmed=confirmed, read=_read(said), intended=said.intended
    )


def _effect(said: Said) -> Fact:
    given = Adjunct.objects.filter(session=said.session, code=said.text("adjunct")).first()
    if given is None:
        raise ValueError("The dose this effect belongs to is not on the record.")
    return effect(**said.common, adjunct=given, effect=said.text("effect"))


def _symptom(said: Said) -> Fact:
    return symptom(
        **said.common,
        code=said.text("code"),
        grade=whole("grade", said.fields.get("grade")),
        note=said.text("note"),
        intended=False,
    )


def _seen_stopped(said: Said) -> Fact:
    """Somebody saw it stand still: that is kept whatever was typed as its mL."""
    return event.pump_seen_stopped(**said.common, pump_ml=said.number_or_none("pump_ml"))


def _ack(said: Said) -> Fact:
    flag = Flag.objects.filter(session=said.session, code=said.text("flag")).first()
    if flag is None:
        raise ValueError("The flag that was answered is not on the record.")
    return acknowledge(**said.common, flag=flag, done=said.text("done"), cleared=bool(said.fields.get("cleared")))


INTENTIONS = frozenset({"rate", "resume", "bolus", "adjunct", "by_plan"})
"""What can be meant before it is done, and then passes a gate."""
KINDS: dict[str, Callable[[Said], Fact]] = {
    "rate": _rate,
    "pause": lambda said: rate.pause(**said.common, reason=said.text("reason"), intended=False),
    "resume": _resume,
    "end": lambda said: rate.end(**said.common, reason=said.text("reason")),
    "bolus": _bolus,
    "flush": _flush,
    "observation": _observation,
    "symptom": _symptom,
    "no_new_symptoms": lambda said: no_new_symptoms(**said.common),
    "adjunct": _adjunct,
    "by_plan": _by_plan,
    "effect": _effect,
    "note": lambda said: event.note(**said.common, kind=said.text("what") or "note", text=said.text("text")),
    "emergency": lambda said: event.emergency(**said.common, what=said.text("what"), text=said.text("text")),
    "help": lambda said: help.call_help(**said.common, text=said.text("text")),
    "stop": lambda said: event.stop(**said.common, reason=said.text("reason")),
    "pump_seen_stopped": _seen_stopped,
    "reading": lambda said: event.read_pump(**said.common, pump_ml=said.number("pump_ml")),
    "ack": _ack,
}
"""Every kind of entry of the chair; later steps name theirs in reactions.py."""
