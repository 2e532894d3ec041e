"""Doors without a sign-in: links sent to people, and the token that binds a tablet to one chair's session."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from clearhead.clinic.people.models import Link, Patient, Site

CHAIR_COOKIE = "chair"
CHAIR_SALT = "clearhead.chair"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(
    *,
    purpose: str,
    subject_code: object,
    patient: Patient | None,
    site: Site | None,
    at: datetime,
    lasts: timedelta,
    single_use: bool = False,
) -> tuple[Link, str]:
    """A new link and its token. The token is shown once and not kept."""
    token = secrets.token_urlsafe(24)
    made = Link.objects.create(
        token_hash=_hash(token),
        purpose=purpose,
        patient=patient,
        site=site,
        subject_code=str(subject_code),
        single_use=single_use,
        created_at=at,
        expires_at=at + lasts,
    )
    return made, token


def open_link(token: str, purpose: str, now: datetime) -> Link:
    """The link that this token opens, or 404; an expired or used one is told so."""
    found = Link.objects.filter(token_hash=_hash(token), purpose=purpose).select_related("patient", "site").first()
    if found is None:
        raise Http404(_("This link opens nothing. Look in the newest message, or call us."))
    if found.expires_at <= now:
        raise PermissionDenied(_("This link has expired. Ask us for a new one."))
    if found.single_use and found.used_at is not None:
        raise PermissionDenied(_("This link was used already. Ask us for a new one."))
    return found


def use_up(link: Link, *, at: datetime) -> None:
    """Note that a link was used; a single-use link opens nothing from now on."""
    if not Link.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=at) and link.single_use:
        raise PermissionDenied(_("This link was used already. Ask us for a new one."))


def chair_token(session_code: object, device: str) -> str:
    """The signed token of one device for one session, issued at start."""
    return signing.dumps([str(session_code), device], salt=CHAIR_SALT)


def chair_token_opens(request: HttpRequest, row: Model | None) -> bool:
    """Does the request carry the token of this very session? It never ages: STOP must work in the tenth hour."""
    token = request.COOKIES.get(CHAIR_COOKIE) or request.headers.get("X-Chair-Token", "")
    if not token or row is None:
        return False
    try:
        said: Any = signing.loads(token, salt=CHAIR_SALT)
    except signing.BadSignature:
        return False
    return bool(said) and said[0] == str(getattr(row, "code", ""))


def opens_chair(request: Any, row: Model | None) -> bool:
    """The chair's own device: by its token, or as the tablet that was locked at this chair and has no token yet."""
    here = row is not None and request.session.get("locked_at") == str(getattr(row, "code", ""))
    return chair_token_opens(request, row) or (here and bool(getattr(request, "tablet_locked", False)))
