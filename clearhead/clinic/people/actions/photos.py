"""A patient's photograph, to tell people apart: added, replaced, taken out. The chain keeps its hash alone."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.models import Patient, Photo, Site, User
from clearhead.clinic.people.pictures import NotAPhoto, read_picture
from clearhead.clinic.reactions import react


class PhotoRefused(Exception):
    """No photograph is kept, and why."""


@audit.once
def keep_photo(
    *, patient: Patient, site: Site, data: bytes, by: User, at: datetime, client_id: UUID | None = None
) -> Photo:
    """Keep this picture of the patient, who agreed to it; an earlier one is gone then."""
    found: list[str] = []
    react("photo_adding", patient=patient, found=found)
    if found:
        raise PhotoRefused(" ".join(found))
    try:
        picture = read_picture(data)
    except NotAPhoto as fault:
        raise PhotoRefused(str(fault)) from fault
    _take_out(patient)
    photo = Photo.objects.create(
        patient=patient,
        image=picture.image,
        media_type=picture.media_type,
        width_px=picture.width_px,
        height_px=picture.height_px,
        sha256=hashlib.sha256(picture.image).hexdigest(),
        added_at=at,
        added_by=by,
    )
    said = {"sha256": photo.sha256, "bytes": len(picture.image)}
    audit.record(chain=site.slug, at=at, by=by, verb="keep photo", subject=photo, patient=patient, body=said)
    return photo


@audit.once
def remove_photo(
    *, patient: Patient, site: Site, by: User | None, at: datetime, client_id: UUID | None = None
) -> Patient:
    """The picture is deleted from the record; that it was there stays on the chain."""
    hashes = _take_out(patient)
    if hashes:
        said = {"sha256": hashes}
        audit.record(chain=site.slug, at=at, by=by, verb="remove photo", subject=patient, patient=patient, body=said)
    return patient


def _take_out(patient: Patient) -> list[str]:
    rows = Photo.objects.filter(patient__in=patient.charts)
    hashes = list(rows.values_list("sha256", flat=True))
    rows.delete()
    return hashes
