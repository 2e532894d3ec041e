"""One signature over some bytes."""

from __future__ import annotations

from datetime import datetime

from clearhead.clinic.people.models import Signature, Site, User
from clearhead.clinic.people.secrets import prove


def sign(
    *, by: User, secret: str, meaning: str, subject_code: object, sha256: str, site: Site, at: datetime
) -> Signature:
    """One signature over these bytes. The person shows password or PIN again, every time (H-31)."""
    prove(by, secret, at=at)
    return Signature.objects.create(
        signer=by, site=site, meaning=meaning, subject_code=str(subject_code), sha256=sha256, reauth_at=at, signed_at=at
    )
