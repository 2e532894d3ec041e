"""The timed pause of a single-handed site: it begins when this very entry was read back, and counts for nothing else.

The clinic signs its beginning together with session, act, values and person. Another value, another hand, another
session or a pause that is long over begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core import signing

from clearhead.clinic.infusion.forms import CheckedForm
from clearhead.medicine.protocols.protocol import Protocol

SALT = "clearhead.alone"
VALID = timedelta(minutes=5)
"""How long after its beginning a pause may be used (assumption)."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that runs: its signed beginning, and when the entry may be sent again."""

    token: str
    ready_at: datetime
    wait_s: int


def pause_of(form: CheckedForm, now: datetime) -> Pause | None:
    """The pause that runs for this entry, begun now where none does; None where nobody works alone or one is there."""
    if _wait(form.protocol) is None or not form.is_bound or form.cleaned_data.get("second"):
        return None
    begun = _begun(form, now)
    if begun is None:
        begun, token = now, signing.dumps([_about(form), now.timestamp()], salt=SALT)
        form.data = form.data.copy()
        form.data["alone_since"] = token
    ready = begun + timedelta(seconds=form.protocol.running.second_check.single_handed_wait_s)
    return Pause(form.data["alone_since"], ready, max(0, int((ready - now).total_seconds())))


def waited_s(form: Any, now: datetime) -> int:
    """Seconds of the pause that passed, at most what the protocol asks; 0 for another entry than the one read back."""
    wait = _wait(form.protocol) if isinstance(form, CheckedForm) else None
    begun = _begun(form, now) if wait is not None else None
    return 0 if wait is None or begun is None else min(wait, int((now - begun).total_seconds()))


def _wait(protocol: Protocol) -> int | None:
    alone = protocol.people.single_handed == "timed_pause"
    return protocol.running.second_check.single_handed_wait_s if alone else None


def _begun(form: CheckedForm, now: datetime) -> datetime | None:
    try:
        about, seconds = signing.loads(form.data.get("alone_since", ""), salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    begun = datetime.fromtimestamp(seconds, UTC)
    return begun if about == _about(form) and timedelta(0) <= now - begun <= VALID else None


def _about(form: CheckedForm) -> list[str]:
    values = [form.cleaned_data.get(name) for name in form.read_back]
    return [str(form.session.code), form.act, str(form.user.code), *(_plain(value) for value in values)]


def _plain(value: Any) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
