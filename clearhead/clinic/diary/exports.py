"""The diary as rows of a table, one fact per row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from clearhead.clinic.diary import queries, words
from clearhead.clinic.people.models import Patient

HEADER = ("kind", "local_date", "local_time", "zone", "what", "value", "added_late", "recorded_at_utc")


def rows_of(patient: Patient) -> Iterator[tuple[str, ...]]:
    """The header, then days, attacks with what was said about them, and doses."""
    yield HEADER
    for day in queries.days_of(patient):
        late = "yes" if day.backfilled else "no"
        on = day.local_date.isoformat()
        answer = str(words.ANSWERS[day.answer]).lower()
        yield _row("day", on, "", day.zone, str(day.answer), answer, late, day.recorded_at)
    for attack in queries.attacks_of(patient):
        yield from _attack(attack)
    for dose in queries.doses_of(patient):
        on, time = _local(dose.happened_at, dose.zone)
        amount = f"{dose.amount.normalize():f} {dose.unit}" if dose.amount is not None else ""
        yield _row("dose", on, time, dose.zone, dose.medicine.typed, amount, "", dose.recorded_at)


def _attack(attack: queries.AttackView) -> Iterator[tuple[str, ...]]:
    on, time = _local(attack.started_at, attack.zone)
    late = "yes" if attack.row.backfilled else "no"
    minutes = "" if attack.minutes is None else f"{attack.minutes} min"
    yield _row("attack", on, time, attack.zone, "start", minutes, late, attack.row.recorded_at)
    for kind, values in sorted(attack.said.items()):
        for value in sorted(values - {""}):
            yield _row("attack", on, time, attack.zone, kind, value, late, attack.row.recorded_at)


def _local(at: datetime, zone: str) -> tuple[str, str]:
    here = at.astimezone(ZoneInfo(zone))
    return here.date().isoformat(), f"{here:%H:%M}"


def _row(
    kind: str, on: str, time: str, zone: str, what: str, value: str, late: str, recorded: datetime
) -> tuple[str, ...]:
    return (kind, on, time, zone, _harmless(what), _harmless(value), late, f"{recorded:%Y-%m-%dT%H:%M:%SZ}")


def _harmless(text: str) -> str:
    """A spreadsheet must not take what was typed for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
