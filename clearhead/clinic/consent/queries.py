"""Is there consent now; what has to be read and answered before there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from clearhead.clinic.consent.items import CHOICES, TEACH_BACK
from clearhead.clinic.consent.models import Consent, Question, Withdrawal
from clearhead.clinic.consent.rendering import Block, Wording, blocks, filled, sha256_of_text, wording_of
from clearhead.clinic.people.models import Course, Patient, Site
from clearhead.clinic.plan import queries as plan
from clearhead.clinic.plan.models import Order
from clearhead.medicine.rules.reasons import missing
from clearhead.medicine.rules.verdict import Reason

__all__ = ["CHOICES", "TEACH_BACK"]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything one patient has to read for one order."""

    order: Order
    parts: tuple[tuple[Wording, str], ...]

    @property
    def sha256(self) -> str:
        """Hash over all texts as shown; a page that shows another text is refused."""
        return sha256_of_text("\n".join(text for _words, text in self.parts))

    @property
    def blocks(self) -> list[Block]:
        """For the page."""
        return [block for _words, text in self.parts for block in blocks(text)]


def reading_of(order: Order, language: str = "") -> Reading:
    """The texts the protocol asks for, filled from the order, in the patient's language."""
    spoken = language or order.course.patient.language
    asked = dict.fromkeys(text.id for text in plan.protocol_of(order).consent.texts)
    words = [wording_of(text_id, spoken) for text_id in asked]
    return Reading(order, tuple((each, filled(each, order)) for each in words))


def not_written_down(site: Site) -> list[Reason]:
    """What a consent has to say and this site has not written down yet: before that, nobody signs here."""
    sentences = {
        "after_hours_phone": _("This clinic has not written down whom to call at night and on weekends."),
        "cancelling_terms": _("This clinic has not written down what cancelling costs."),
    }
    remedy = _("Nobody can sign before its owner or medical director fills it in under “Numbers and terms”.")
    return [
        missing(name, _("Clinic"), f"{said} {remedy}") for name, said in sentences.items() if not getattr(site, name)
    ]


def choices_asked(order: Order) -> dict[str, str]:
    """The separate questions, each answered yes or no."""
    return {name: str(CHOICES[name]) for name in plan.protocol_of(order).consent.separate_consents}


def current_consent(of: Order | Course, at: datetime) -> Consent | None:
    """The consent that holds now for an order (of a course: its present order), or None.

    It holds while the order is the same to the last byte, every text the protocol asks for is signed in its present
    version, nothing was withdrawn, and it is not older than the protocol allows. Nothing overrides this.
    """
    order = plan.current_order(of) if isinstance(of, Course) else of
    if order is None or not plan.is_current(order):
        return None
    rule = plan.protocol_of(order).consent
    found = []
    for text_id in dict.fromkeys(text.id for text in rule.texts):
        consent = _signed(order, text_id, at)
        if consent is None or consent.happened_at < at - timedelta(days=rule.reconsent_days):
            return None
        if "text_changed" in rule.reconsent_after and _text_changed(consent):
            return None
        found.append(consent)
    return found[0] if found else None


def _signed(order: Order, text_id: str, at: datetime) -> Consent | None:
    rows = Consent.standing().filter(order=order, order_sha256=order.sha256, text__text_id=text_id, happened_at__lte=at)
    last = rows.select_related("text").order_by("happened_at", "pk").last()
    if last is None or last.rendered_sha256 != sha256_of_text(last.rendered):
        return None
    return None if Withdrawal.standing().filter(consent=last, happened_at__lte=at).exists() else last


def _text_changed(consent: Consent) -> bool:
    """A new version of the wording was put out since. Rows from a paper form with another name stay valid."""
    present = wording_of(consent.text.text_id, consent.text.language)
    return present.language == consent.text.language and present.version != consent.text.version


def unwithdrawn(course: Course) -> list[Consent]:
    """Every consent of a course that was not taken back, current or not: what a withdrawal withdraws."""
    taken_back = Withdrawal.standing().filter(consent__course=course).values("consent")
    return list(Consent.standing().filter(course=course).exclude(pk__in=taken_back))


def no_to_photo(*, patient: Patient, found: list[str]) -> None:
    """A reaction: who said no to a photograph, in the newest consent that asked, has none kept."""
    rows = Consent.standing().filter(course__patient__in=patient.charts, withdrawals__isnull=True)
    said = [row.choices["photo"] for row in rows.order_by("happened_at", "pk") if "photo" in row.choices]
    if said and said[-1] is False:
        found.append(_("In the consent this person said no to a photograph. Ask again with a new consent first."))


def taken_back(order: Order, at: datetime) -> bool:
    """True while consent stands withdrawn: a text was taken back and not signed again since. Nothing overrides this."""
    rows = Withdrawal.standing().filter(consent__course=order.course_id, happened_at__lte=at)
    gone = set(rows.values_list("consent__text__text_id", flat=True))
    if not gone:
        return False
    kept = Consent.standing().filter(course=order.course_id, happened_at__lte=at)
    kept = kept.exclude(pk__in=rows.values("consent"))
    return bool(gone - set(kept.values_list("text__text_id", flat=True)))


def withdrawal_of(order: Order) -> Withdrawal | None:
    """The last withdrawal of consent to this order."""
    return Withdrawal.standing().filter(consent__order=order).last()


def questions_of(course: Course) -> list[Question]:
    """What was asked, with the answers."""
    return list(Question.standing().filter(course=course).select_related("recorded_by"))


def unanswered(course: Course) -> list[Question]:
    """Questions nobody answered yet: nobody signs over them."""
    return list(Question.standing().filter(course=course, answer=""))
