"""Protocols on the screen: the list, one version from top to bottom, two side by side, and the director's forms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from clearhead.clinic.people.access import access, staff
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.people.models import Role, Site
from clearhead.clinic.policy import actions, queries, reading
from clearhead.clinic.policy.forms import AdoptForm, KeepForm, SelectForm, WithdrawForm
from clearhead.clinic.policy.models import ProtocolVersion
from clearhead.medicine.errors import WrongFile
from clearhead.medicine.protocols import loader, wording
from clearhead.medicine.protocols.diff import changes, every_difference, softer_than_reference
from clearhead.medicine.protocols.given import given

READERS = (Role.DIRECTOR, Role.PRESCRIBER, Role.NURSE, Role.PHARMACIST, Role.OWNER, Role.AUDITOR)


@access(staff(*READERS, write=()), Site)
def protocols(request: HttpRequest, site: Site) -> HttpResponse:
    """Every kept version and what the site does with it."""
    at = timezone.now()
    shown = {"site": site, "kept": queries.kept_versions(site, at), "director": _is_director(request)}
    return render(request, "policy/list.html", shown)


@access(staff(*READERS, write=()), Site)
def version_page(request: HttpRequest, site: Site, version: UUID) -> HttpResponse:
    """One version from top to bottom, every value with its source."""
    return _version_page(request, site, _version(version))


def _version_page(
    request: HttpRequest, site: Site, version: ProtocolVersion, *, status: int = 200, **more: Any
) -> HttpResponse:
    protocol = queries.protocol_of(version)
    parts = reading.sections(protocol)
    shown = {
        "site": site,
        "version": version,
        "protocol": protocol,
        "sections": parts,
        "words": wording.sentences(protocol),
        "assumptions": sum(part.assumptions for part in parts),
        "kept": next(row for row in queries.kept_versions(site, timezone.now()) if row.version.pk == version.pk),
        "others": [row for row in ProtocolVersion.standing() if row.pk != version.pk],
        "director": _is_director(request),
        "select_form": SelectForm(purposes=protocol.purposes),
        **more,
    }
    return render(request, "policy/version.html", shown, status=status)


@access(staff(*READERS, write=()), Site)
def diff(request: HttpRequest, site: Site) -> HttpResponse:
    """What would change for a patient from one version to another, in words."""
    a, b = (_version(_code(request.GET.get(name, ""))) for name in ("a", "b"))
    old, new = queries.protocol_of(a), queries.protocol_of(b)
    shown = {"site": site, "a": a, "b": b, "changes": changes(old, new), "every": every_difference(old, new)}
    return render(request, "policy/diff.html", shown)


@access(staff(Role.DIRECTOR), Site)
def keep(request: HttpRequest, site: Site) -> HttpResponse:
    """Keep a new version: an example from the shelf, or the site's own file."""
    shelf = [(name, name) for name in loader.shipped_ids()]
    form = KeepForm(request.POST or None, shelf=shelf)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        toml = (loader.SHIPPED / f"{said['shelf']}.toml").read_text("utf-8") if said["shelf"] else said["toml"]
        try:
            kept = actions.keep_version(
                toml=toml.replace("\r\n", "\n"), by=request.user, at=timezone.now(), client_id=said["client_id"]
            )
            return _see_other(site, kept)
        except WrongFile as wrong:
            form.add_error("toml", [str(fault) for fault in wrong.faults])
        except actions.PolicyRefused as refusal:
            form.refused(refusal.verdict, "toml")
    shown = {"site": site, "form": form}
    return render(request, "policy/keep.html", shown, status=422 if form.errors else 200)


@access(staff(Role.DIRECTOR, Role.OWNER), Site)
def select(request: HttpRequest, site: Site, version: UUID) -> HttpResponse:
    """Work under this version as an example, without orders."""
    row = _version(version)
    form = SelectForm(request.POST or None, purposes=queries.protocol_of(row).purposes)
    if request.method != "POST":
        return _see_other(site, row)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.select(
                site=site,
                version=row,
                purpose=said["purpose"],
                by=request.user,
                at=timezone.now(),
                client_id=said["client_id"],
            )
            return _see_other(site, row)
        except actions.PolicyRefused as refusal:
            form.refused(refusal.verdict)
    return _version_page(request, site, row, status=422, select_form=form)


@access(staff(Role.DIRECTOR), Site)
def adopt(request: HttpRequest, site: Site, version: UUID) -> HttpResponse:
    """The director's signature under one version."""
    row, at = _version(version), timezone.now()
    protocol = queries.protocol_of(row)
    form = AdoptForm(request.POST or None, purposes=protocol.purposes, zone=site.zone)
    verdict = actions.adoption_verdict(site=site, version=row, by=request.user, at=at, purpose=protocol.purposes[0])
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.adopt(
                site=site,
                version=row,
                purpose=said["purpose"],
                from_at=said["from_at"],
                secret=said["secret"],
                by=request.user,
                at=at,
                client_id=said["client_id"],
            )
            return _see_other(site, row)
        except actions.PolicyRefused as refusal:
            form.refused(refusal.verdict)
        except SignatureRefused as refusal:
            form.refused(refusal, "secret")
    parts = reading.sections(protocol)
    assumed = [line for part in parts for line in part.lines if line.assumption and part.name in DOSE_PARTS]
    shown = {
        "site": site,
        "version": row,
        "protocol": protocol,
        "form": form,
        "verdict": verdict,
        "given": given(protocol),
        "assumed": assumed,
        "softer": [reading.spoken(line) for line in softer_than_reference(protocol)],
    }
    return render(request, "policy/adopt.html", shown, status=422 if form.errors else 200)


DOSE_PARTS = ("weight", "dose", "caps", "series", "orders")


@access(staff(Role.DIRECTOR), Site)
def withdraw(request: HttpRequest, site: Site, version: UUID) -> HttpResponse:
    """Take a version out of use, for safety or because a better one is there."""
    row = _version(version)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.withdraw(
                site=site,
                version=row,
                for_safety=said["for_safety"],
                reason=said["reason"],
                secret=said["secret"],
                by=request.user,
                at=timezone.now(),
                client_id=said["client_id"],
            )
            return _see_other(site, row)
        except actions.PolicyRefused as refusal:
            form.refused(refusal.verdict)
        except SignatureRefused as refusal:
            form.refused(refusal, "secret")
    shown = {"site": site, "version": row, "form": form}
    return render(request, "policy/withdraw.html", shown, status=422 if form.errors else 200)


def _version(code: UUID | None) -> ProtocolVersion:
    found = queries.version_by(code) if code else None
    if found is None:
        raise Http404(_("No such version is kept."))
    return found


def _code(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _is_director(request: Any) -> bool:
    return Role.DIRECTOR in request.roles


def _see_other(site: Site, version: ProtocolVersion) -> HttpResponse:
    answer = redirect("policy-version", site.slug, version.code)
    answer.status_code = 303
    return answer
