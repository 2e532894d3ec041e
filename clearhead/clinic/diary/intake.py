"""What the phone kept: taken in one by one, each safe to repeat, each answered for itself.

An answer is `saved`; `refused`, with the sentence for whoever wrote it; `later`, when something else has to come first;
or `elsewhere`, when the entry does not say that it belongs into this diary. What is not saved stays on the phone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from clearhead.clinic.audit.actions import Conflict
from clearhead.clinic.diary import actions
from clearhead.clinic.diary.forms import QueuedForm
from clearhead.clinic.diary.models import Attack, AttackEvent
from clearhead.clinic.diary.refusals import ComesFirst, DiaryRefused, not_too_early
from clearhead.clinic.people import guard
from clearhead.clinic.people.models import Patient, User
from clearhead.clinic.web.templatetags.clinic import since_when

log = logging.getLogger(__name__)

MOST_ENTRIES = 200
"""So many are answered in one letter. The phone sends no more; what lies behind them stays there for the next one."""
AWAY = (OperationalError, InterfaceError)
"""The database is away: the whole letter is sent again."""


def take_in(*, patient: Patient, by: User, entries: list[Any], at: datetime) -> list[dict[str, str]]:
    """Every entry in the order in which it was tapped, and its answer."""
    letter = [_as_sent(entry) for entry in entries[:MOST_ENTRIES]]
    names = guard.names_of(patient)
    over = {entry.get("attack") for entry in letter if entry.get("kind") == "over"}
    return [_one(patient, by, entry, names, over, at) for entry in letter]


def _as_sent(entry: Any) -> dict[str, str]:
    """The fields of an entry as a form sends them. One that holds anything else is not understood at all."""
    if not isinstance(entry, dict):
        return {}
    said = {str(name): value for name, value in entry.items() if value is not None}
    if all(isinstance(value, str | int) and not isinstance(value, bool) for value in said.values()):
        return {name: str(value) for name, value in said.items()}
    return {name: said[name] for name in ("id", "diary") if isinstance(said.get(name), str)}


def _one(
    patient: Patient, by: User, entry: dict[str, str], names: list[str], over: Iterable[str | None], at: datetime
) -> dict[str, str]:
    """One entry and its answer. Whatever goes wrong with it stays with it."""
    name = entry.get("id", "")[:64]
    if entry and entry.get("diary") not in names:
        sentence = _("This entry does not say that it belongs into this diary. It stays on the phone.")
        return {"id": name, "state": "elsewhere", "sentence": sentence}
    try:
        sentence = _keep(patient, by, _read(patient, entry), at, ends_later=name in over)
    except ComesFirst as refusal:
        return {"id": name, "state": "later", "sentence": str(refusal)}
    except (DiaryRefused, Conflict) as refusal:
        return {"id": name, "state": "refused", "sentence": str(refusal)}
    except AWAY:
        raise
    except Exception:
        log.exception("An entry of a phone could not be read; it stays there.")
        return {"id": name, "state": "refused", "sentence": _unreadable()}
    return {"id": name, "state": "saved", "sentence": sentence}


def _unreadable() -> str:
    return _("This entry cannot be read at the clinic. Enter it again.")


def _read(patient: Patient, entry: dict[str, str]) -> dict[str, Any]:
    if "kind" not in entry:
        raise DiaryRefused(_unreadable())
    form = QueuedForm(entry, zone=patient.zone)
    if not form.is_valid():
        raise DiaryRefused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    said: dict[str, Any] = form.cleaned_data
    for moment in (said["entered_at"], said["started_at"]):
        if moment is not None:
            not_too_early(patient, moment.date())
    return said


def _keep(patient: Patient, by: User, said: dict[str, Any], at: datetime, *, ends_later: bool) -> str:
    """The entry as the fact it is, and what its writer should know about it."""
    common: dict[str, Any] = {"by": by, "at": at, "client_id": said["id"]}
    zone, entered = said["zone"] or patient.zone, said["entered_at"]
    if said["kind"] == "start":
        return _begin(patient, said, {**common, "zone": zone}, ends_later=ends_later)
    if said["kind"] == "day":
        actions.record_day(
            patient=patient,
            local_date=said["local_date"],
            answer=said["answer"],
            zone=zone,
            entered_at=entered,
            **common,
        )
        return ""
    attack = Attack.objects.filter(patient__in=patient.charts, code=said["attack"]).first()
    if attack is None:
        raise ComesFirst(_("The attack this belongs to is not here yet. It is sent first."))
    kind = AttackEvent.Kind.OVER if said["kind"] == "over" else AttackEvent.Kind.WORSE
    actions.add_to_attack(attack=attack, kind=str(kind), happened_at=entered, **common)
    return ""


def _begin(patient: Patient, said: dict[str, Any], common: dict[str, Any], *, ends_later: bool) -> str:
    ago, entered = said["minutes_ago"], said["entered_at"]
    attack = actions.start_attack(
        patient=patient,
        started_at=said["started_at"] if ago is None else entered - timedelta(minutes=ago),
        ended_at=said["ended_at"] if ago is None else None,
        entered_at=entered,
        precision_min=(ago or 0) // 2,
        code=said["id"],
        ends_later=ends_later,
        **common,
    )
    if attack.corrects is None:
        return ""
    named = {"since": since_when(timezone.localtime(attack.happened_at, ZoneInfo(patient.zone)))}
    return _("An attack was going on already. Both are kept as one, since %(since)s.") % named
