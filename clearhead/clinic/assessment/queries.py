"""What stands about a patient, as frozen facts, and the decision that holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from clearhead.clinic.assessment import models, next_step, words
from clearhead.clinic.assessment.ledger import failed_classes, ledger_of
from clearhead.clinic.assessment.models import HistoryItem
from clearhead.clinic.assessment.pressure import pressure_reasons
from clearhead.clinic.consult import queries as consults
from clearhead.clinic.diary import queries as diary
from clearhead.clinic.people.models import Course, Patient, Site
from clearhead.clinic.policy.queries import Running, protocol_at
from clearhead.medicine.headache.diagnosis import HeadacheHistory, Support, chronic_migraine, migraine_without_aura
from clearhead.medicine.headache.overuse import Use
from clearhead.medicine.headache.red_flags import FLAGS, RedFlags, red_flags
from clearhead.medicine.medicines import catalogue
from clearhead.medicine.medicines.allergies import ketamine_held_by
from clearhead.medicine.protocols.codes import INDICATIONS
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import eligibility
from clearhead.medicine.rules.eligibility import Condition, EligibilityFacts, Result, State
from clearhead.medicine.rules.interactions import MedicineFacts, MedicineTaken
from clearhead.medicine.rules.reasons import Override, allowed, missing, source_of, with_overrides
from clearhead.medicine.rules.verdict import Reason, Verdict

STATES = {
    HistoryItem.Answer.NO: State.ABSENT,
    HistoryItem.Answer.YES: State.ACTIVE,
    HistoryItem.Answer.ACTIVE: State.ACTIVE,
    HistoryItem.Answer.UNTREATED: State.UNTREATED,
    HistoryItem.Answer.TREATED: State.TREATED,
    HistoryItem.Answer.INCIDENTAL: State.INCIDENTAL,
    HistoryItem.Answer.UNKNOWN: State.UNKNOWN,
    HistoryItem.Answer.NOT_APPLICABLE: State.NOT_APPLICABLE,
}
SAID = {"yes": True, "no": False}
SELF_HARM = "suicidal_thoughts_now"


def running_protocol(course: Course, at: datetime) -> Running:
    """What the site works under for this course. Raises NoProtocol."""
    return protocol_at(course.site, course.indication, "series", at)


def history_of(patient: Patient, at: datetime | None = None) -> dict[str, HistoryItem]:
    """The newest answer to every question that was ever asked."""
    rows = HistoryItem.standing().filter(patient__in=patient.charts).order_by("happened_at", "pk")
    return {row.item: row for row in (rows if at is None else rows.filter(happened_at__lte=at))}


def medications_of(patient: Patient, on: date) -> list[models.Medication]:
    """Medicines and supplements that are taken now."""
    rows = models.Medication.standing().filter(patient__in=patient.charts).order_by("typed", "pk")
    return [row for row in rows if row.until is None or row.until >= on]


def own_list(patient: Patient) -> list[Any]:
    """What the patient has on their own list in the diary."""
    return diary.medicines_of(patient)


def allergies_of(patient: Patient) -> list[models.Allergy]:
    """Substances, or the one statement that none is known; empty when nobody asked."""
    return list(models.Allergy.standing().filter(patient__in=patient.charts))


def measurements_of(patient: Patient, kind: str | None = None) -> list[models.Measurement]:
    """Dated results, newest first."""
    rows = models.Measurement.standing().filter(patient__in=patient.charts)
    rows = rows.filter(kind=kind) if kind else rows
    return list(rows.order_by("-happened_at", "-pk"))


def struck_measurements(patient: Patient) -> list[models.Measurement]:
    """Results that were taken back, newest first: each row says why and points at what it strikes."""
    rows = models.Measurement.objects.filter(patient__in=patient.charts, struck=True, corrects__isnull=False)
    return list(rows.select_related("corrects__recorded_by", "recorded_by").order_by("-happened_at", "-pk"))


def last_weight(patient: Patient) -> models.Measurement | None:
    """The newest weight."""
    return next(iter(measurements_of(patient, "weight")), None)


def last_height(patient: Patient) -> models.Measurement | None:
    """The newest height."""
    return next(iter(measurements_of(patient, "height")), None)


def echo_of(row: models.Measurement) -> str:
    """A result as it is read aloud: a weight in both units, pressure as 128/71."""
    if row.kind in {"weight", "height"} and row.text:
        return row.text
    if row.value is None:
        return row.text
    shown = f"{row.value.normalize():f}" + (f"/{row.value2.normalize():f}" if row.value2 is not None else "")
    return f"{shown} {row.unit}" + (f", {row.text}" if row.text else "")


SELF_HARM_ITEM = "self_harm_thoughts"


def self_harm_item(course: Course) -> models.OpenItem | None:
    """The open answer about not wanting to live, if nobody has spoken with the patient yet."""
    return next((item for item in open_items(course) if item.kind == SELF_HARM_ITEM), None)


def open_items_at(site: Site) -> list[models.OpenItem]:
    """What somebody must still do at a site, by its deadline."""
    rows = models.OpenItem.standing().filter(course__site=site, done="").select_related("course__patient")
    return list(rows.order_by("due_at"))


def referrals_of(course: Course) -> list[models.Referral]:
    """Letters asked for and those that came, newest first."""
    return list(models.Referral.standing().filter(course=course).order_by("-happened_at", "-pk"))


def open_items(course: Course) -> list[models.OpenItem]:
    """What somebody must still do. Looking at it does not close it."""
    return list(models.OpenItem.standing().filter(course=course, done="").order_by("due_at"))


def diagnosis_of(patient: Patient) -> HistoryItem | None:
    """The diagnosis that a clinician confirmed; its detail is the indication."""
    row = history_of(patient).get(words.DIAGNOSIS)
    return row if row is not None and row.detail in INDICATIONS else None


def diagnosis_support(course: Course, at: datetime) -> tuple[Support, ...]:
    """What the history and three diary windows support of ICHD-3 1.1 and 1.3. The clinician makes the diagnosis."""
    said = {item: SAID.get(row.answer) for item, row in history_of(course.patient).items() if item in words.EVERY_ITEM}
    lasts, both, attacks = said.get("lasts_4_to_72_h"), said.get("light_and_sound"), said.get("five_attacks")
    history = HeadacheHistory(
        attacks_in_life={True: 5, False: 0}.get(attacks) if attacks is not None else None,
        shortest_untreated_h=None if lasts is None else (4.0 if lasts else 73.0),
        longest_untreated_h=None if lasts is None else (72.0 if lasts else 73.0),
        unilateral=said.get("unilateral"),
        pulsating=said.get("pulsating"),
        moderate_or_severe=said.get("moderate_or_severe"),
        worse_with_activity=said.get("worse_with_activity"),
        nausea_or_vomiting=said.get("nausea_or_vomiting"),
        photophobia=both,
        phonophobia=both,
    )
    windows = diary.windows_of(course.patient, course.site.today(at))
    return migraine_without_aura(history), chronic_migraine(history, windows)


# ---- the facts -------------------------------------------------------------------------------------------------------


def facts_of(course: Course, at: datetime, overrides: tuple[Override, ...] = ()) -> EligibilityFacts:
    """Everything the judgement rests on, at this moment. What nobody asked is not in it."""
    patient, protocol, today = course.patient, running_protocol(course, at).protocol, course.site.today(at)
    said, ledger, found = history_of(patient, at), ledger_of(patient, today), diagnosis_of(patient)
    return EligibilityFacts(
        indication=found.detail if found else protocol.indications[0],
        age_years=patient.age_on(today),
        conditions=_conditions(patient, protocol, said, today, at),
        medicines=medicine_facts(patient, said, today),
        red_flags=warning_signs(course, said),
        neurologist_seen_on=neurologist_seen_on(course),
        failed_preventive_classes=failed_classes(ledger, "preventive"),
        failed_acute_classes=failed_classes(ledger, "acute"),
        diary=diary.counts_of(patient, today),
        results=_results(patient, at, course),
        tests_apply=tests_apply(patient, protocol, said),
        overrides=overrides,
    )


def _conditions(
    patient: Patient, protocol: Protocol, said: Mapping[str, HistoryItem], today: date, at: datetime
) -> dict[str, Condition]:
    codes = [rule.code for rule in protocol.assessment.contraindications]
    found = {
        code: Condition(STATES[HistoryItem.Answer(said[code].answer)], said[code].as_of, said[code].cleared_on)
        for code in codes
        if code in said
    }
    mood = next(iter(measurements_of(patient, "phq9")), None)
    if (
        mood is not None
        and _self_harm(mood)
        and (SELF_HARM not in said or said[SELF_HARM].happened_at < mood.happened_at)
    ):
        found[SELF_HARM] = Condition(State.ACTIVE, mood.happened_at.date())
    allergies = allergies_of(patient)
    listed = ketamine_held_by(row.substance for row in allergies)
    if allergies and "ketamine_allergy" in codes and (listed or "ketamine_allergy" not in said):
        found["ketamine_allergy"] = Condition(State.ACTIVE if listed else State.ABSENT, today)
    if "medication_overuse" in codes and "medication_overuse" not in said:
        over = [
            use for use in diary.overuse_of(patient, today).uses if use.use in (Use.OVER_NOW, Use.OVER_THREE_WINDOWS)
        ]
        if over:
            found["medication_overuse"] = Condition(State.ACTIVE, today)
    return found


def _self_harm(row: models.Measurement) -> bool:
    """Item 9 of the PHQ-9 was answered with anything but "not at all"."""
    return len(row.parts) >= 9 and bool(row.parts[8])


def medicine_facts(patient: Patient, said: Mapping[str, HistoryItem], on: date) -> MedicineFacts:
    """The confirmed list as the rules read it. A text that matched nothing stays unmatched (H-17)."""
    confirmed = said.get(words.MEDICINES_CONFIRMED)
    allergies = allergies_of(patient)
    return MedicineFacts(
        medicines=tuple(_taken(row) for row in medications_of(patient, on)),
        confirmed_at=confirmed.happened_at if confirmed else None,
        allergies=tuple(row.substance for row in allergies if not row.none_known) if allergies else None,
    )


def _taken(row: models.Medication) -> MedicineTaken:
    one = catalogue.get(row.ingredient_id) if row.ingredient_id else None
    return MedicineTaken(row.typed, one.id if one else None, one.keys if one else frozenset())


def flag_answers(course: Course, said: Mapping[str, HistoryItem]) -> dict[str, str]:
    """Yes, no or unknown to each sign: the newest consult, then what was asked since."""
    asked: dict[str, str] = {}
    for consult in reversed(consults.consults_of(course)):
        asked |= consult.answers.get("red_flags", {})
    known = {flag.id for flag in FLAGS}
    asked |= {name.removeprefix(words.FLAG): row.answer for name, row in said.items() if name.startswith(words.FLAG)}
    return {name: answer for name, answer in asked.items() if name in known}


def warning_signs(course: Course, said: Mapping[str, HistoryItem]) -> RedFlags | None:
    """SNNOOP10 from the newest consult, with what was asked or settled since laid over it."""
    asked = {name: SAID.get(answer) for name, answer in flag_answers(course, said).items()}
    settled = {}
    for flag in FLAGS:
        if row := said.get(words.SETTLED + flag.id):
            settled[flag.id] = f"{row.detail} ({row.as_of:%-d %B %Y})"
    return red_flags(asked, settled=settled) if asked else None


def neurologist_seen_on(course: Course) -> date | None:
    """When a neurologist last saw the patient, with the letter on file and secondary causes excluded in it."""
    rows = [
        row.seen_on
        for row in referrals_of(course)
        if row.to_specialty == "neurology" and row.seen_on and row.letter_on_file and row.secondary_causes_excluded
    ]
    return max(rows, default=None)


def _results(patient: Patient, at: datetime, course: Course) -> dict[str, Result]:
    found: dict[str, Result] = {}
    for row in reversed(measurements_of(patient)):
        if row.happened_at <= at:
            found[row.kind] = Result(row.happened_at.astimezone(course.site.tz).date(), row.inside_limit)
    return found


def tests_apply(patient: Patient, protocol: Protocol, said: Mapping[str, HistoryItem]) -> dict[str, bool]:
    """Which tests that are not for everyone are needed here; absent where nobody has said."""
    found: dict[str, bool] = {}
    for test in protocol.assessment.tests:
        row = said.get(words.APPLIES + test.name)
        if row is not None and row.answer in SAID:
            found[test.name] = SAID[row.answer]
        elif test.name == "pregnancy_test" and patient.sex == "male":
            found[test.name] = False
    return found


# ---- the verdict -----------------------------------------------------------------------------------------------------


def verdict_of(course: Course, facts: EligibilityFacts, protocol: Protocol, at: datetime) -> Verdict:
    """The rules' own reasons, with the diagnosis and the open items of this course before them."""
    judged = eligibility.judge(facts, protocol, at=at.astimezone(course.site.tz))
    own = with_overrides(_own_reasons(course, protocol, at), facts.overrides)
    return replace(judged, reasons=(*own, *judged.reasons))


def _own_reasons(course: Course, protocol: Protocol, at: datetime) -> list[Reason]:
    found, source = diagnosis_of(course.patient), source_of(protocol, "indications")
    if found is None:
        names = ", ".join(INDICATIONS[one].lower() for one in protocol.indications)
        sentence = f"No clinician has confirmed the diagnosis. This protocol is for: {names}."
        reasons = [missing("diagnosis_confirmed", "Diagnosis", sentence, source, who="prescriber")]
    else:
        sentence = f"{INDICATIONS[found.detail]}, confirmed on {found.as_of:%-d %B %Y}."
        reasons = [allowed("diagnosis_confirmed", "Diagnosis", sentence, source)]
    reasons += [
        missing("open_item", "A person must act first", item.sentence, who=item.owner_role)
        for item in open_items(course)
    ]
    reasons += next_step.reasons(course, protocol, history_of(course.patient, at), course.site.today(at))
    last = next((row for row in measurements_of(course.patient, "bp") if row.value is not None), None)
    return [*reasons, *pressure_reasons(last, protocol, course.site.tz)]


def as_json(facts: EligibilityFacts) -> dict[str, Any]:
    """The facts as they are kept with a decision: everything, with the diary as its counts."""
    counts = facts.diary
    plain = asdict(replace(facts, diary=None))
    for one in plain["medicines"]["medicines"]:
        one["keys"] = sorted(one["keys"])
    if counts is not None:
        plain["diary"] = {
            "rule": counts.rule,
            "first": counts.window.first,
            "last": counts.window.last,
            "answered": counts.answered,
            "headache_days": counts.headache_days,
            "moderate_or_severe_days": counts.moderate_or_severe_days,
            "migraine_days": counts.migraine_days,
            "acute_medicine_days": counts.acute_medicine_days,
        }
    return plain


def latest_decision(course: Course) -> models.Decision | None:
    """The newest decision, whatever it says and whether or not it has expired."""
    rows = models.Decision.standing().filter(course=course).select_related("signature__signer", "protocol_version")
    return rows.order_by("happened_at", "pk").last()


def current_decision(course: Course, at: datetime) -> models.Decision | None:
    """The newest decision when it says suitable and has not expired; a newer "not suitable" ends an older one."""
    last = latest_decision(course)
    holds = last is not None and last.outcome == models.Decision.Outcome.SUITABLE
    return last if last is not None and holds and course.site.today(at) <= last.expires_on else None
