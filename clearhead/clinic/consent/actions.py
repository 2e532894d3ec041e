"""Every write of consent: questions, answers, the signature, its withdrawal.

For callers:
    ask(course, question, by, at) -> Question
    answer(question, answer, by, at) -> Question
    send_link(order, by, at) -> Outgoing
    sign(order, typed_name, birth_date, teach_back, choices, read_sha256, via, by, at,
         interpreter="", co_signed_by="") -> Consent        books the agreed starts, all or none
    book_agreed(order, by, at) -> list[Session]             once dates were agreed anew
    withdraw(consent, reason, via, by, at) -> Withdrawal    cancels what is booked, frees the chairs
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.consent import queries, rendering
from clearhead.clinic.consent.models import Consent, Question, Text, Withdrawal
from clearhead.clinic.letters import actions as letters
from clearhead.clinic.letters import links
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.models import Course, Patient, Site, User
from clearhead.clinic.plan import actions as plan
from clearhead.clinic.plan import queries as plans
from clearhead.clinic.plan.models import Order, Session
from clearhead.clinic.reactions import react
from clearhead.clinic.schedule.errors import BookingRefused
from clearhead.clinic.schedule.models import Booking
from clearhead.medicine.rules.reasons import missing, refused
from clearhead.medicine.rules.verdict import Reason, Verdict

LINK_DAYS = 60
ADULT_YEARS = 18


class ConsentRefused(Exception):
    """The consent may not be signed like this; `verdict` names every reason. Nothing was saved; nothing overrides."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(str(verdict))


@audit.once
def ask(*, course: Course, question: str, by: User | None, at: datetime, client_id: UUID | None = None) -> Question:
    """The patient asks. Until it is answered, nobody signs."""
    if not question.strip():
        raise ConsentRefused(Verdict.of("ask", [missing("question", _("Question"), _("Write your question."))]))
    row = Question.objects.create(
        course=course, question=question.strip(), happened_at=at, recorded_at=at, recorded_by=by
    )
    _record(course, "ask a question", row, by, at)
    return row


@audit.once
def answer(*, question: Question, answer: str, by: User, at: datetime, client_id: UUID | None = None) -> Question:
    """The staff answer; the question with its answer replaces the open one."""
    if not answer.strip():
        raise ConsentRefused(Verdict.of("answer", [missing("answer", _("Answer"), _("Write the answer."))]))
    row = Question.objects.create(
        course=question.course,
        question=question.question,
        answer=answer.strip(),
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
        corrects=question,
    )
    _record(question.course, "answer a question", row, by, at)
    return row


@audit.once
def send_link(*, order: Order, by: User | None, at: datetime, client_id: UUID | None = None) -> Outgoing:
    """Send the patient the link to read, ask, sign and, later, withdraw."""
    link = links.promise(
        "consent-link", purpose="consent", subject_code=order.code, until=at + timedelta(days=LINK_DAYS)
    )
    return letters.queue(
        site=order.site,
        patient=order.course.patient,
        template="to_sign",
        context={"link": link},
        about_code=order.code,
        due_at=at,
        by=by,
        at=at,
    )


@audit.once
def sign(
    *,
    order: Order,
    typed_name: str,
    birth_date: date | None,
    teach_back: Mapping[str, str],
    choices: Mapping[str, bool],
    read_sha256: str,
    via: str,
    by: User | None,
    at: datetime,
    interpreter: str = "",
    co_signed_by: str = "",
    client_id: UUID | None = None,
) -> Consent:
    """The patient signs the texts as shown, pinned to this order's hash; then the agreed starts are booked.

    `read_sha256` is `queries.reading_of(order).sha256` of the page that was read. When a start was taken meanwhile the
    consent stands and nothing is booked: dates are agreed anew and `book_agreed` is called.
    """
    Course.objects.select_for_update().get(pk=order.course_id)
    reading = queries.reading_of(order)
    verdict = Verdict.of(
        "consent",
        [
            *_order_reasons(order, reading, read_sha256),
            *queries.not_written_down(order.site),
            *_person_reasons(order.course.patient, typed_name, birth_date, interpreter, co_signed_by, order.site, at),
            *_answer_reasons(order, teach_back, choices),
        ],
    )
    if not verdict.permits:
        raise ConsentRefused(verdict)
    made = []
    for words, text in reading.parts:
        kept = freeze(words=words, site=order.site, by=by, at=at)
        earlier = Consent.standing().filter(order=order, text=kept).last()
        made.append(
            Consent.objects.create(
                course=order.course,
                site=order.site,
                order=order,
                order_sha256=order.sha256,
                text=kept,
                rendered=text,
                rendered_sha256=rendering.sha256_of_text(text),
                typed_name=" ".join(typed_name.split()),
                teach_back=dict(teach_back),
                choices=dict(choices),
                interpreter=interpreter.strip(),
                co_signed_by=co_signed_by.strip(),
                via=via,
                happened_at=at,
                recorded_at=at,
                recorded_by=by,
                corrects=earlier,
            )
        )
    body: dict[str, object] = {
        "order_sha256": order.sha256,
        "texts": [one.text.sha256 for one in made],
        "via": via,
        "choices": choices,
    }
    _record(order.course, "sign consent", made[0], by, at, body)
    if choices.get("photo") is False:
        people.remove_photo(patient=order.course.patient, site=order.site, by=by, at=at)
    _book_if_agreed(order, by=by, at=at)
    return made[0]


def freeze(*, words: rendering.Wording, site: Site, by: User | None, at: datetime) -> Text:
    """The wording as this site has it, kept once and never changed."""
    row, _new = Text.objects.get_or_create(
        sha256=words.sha256_at(site),
        defaults={
            "site": site,
            "text_id": words.text_id,
            "language": words.language,
            "version": words.version,
            "body": words.body,
            "happened_at": at,
            "recorded_at": at,
            "recorded_by": by,
        },
    )
    return row


def _order_reasons(order: Order, reading: queries.Reading, read_sha256: str) -> list[Reason]:
    reasons = []
    if not plans.is_current(order):
        reasons.append(refused("order_current", _("Order"), _("The order was changed. Please read the new one.")))
    elif not plans.is_intact(order):
        reasons.append(
            refused("order_intact", _("Order"), _("The order does not read as it was signed. Call the clinic."))
        )
    if read_sha256 != reading.sha256:
        sentence = _("The text has changed since this page was opened. Please read it again.")
        reasons.append(refused("text_as_read", _("Text"), sentence))
    if queries.unanswered(order.course):
        sentence = _("A question is still open. We answer it before you sign.")
        reasons.append(missing("questions_answered", _("Questions"), sentence))
    return reasons


def _person_reasons(
    patient: Patient,
    typed_name: str,
    birth_date: date | None,
    interpreter: str,
    co_signed_by: str,
    site: Site,
    at: datetime,
) -> list[Reason]:
    """Two identifiers of the very person, and whoever has to be beside them."""
    reasons = []
    names = [str(patient), *([patient.proxy_name] if patient.proxy_name else [])]
    if _same(typed_name) not in {_same(name) for name in names}:
        sentence = _("Type the full name as we have it: %(name)s.") % {"name": patient}
        reasons.append(missing("typed_name", _("Name"), sentence))
    if birth_date != patient.birth_date:
        reasons.append(missing("birth_date", _("Birth date"), _("The birth date does not match the one we have.")))
    if patient.needs_interpreter and not interpreter.strip():
        reasons.append(missing("interpreter", _("Interpreter"), _("Name the interpreter who was there.")))
    by_proxy = bool(patient.proxy_name) and _same(typed_name) == _same(patient.proxy_name)
    if patient.age_on(site.today(at)) < ADULT_YEARS and not (by_proxy or co_signed_by.strip()):
        reasons.append(
            missing("co_signature", _("Co-signature"), _("A minor signs together with a legal representative."))
        )
    return reasons


def _same(name: str) -> str:
    return " ".join(name.casefold().split())


def _answer_reasons(order: Order, teach_back: Mapping[str, str], choices: Mapping[str, bool]) -> list[Reason]:
    reasons = [
        missing(f"teach_back_{item}", _("In your own words"), _("Please answer: %(question)s") % {"question": question})
        for item, question in queries.TEACH_BACK.items()
        if len(teach_back.get(item, "").strip()) < 2
    ]
    return reasons + [
        missing(f"choice_{name}", _("Yes or no"), _("Please choose yes or no: %(question)s") % {"question": question})
        for name, question in queries.choices_asked(order).items()
        if not isinstance(choices.get(name), bool)
    ]


def _book_if_agreed(order: Order, *, by: User | None, at: datetime) -> None:
    """Book what was agreed. Somebody may have been quicker: the consent is a fact and stays."""
    if not plans.agreed_starts(order) or not plans.missing_numbers(order):
        return
    try:
        with transaction.atomic():
            plan.book_series(order=order, by=by, at=at, channel="consent")
    except BookingRefused as fault:
        _record(order.course, "series not booked", order, by, at, {"why": str(fault)})


@audit.once
def book_agreed(*, order: Order, by: User | None, at: datetime, client_id: UUID | None = None) -> list[Session]:
    """Book the starts that were agreed last. Only under a consent that is current."""
    if queries.current_consent(order, at) is None:
        sentence = _("The patient has not consented to this order. Nothing is booked before that.")
        raise ConsentRefused(Verdict.of("book", [missing("consent_current", _("Consent"), sentence)]))
    return plan.book_series(order=order, by=by, at=at)


@audit.once
def withdraw(
    *,
    consent: Consent,
    reason: str,
    via: str,
    by: User | None,
    at: datetime,
    client_id: UUID | None = None,
) -> Withdrawal:
    """The patient takes consent back, at any moment and without a reason. It is never refused.

    It takes back every consent of the course. Each session still ahead is cancelled and its chair free, also one that
    went over to a changed order; one that is under way becomes a request to stop.
    """
    course = consent.course
    made = [
        Withdrawal.objects.create(
            consent=each, reason=reason.strip(), via=via, happened_at=at, recorded_at=at, recorded_by=by
        )
        for each in queries.unwithdrawn(course)
    ]
    row = made[-1] if made else Withdrawal.standing().filter(consent__course=course).latest("pk")
    sessions = list(Session.objects.filter(course=course, cancelled_at__isnull=True).select_related("booking"))
    ahead = plans.upcoming(sessions, at)
    for session in ahead:
        plan.cancel_sessions(session=session, scope="one", why="consent withdrawn", by=by, at=at)
    for session in sessions:
        if _under_way(session, at):
            react("consent withdrawn while running", session=session, consent=consent, by=by, at=at)
    _record(course, "withdraw consent", row, by, at, {"via": via, "cancelled": ahead})
    return row


def _under_way(session: Session, at: datetime) -> bool:
    """In its booked time and not over. Whether a pump runs, the room that knows it decides."""
    booking = session.booking
    return (
        booking is not None
        and booking.status == Booking.Status.BOOKED
        and booking.starts_at <= at < booking.ends_at + timedelta(hours=12)
    )


def _record(
    course: Course,
    verb: str,
    subject: Question | Consent | Withdrawal | Order,
    by: User | None,
    at: datetime,
    body: dict[str, object] | None = None,
) -> None:
    audit.record(chain=course.site.slug, at=at, by=by, verb=verb, subject=subject, patient=course.patient, body=body)
