"""What the patient does before a session, in clock times, worked out anew from the booking at every look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from clearhead.clinic.assessment.models import Medication
from clearhead.clinic.people.models import Patient
from clearhead.clinic.plan.models import Escort, MedicineLine, PreparationAnswer, Session
from clearhead.clinic.policy.queries import protocol_of
from clearhead.medicine.medicines import catalogue
from clearhead.medicine.rules import prepare
from clearhead.medicine.rules.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Sheet:
    """One session's preparation: the lines, whether it may go out, and what was answered."""

    items: tuple[prepare.PreparationItem, ...]
    verdict: Verdict
    answers: tuple[PreparationAnswer, ...]
    escort: Escort | None

    @property
    def times(self) -> tuple[prepare.PreparationItem, ...]:
        """The lines with a clock time, in the order of the day."""
        timed = [item for item in self.items if item.at is not None]
        return tuple(sorted(timed, key=lambda item: item.at))  # type: ignore[arg-type,return-value]  # filtered above

    @property
    def medicines(self) -> tuple[prepare.PreparationItem, ...]:
        """One line per medicine of the patient."""
        return tuple(item for item in self.items if item.kind == "medicine")

    @property
    def advice(self) -> tuple[prepare.PreparationItem, ...]:
        """Escort and everything without a time."""
        return tuple(item for item in self.items if item.at is None and item.kind != "medicine")


def sheet_of(session: Session, at: datetime, *, for_patient: bool = False) -> Sheet:
    """The preparation of a booked session. A patient never reads a draft: an unsigned medicine line says to ask."""
    protocol = protocol_of(session.order.protocol_version)
    facts = facts_of(session)
    answers = PreparationAnswer.standing().filter(session=session)
    items = tuple(_signed_words(item, session, for_patient) for item in prepare.items(facts, protocol))
    return Sheet(items, prepare.judge(facts, protocol, at=at), tuple(answers), escort_of(session))


def facts_of(session: Session) -> prepare.PrepareFacts:
    """What the rule needs to know."""
    assert session.booking is not None  # only booked sessions have clock times
    signed = MedicineLine.standing().filter(course=session.course).values_list("typed", flat=True)
    return prepare.PrepareFacts(
        start_at=session.booking.starts_at,
        zone=session.site.zone,
        medicines=medicines_of(session.patient),
        escort_named=escort_of(session) is not None,
        signed_lines=frozenset(signed),
    )


def medicines_of(patient: Patient) -> tuple[prepare.PatientMedicine, ...]:
    """The clinician's list of current medicines with their classes and interaction keys."""
    rows = Medication.standing().filter(patient__in=patient.charts, until__isnull=True)
    return tuple(prepare.PatientMedicine(row.typed, classes_of(row)) for row in rows)


def classes_of(row: Medication) -> tuple[str, ...]:
    """Classes of a medicine; one that was not found in the catalogue has none, and its line says "ask us"."""
    if not row.ingredient_id:
        return ()
    found = catalogue.get(row.ingredient_id)
    return () if found is None else (found.medicine_class, *sorted(found.keys))


def escort_of(session: Session) -> Escort | None:
    """The adult who takes the patient home, as last named."""
    return Escort.standing().filter(session=session).last()


def _signed_words(item: prepare.PreparationItem, session: Session, for_patient: bool) -> prepare.PreparationItem:
    """A signed line says what the clinician signed; a draft says, to the patient, to ask."""
    if item.kind != "medicine":
        return item
    typed = item.sentence.partition(":")[0]
    line = MedicineLine.standing().filter(course=session.course, typed=typed).last()
    if line is not None:
        return replace(item, sentence=f"{typed}: {line.sentence}", signed=True)
    ask = _("%(medicine)s: ask us before the day.") % {"medicine": typed}
    return replace(item, sentence=ask, signed=True) if for_patient else item
