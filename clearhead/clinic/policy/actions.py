"""Keeping, selecting, adopting and withdrawing protocol versions."""

from __future__ import annotations

import uuid
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Role, Signature, Site, User
from clearhead.clinic.policy.models import Adoption, ProtocolVersion, Purpose, Selection, Withdrawal
from clearhead.clinic.policy.queries import MIGRAINE, protocol_of, treats
from clearhead.medicine.errors import WrongFile
from clearhead.medicine.protocols.loader import protocol_from
from clearhead.medicine.rules.reasons import refused
from clearhead.medicine.rules.verdict import Reason, Verdict


class PolicyRefused(Exception):
    """This version may not be kept, selected, adopted or withdrawn; `verdict` names every reason."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(str(verdict))


@audit.once
def keep_version(*, toml: str, by: User | None, at: datetime, client_id: UUID | None = None) -> ProtocolVersion:
    """Keep the exact bytes of a protocol file. The same bytes again are the same version.

    Raises WrongFile with every fault, PolicyRefused when this id and version are kept with other content.
    """
    digest = sha256(toml.encode()).hexdigest()
    known = ProtocolVersion.objects.filter(sha256=digest).first()
    if known is not None:
        return known
    protocol = protocol_from(toml, name="the protocol file")
    if ProtocolVersion.objects.filter(protocol_id=protocol.id, version=protocol.version).exists():
        sentence = (
            f"{protocol.id} {protocol.version} is kept already with other content. Give the file a new version number."
        )
        raise PolicyRefused(Verdict.of("keep", [refused("version_is_new", "Version", sentence)]))
    kept = ProtocolVersion.objects.create(
        protocol_id=protocol.id,
        version=protocol.version,
        indication=MIGRAINE,
        toml=toml,
        sha256=digest,
        is_example=protocol.example,
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
    )
    body = {"id": protocol.id, "version": protocol.version, "sha256": digest}
    audit.record(chain=audit.HOUSE, at=at, by=by, verb="keep protocol version", subject=kept, body=body)
    return kept


@audit.once
def select(
    *,
    site: Site,
    version: ProtocolVersion,
    by: User | None,
    at: datetime,
    purpose: str = Purpose.SERIES,
    indication: str = MIGRAINE,
    client_id: UUID | None = None,
) -> Selection:
    """Work under this version for consult, diary and assessment ("example limits"). No order can be signed under it."""
    reasons = [*_file_reasons(version), *_fit_reasons(version, site, purpose, indication)]
    _raise_if(Verdict.of("select", reasons))
    row = Selection.objects.create(
        site=site,
        indication=indication,
        purpose=purpose,
        version=version,
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(chain=site.slug, at=at, by=by, verb="select protocol", subject=row, body=_said(version, purpose))
    return row


@audit.once
def adopt(
    *,
    site: Site,
    version: ProtocolVersion,
    secret: str,
    by: User,
    at: datetime,
    purpose: str = Purpose.SERIES,
    indication: str = MIGRAINE,
    from_at: datetime | None = None,
    client_id: UUID | None = None,
) -> Adoption:
    """The site's medical director makes this version the site's own, by signature over its exact bytes.

    Raises PolicyRefused (not the director, faults in the file, setting or purpose that does not fit, a start in the
    past) or SignatureRefused.
    """
    _raise_if(adoption_verdict(site=site, version=version, by=by, at=at, purpose=purpose, indication=indication,
                               from_at=from_at))  # fmt: skip
    code = uuid.uuid4()
    row = Adoption.objects.create(
        code=code,
        site=site,
        indication=indication,
        purpose=purpose,
        version=version,
        from_at=from_at or at,
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
        signature=_signed(by, secret, "adopt protocol", code, version.sha256, site, at),
    )
    audit.record(chain=site.slug, at=at, by=by, verb="adopt protocol", subject=row, body=_said(version, purpose))
    return row


def adoption_verdict(
    *,
    site: Site,
    version: ProtocolVersion,
    by: User,
    at: datetime,
    purpose: str = Purpose.SERIES,
    indication: str = MIGRAINE,
    from_at: datetime | None = None,
) -> Verdict:
    """Whether this person may adopt this version here, with every reason."""
    reasons = [
        *_director_reasons(by, site),
        *_file_reasons(version),
        *_fit_reasons(version, site, purpose, indication),
    ]
    if from_at is not None and from_at < at:
        reasons.append(refused("from_now_on", "From", "An adoption holds from now or later, never from the past."))
    return Verdict.of("adopt", reasons)


@audit.once
def withdraw(
    *,
    site: Site,
    version: ProtocolVersion,
    for_safety: bool,
    reason: str,
    secret: str,
    by: User,
    at: datetime,
    client_id: UUID | None = None,
) -> Withdrawal:
    """Take a version out of use at a site. For safety: it also blocks the next start and any increase of running plans.

    It stays so until the director adopts the version anew (or another one).
    """
    reasons = list(_director_reasons(by, site))
    if not reason.strip():
        reasons.append(refused("reason_written", "Reason", "Write why the version is withdrawn."))
    _raise_if(Verdict.of("withdraw", reasons))
    code = uuid.uuid4()
    row = Withdrawal.objects.create(
        code=code,
        version=version,
        site=site,
        for_safety=for_safety,
        reason=reason.strip(),
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
        signature=_signed(by, secret, "withdraw protocol", code, version.sha256, site, at),
    )
    body = {"version": str(version), "for_safety": for_safety, "reason": reason.strip()}
    audit.record(chain=site.slug, at=at, by=by, verb="withdraw protocol", subject=row, body=body)
    return row


def _director_reasons(by: User, site: Site) -> list[Reason]:
    if Role.DIRECTOR in roles_of(by, site):
        return []
    sentence = f"Only the medical director of {site} may do this."
    return [refused("medical_director", "Medical director", sentence, who="medical_director")]


def _file_reasons(version: ProtocolVersion) -> list[Reason]:
    try:
        protocol_of(version)
    except WrongFile as wrong:
        return [refused("file_without_fault", "The file", str(fault), f"{version}") for fault in wrong.faults]
    return []


def _fit_reasons(version: ProtocolVersion, site: Site, purpose: str, indication: str) -> list[Reason]:
    try:
        protocol = protocol_of(version)
    except WrongFile:
        return []
    reasons = []
    if not protocol.fits(site.setting):  # type: ignore[arg-type]  # the model keeps the same three words
        said = {"office_chair": "an office chair", "monitored_bed": "a monitored bed", "inpatient": "an inpatient ward"}
        sentence = f"{protocol.title} needs {said[protocol.setting]}; {site} is {said.get(site.setting, site.setting)}."
        reasons.append(refused("setting_fits", "Setting", sentence, f"{version}, setting", limit=protocol.setting))
    if purpose not in protocol.purposes:
        sentence = f"{protocol.title} is not written for {purpose}, but for {', '.join(protocol.purposes)}."
        reasons.append(refused("purpose_fits", "Purpose", sentence, f"{version}, purposes"))
    if not treats(protocol, indication):
        sentence = f"{protocol.title} is not written for {indication}."
        reasons.append(refused("indication_fits", "Indication", sentence, f"{version}, indications"))
    return reasons


def _raise_if(verdict: Verdict) -> None:
    if not verdict.permits:
        raise PolicyRefused(verdict)


def _said(version: ProtocolVersion, purpose: str) -> dict[str, str]:
    return {"version": str(version), "sha256": version.sha256, "purpose": str(purpose)}


def _signed(by: User, secret: str, meaning: str, code: UUID, digest: str, site: Site, at: datetime) -> Signature:
    return people.sign(by=by, secret=secret, meaning=meaning, subject_code=code, sha256=digest, site=site, at=at)
