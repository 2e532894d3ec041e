"""The consent text as one patient reads it: the frozen wording with the order's own numbers in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from clearhead.clinic.audit.actions import sha256_of
from clearhead.clinic.people.models import Site
from clearhead.clinic.plan import queries as plan
from clearhead.clinic.plan import series
from clearhead.clinic.plan.estimate import DISPUTE_FROM_USD
from clearhead.clinic.plan.models import Order
from clearhead.medicine.evidence.register import claims
from clearhead.medicine.protocols import wording
from clearhead.medicine.protocols.protocol import Protocol

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Wording:
    """One text as the file has it."""

    text_id: str
    language: str
    version: str
    body: str

    def sha256_at(self, site: Site) -> str:
        """Hash of this wording as it stands at a site."""
        return sha256_of([site.slug, self.text_id, self.language, self.version, self.body])


def wording_of(text_id: str, language: str) -> Wording:
    """The present wording in the patient's language; English where there is none yet."""
    spoken = language if (TEXTS / language / f"{text_id}.md").exists() else "en"
    head, _blank, body = (TEXTS / spoken / f"{text_id}.md").read_text("utf-8").partition("\n\n")
    return Wording(text_id, spoken, head.removeprefix("version:").strip(), body)


def languages() -> list[str]:
    """Languages for which texts are kept."""
    return sorted(folder.name for folder in TEXTS.iterdir() if folder.is_dir())


def filled(words: Wording, order: Order) -> str:
    """The text for this order. A placeholder that nobody fills is a fault and raises KeyError."""
    with translation.override(words.language):
        return words.body.format_map(numbers_of(order))


def numbers_of(order: Order) -> dict[str, Any]:
    """What stands in the placeholders."""
    protocol, times = plan.protocol_of(order), series.chair_time(order)
    fasting, after = protocol.preparation.fasting, protocol.recovery.restrictions
    weight = plan.dosing_weight_kg(order)
    cap = min(order.max_session_mg, order.max_session_mg_per_kg * weight)
    said = {f"claim_{name}": claim.text for name, claim in claims().items()}
    return said | {
        "drug_form": DRUG_FORMS.get(order.drug_form, order.drug_form),
        "dose_band": wording.dose(replace(protocol, dose=plan.dose_mode_of(order))),
        "dose_cap": f"{_n(round(cap, 1))} mg",
        "hours": _time(order.infusion_minutes),
        "observation": _time(times.recovery),
        "visit_hours": _time(series.home_minutes(times)),
        "number": str(order.sessions),
        "spacing": order.spacing,
        "place": f"{_(PLACES[protocol.visit.place])}, {order.site.name}",
        "who_gives": _who(protocol),
        "depth": _(DEPTHS[protocol.intended_depth]),
        "co_drugs": _co_drugs(order),
        "fast_solid": _n(fasting.solid_meal_h),
        "fast_light": _n(fasting.light_meal_h),
        "fast_clear": _n(fasting.clear_fluids_h),
        "escort": protocol.preparation.escort.sentence,
        "no_driving": _n(after.no_driving_h),
        "no_alcohol": _n(after.no_alcohol_h),
        "no_legal": _n(after.no_legal_decisions_h),
        "no_childcare": _n(after.no_sole_childcare_h),
        "phones": _phones(order.site),
        "price": _price(order),
        "dispute_from": str(DISPUTE_FROM_USD),
        "cancelling": order.site.cancelling_terms or _("The clinic has not written its terms down yet."),
    }


DRUG_FORMS = {"racemic": "ketamine (racemic)", "S": "S-ketamine", "R": "R-ketamine"}
PLACES = {"chair": "in an infusion chair", "private_room": "in a private room", "bed": "in a monitored bed"}
DEPTHS = {
    "minimal": "You stay awake and can answer; you may feel drowsy.",
    "moderate": "You are drowsy, and answer when you are spoken to or touched.",
}
ROLES = {
    "nurse": "a registered nurse",
    "sedation_nurse": "a nurse trained in sedation",
    "nurse_anaesthetist": "a nurse anaesthetist",
    "prescriber": "the prescriber",
    "pharmacist": "a pharmacist",
    "desk": "the front desk",
}
PRESENCE = {
    "in_room": "the prescriber is in the room",
    "in_building": "the prescriber is in the building the whole time",
    "reachable": "the prescriber can be reached the whole time",
}


def _n(number: Any) -> str:
    return wording.plain(number)


def _time(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(n)s minutes") % {"n": rest}
    if not rest:
        return _("%(n)s hours") % {"n": hours} if hours > 1 else _("1 hour")
    return _("%(h)s hours %(m)s minutes") % {"h": hours, "m": rest}


def _who(protocol: Protocol) -> str:
    may = [permission.roles for permission in protocol.people.acts_by_role if permission.act == "start"]
    roles = [_(ROLES[role]) for role in (may[0] if may else ())]
    return "; ".join([_(" or ").join(roles) or _("the prescriber"), _(PRESENCE[protocol.people.prescriber_presence])])


def _co_drugs(order: Order) -> str:
    said = [
        _("%(title)s, %(dose)s %(unit)s, as planned")
        % {"title": row["title"], "dose": row["dose"], "unit": row["unit"]}
        for row in order.premedication
    ] + [
        _("%(title)s, %(dose)s %(unit)s, only if needed, at most %(most)s %(unit)s in a session")
        % {"title": row["title"], "dose": row["dose"], "unit": row["unit"], "most": row["max_total"]}
        for row in order.prn_orders
    ]
    return "; ".join(said) + "." if said else _("none.")


def _phones(site: Site) -> str:
    said = {"site": site.name, "phone": site.phone or _("see your letter")}
    night = site.after_hours_phone or _("not written down yet")
    return " ".join(
        (
            _("%(site)s, in opening hours: %(phone)s.") % said,
            _("At night and on weekends, at any hour: %(phone)s.") % {"phone": night},
        )
    )


def _price(order: Order) -> str:
    said = order.estimate
    if not said:
        return _("The desk gives you a written estimate before you sign.")
    return _("About %(each)s %(currency)s a session, %(total)s %(currency)s for %(n)s in all.") % {
        "each": said["per_session"],
        "currency": said["currency"],
        "total": said["total"],
        "n": said["sessions"],
    }


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, or a list of a text, for the page."""

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()


def blocks(text: str) -> list[Block]:
    """The few marks of our texts as blocks: # and ## headings, - lists, paragraphs."""
    found: list[Block] = []
    for part in text.strip().split("\n\n"):
        lines = part.strip().splitlines()
        if lines[0].startswith("#"):
            found.append(Block("h2" if lines[0].startswith("## ") else "h1", lines[0].lstrip("# ")))
            lines = lines[1:]
        if lines and lines[0].startswith("- "):
            found.append(Block("list", items=tuple(line.removeprefix("- ") for line in lines)))
        elif lines:
            found.append(Block("p", " ".join(lines)))
    return found


def sha256_of_text(text: str) -> str:
    """Hash of exactly what was read."""
    return hashlib.sha256(text.encode()).hexdigest()
