"""Who answers for the chair, what a taking-over nurse has to know, and the transfer sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clearhead.clinic.assessment.models import Medication
from clearhead.clinic.infusion.entered import AS_SAID
from clearhead.clinic.infusion.models import Access, Adjunct, Event, Flag, Observation, Symptom
from clearhead.clinic.infusion.queries.adjuncts import allergies_of, still_to_ask
from clearhead.clinic.infusion.queries.flags import EMERGENCY, emergency_since
from clearhead.clinic.infusion.queries.flags import open_flags as open_flags
from clearhead.clinic.infusion.queries.gates import open_access
from clearhead.clinic.infusion.queries.late import chart_of, late_of
from clearhead.clinic.infusion.queries.nurse import responsible as responsible
from clearhead.clinic.infusion.queries.overdue import Late
from clearhead.clinic.infusion.queries.said import drug_name, drug_words, symptom_words
from clearhead.clinic.infusion.queries.state import Standing
from clearhead.clinic.infusion.queries.uncut import texts_of, uncut
from clearhead.clinic.plan.models import Session
from clearhead.medicine.medicines.catalogue import is_reversal, named_in
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.clock import clock_time
from clearhead.medicine.rules.observe import Due

LEFT_TO_DO = ("set", "by_plan", "pause", "reading", "planned_end", "cap", "pump_ml", "prescriber")
"""What is late and goes over to the next nurse; effects to be asked and the pump have lines of their own."""


@dataclass(frozen=True)
class HandOver:
    """What is read in thirty seconds: situation, background, assessment, and what is open."""

    at: datetime
    protocol: Protocol
    standing: Standing
    given_mg: float
    mg_per_kg: float | None
    in_line_mg: float
    rate_mg_per_h: float
    pump_ml_per_h: Any
    last_sets: tuple[Observation, ...]
    symptoms: tuple[Symptom, ...]
    drugs: tuple[Adjunct, ...]
    rechecks: tuple[Adjunct, ...]
    flags: tuple[Flag, ...]
    allergies: tuple[str, ...] | None
    emergency: tuple[Event, ...]
    not_closed: str
    """An emergency that goes on, in words, in place of its flag; empty where none does."""
    access: Access | None
    due: Due | None
    late: tuple[Late, ...]
    medicines: tuple[str, ...]

    @property
    def last_rescue(self) -> tuple[datetime, str] | None:
        """The newest medicine of the emergency, or the newest that undoes a sedative: it may wear off on the way."""
        found = [
            (row.happened_at, row.text or "drug, name not written")
            for row in self.emergency
            if row.kind == "emergency" and (row.detail.get("what") == "drug" or _undoes(row.text))
        ]
        found += [(row.happened_at, drug_words(row, self.protocol)) for row in self.drugs if _undoes(row.ingredient_id)]
        return max(found, default=None)

    @property
    def happened(self) -> tuple[tuple[datetime, str], ...]:
        """The emergency in order: what a crew has to know first."""
        return tuple((row.happened_at, emergency_words(row)) for row in self.emergency)

    @property
    def rescue_drugs(self) -> tuple[tuple[datetime, str], ...]:
        """Medicines of the emergency: they are charted as lines, not against an order."""
        rows = (row for row in self.emergency if row.detail.get("what") == "drug")
        return tuple((row.happened_at, row.text or _("a drug, name not written")) for row in rows)

    @property
    def open_items(self) -> tuple[str, ...]:
        """The lines that the taking-over nurse ticks."""
        found = [flag.sentence for flag in self.flags]
        found += [f"Effect of {drug_name(row.ingredient_id)} to be asked" for row in self.rechecks]
        found += [f"{symptom_words(row.symptom, row.grade, self.protocol)}, still open" for row in self.symptoms]
        found += [one.sentence for one in self.late if one.what in LEFT_TO_DO]
        if not self.standing.pump_confirmed:
            found.insert(0, "Pump state not confirmed")
        return tuple(filter(None, [self.not_closed, *found]))


def emergency_words(row: Event) -> str:
    """One line of an emergency, as it is said."""
    if row.kind == "emergency":
        what = str(row.detail.get("what", "emergency"))
        return ": ".join(filter(None, [AS_SAID.get(what, what.replace("_", " ")), row.text]))
    known = {"stop": _("infusion stopped"), "help": _("help called"), "pump_seen_stopped": _("pump seen stopped")}
    return str(known[row.kind])


def _not_closed(session: Session, since: datetime | None) -> str:
    return f"Emergency since {clock_time(since, session.site.tz)}, not closed" if since else ""


def _undoes(words: str) -> bool:
    return any(is_reversal(one) for one in named_in(words))


def medicines_of(session: Session) -> tuple[str, ...]:
    """What the patient takes at home, as confirmed."""
    rows = Medication.standing().filter(patient=session.patient_id, until__isnull=True)
    return tuple(f"{row.typed} {row.dose}".strip() for row in rows.order_by("typed"))


def hand_over(session: Session, now: datetime) -> HandOver:
    """Everything open, for a nurse who takes the chair or a crew that takes the patient."""
    chart = chart_of(session, now)
    protocol, infusion, given = chart.protocol, chart.infusion, chart.given
    weight = infusion.weight_kg if infusion else None
    lines = Event.standing().filter(session=session, kind__in=["emergency", "stop", "help", "pump_seen_stopped"])
    texts, flags = texts_of(session), open_flags(session)
    return HandOver(
        at=now,
        protocol=protocol,
        standing=chart.stands,
        given_mg=float(given.counted_mg),
        mg_per_kg=float(given.mg_per_kg(weight)) if weight else None,
        in_line_mg=float(given.in_line_mg),
        rate_mg_per_h=float(given.mg_per_h),
        pump_ml_per_h=given.ml_per_h,
        last_sets=chart.sets[-3:],
        symptoms=tuple(uncut(row, texts) for row in chart.opened),
        drugs=tuple(uncut(row, texts) for row in chart.drugs),
        rechecks=still_to_ask(session, chart.drugs),
        flags=tuple(uncut(flag, texts) for flag in flags if flag.rule != EMERGENCY),
        allergies=allergies_of(session),
        emergency=tuple(uncut(row, texts) for row in lines.order_by("happened_at", "pk")),
        not_closed=_not_closed(session, emergency_since(flags)),
        access=open_access(session),
        due=chart.due,
        late=late_of(chart),
        medicines=medicines_of(session),
    )
