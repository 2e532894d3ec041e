"""Writing to the chain, and making every write safe to repeat."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID, uuid5

from django.apps import apps
from django.db import IntegrityError, models, transaction

from clearhead.clinic.audit.models import Anchor, Chain, Event, Receipt

HOUSE = "house"
NOT_CONTENT = frozenset({"at", "client_id", "ends_later"})
"""What may differ when the same entry is sent again: when it came, and what came beside it."""
REFUSED = "refused"
P = ParamSpec("P")
R = TypeVar("R")


class Conflict(Exception):
    """The same client id came again with other content (409)."""


def plain(value: object) -> object:
    """A value as JSON that always comes out the same."""
    if isinstance(value, models.Model):
        return f"{value._meta.label_lower}:{getattr(value, 'code', value.pk)}"
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)) or (
        isinstance(value, Iterable) and not isinstance(value, (str, bytes))
    ):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)


def canonical(value: object) -> bytes:
    """Canonical JSON bytes: sorted keys, no spaces, UTF-8."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256_of(value: object) -> str:
    """Hex SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(value)).hexdigest()


def link_hash(
    *, prev: str, seq: int, at: datetime, actor: str, verb: str, subject: str, patient: str, body: object
) -> str:
    """Hash of one event over everything it says and the hash before it (leaf prefix 0x00, RFC 9162 style)."""
    said = canonical([seq, at.astimezone(UTC).isoformat(), actor, verb, subject, patient, body, prev])
    return hashlib.sha256(b"\x00" + said).hexdigest()


def record(
    *,
    chain: str,
    at: datetime,
    by: models.Model | None,
    verb: str,
    subject: models.Model | str,
    patient: models.Model | None = None,
    body: dict[str, Any] | None = None,
) -> Event:
    """Add one event to a chain. Call it last in the write's own transaction: it takes the chain's lock."""
    with transaction.atomic():
        head, _begun = Chain.objects.select_for_update().get_or_create(name=chain)
        said: dict[str, Any] = {
            "seq": head.head_seq + 1,
            "at": at,
            "actor": str(getattr(by, "code", "")) or "nobody signed in",
            "verb": verb,
            "subject": subject if isinstance(subject, str) else str(plain(subject)),
            "patient": str(getattr(patient, "code", "")) if patient is not None else "",
            "body": plain(body or {}),
            "prev": head.head_hash,
        }
        digest = link_hash(**said)
        event = Event.objects.create(
            chain=chain,
            seq=said["seq"],
            at=at,
            actor_code=said["actor"],
            verb=verb,
            subject=said["subject"],
            patient_code=said["patient"],
            body=said["body"],
            prev=said["prev"],
            hash=digest,
        )
        head.head_seq, head.head_hash = event.seq, digest
        head.save(update_fields=["head_seq", "head_hash"])
        return event


def anchor(*, chain: str, place: str, at: datetime) -> Anchor:
    """Keep the head of a chain as it is put on paper now: later checks are made against the paper and against this."""
    with transaction.atomic():
        head = Chain.objects.select_for_update().get(name=chain)
        return Anchor.objects.create(chain=chain, seq=head.head_seq, hash=head.head_hash, taken_at=at, place=place)


@transaction.atomic
def print_list(*, site: models.Model, place: str, by: models.Model, at: datetime, body: dict[str, Any]) -> Anchor:
    """A list of people goes on paper: that is a look at all of them. The head after it is what the paper carries."""
    name = str(getattr(site, "code", HOUSE))
    record(chain=name, at=at, by=by, verb="print list", subject=site, body={"place": place, **body})
    return anchor(chain=name, place=place, at=at)


def once(action: Callable[P, R]) -> Callable[P, R]:
    """Make a keyword-only action atomic and safe to repeat.

    Give it `client_id`: the first call does the work and keeps a receipt in the same transaction; the same call
    again returns the same rows and does nothing; the same id with other content raises Conflict. Without
    `client_id` the action is only atomic. `at` (when the server heard of it) and what else came with it (NOT_CONTENT)
    are not part of the content, and neither is `secret`: not even the quick hash of a PIN is kept.
    """
    name = f"{action.__module__.removeprefix('clearhead.clinic.')}.{action.__name__}"

    @functools.wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        client_id = kwargs.get("client_id")
        if client_id is None:
            with transaction.atomic():
                return action(*args, **kwargs)
        digest = sha256_of({key: value for key, value in kwargs.items() if key not in NOT_CONTENT})
        chosen = cast(UUID, client_id)
        try:
            with transaction.atomic():
                earlier = Receipt.objects.filter(client_id=chosen).first()
                if earlier is not None:
                    return _again(earlier, digest)
                result = action(*args, **kwargs)
                Receipt.objects.create(client_id=chosen, action=name, sha256=digest, result=_name_of(result))
                return result
        except IntegrityError:
            earlier = Receipt.objects.filter(client_id=chosen).first()
            if earlier is None:
                raise
            return _again(earlier, digest)

    def _again(earlier: Receipt, digest: str) -> R:
        if earlier.action != name or earlier.sha256 != digest:
            raise Conflict(
                "This entry was already saved with other content. Open the page again and look before you repeat it."
            )
        return cast(R, _load(earlier.result))

    return run


def note_refusal(*, client_id: UUID, sentence: str) -> None:
    """Keep that what came under this id was refused: a copy that arrives later is not what happened.

    The id itself stays free: the same form may be sent again, mended.
    """
    Receipt.objects.get_or_create(
        site="", client_id=_refused_id(client_id), defaults={"action": REFUSED, "sha256": "", "result": sentence[:300]}
    )


def refusal_of(client_id: UUID) -> str | None:
    """Why what came under this id was refused; None where nothing was."""
    row = Receipt.objects.filter(client_id=_refused_id(client_id), action=REFUSED).first()
    return row.result if row is not None else None


def _refused_id(client_id: UUID) -> UUID:
    return uuid5(client_id, REFUSED)


def _name_of(result: object) -> str:
    rows = result if isinstance(result, (list, tuple)) else [result]
    return ",".join(f"{row._meta.label}:{row.pk}" for row in rows if isinstance(row, models.Model)) + (
        "[]" if isinstance(result, (list, tuple)) else ""
    )


def _load(name: str) -> object:
    several = name.endswith("[]")
    rows = []
    for part in filter(None, name.removesuffix("[]").split(",")):
        label, pk = part.rsplit(":", 1)
        rows.append(apps.get_model(label)._default_manager.get(pk=pk))
    return rows if several else (rows[0] if rows else None)
