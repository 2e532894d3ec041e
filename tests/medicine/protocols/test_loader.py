"""Protocol files: every fault at once, with its line; nothing repaired, nothing defaulted, no dose inherited."""

from __future__ import annotations

import contextlib
import random
from decimal import Decimal

import pytest

from clearhead.medicine.errors import Fault, Missing, WrongFile
from clearhead.medicine.protocols.loader import SHIPPED, protocol_from, reference, shipped, shipped_ids
from tests import small_doses

STEPPED = (SHIPPED / "stepped-series.toml").read_text(encoding="utf-8")
SHORT = (SHIPPED / "short-total-dose.toml").read_text(encoding="utf-8")
BED = (SHIPPED / "monitored-bed.toml").read_text(encoding="utf-8")


def changed(old: str, new: str, text: str = STEPPED) -> str:
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


def faults_in(text: str) -> list[Fault]:
    with pytest.raises(WrongFile) as wrong:
        protocol_from(text, name="mine.toml")
    return wrong.value.faults


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_every_fault_is_told_at_once_with_its_line():
    text = changed("observe_min = 60 ", 'observe_min = "one hour" ')
    text = changed("weekends              = false", "weekend               = false", text)
    text = changed("bag_ml = 250", "bag_ml = 25000", text)

    faults = {fault.key: fault for fault in faults_in(text)}

    assert set(faults) == {
        "recovery.observe_min",
        "series.weekend",
        "series.weekends",
        "fluids.concentrations.infusion:1.bag_ml",
    }
    assert faults["recovery.observe_min"].line == line_of(text, '"one hour"')
    assert faults["recovery.observe_min"].found == '"one hour"'
    assert faults["series.weekend"].line == line_of(text, "weekend  ")
    assert "did you mean it" in faults["series.weekend"].expected
    assert faults["fluids.concentrations.infusion:1.bag_ml"].line == line_of(text, "25000")


def test_what_contradicts_itself_is_told_together_with_what_does_not_read():
    text = changed("observe_min = 60 ", 'observe_min = "one hour" ')
    text = changed("plan_min = 240", "plan_min = 310", text)
    text = changed("year_sessions     = 16", 'year_sessions     = "many"', text)
    text = changed('intended_depth = "minimal"', 'intended_depth = "moderate"', text)

    assert {fault.key for fault in faults_in(text)} == {
        "recovery.observe_min", "caps.year_sessions", "dose.duration", "intended_depth"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("step_interval_min  = 20", "step_interval_min  = 20.5", "dose.step_interval_min"),
        ("step_interval_min  = 20", "step_interval_min  = true", "dose.step_interval_min"),
        ("session_mg_per_kg = 2.0", "session_mg_per_kg = nan", "caps.session_mg_per_kg"),
        ("session_mg_per_kg = 2.0", 'session_mg_per_kg = "2.0"', "caps.session_mg_per_kg"),
        ("session_mg_per_kg = 2.0", "session_mg_per_kg = -2.0", "caps.session_mg_per_kg"),
        ('mode               = "stepped"', 'mode               = "ramped"', "dose.mode"),
        ("start_rate         = { mg_per_kg_h = 0.10 }", "start_rate = 0.10", "dose.start_rate"),
        ("start_rate         = { mg_per_kg_h = 0.10 }", "start_rate = { ml_per_h = 7 }", "dose.start_rate"),
        ('setting        = "office_chair"', 'setting        = "garden"', "setting"),
        ('"consult_invites"', '"consult_liked"', "contact.next_step_gates.1"),
        ('title          = "Stepped series"', 'title          = " "', "title"),
        ('reference      = "1"', 'reference      = "99"', "reference"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(old, new, key):
    assert key in {fault.key for fault in faults_in(changed(old, new))}


def test_a_text_that_is_not_toml_tells_the_line():
    (fault,) = faults_in("id = 'a'\ntitle = = 'b'\n")

    assert fault.line == 2


def test_a_missing_limit_is_a_fault_and_never_a_default():
    assert "caps.hard_rate" in {fault.key for fault in faults_in(changed("hard_rate         = {", "# {"))}


def test_a_value_without_a_status_is_a_fault():
    text = changed('[caps]\nstatus            = "assumption"\n', "[caps]\n")

    assert [(fault.key, fault.found) for fault in faults_in(text)] == [("caps", "values without a status")]


def test_a_label_value_without_its_source_is_a_fault():
    text = changed('[caps]\nstatus            = "assumption"\n', '[caps]\nstatus            = "label"\n')

    assert "caps.source" in {fault.key for fault in faults_in(text)}


@pytest.mark.parametrize("section", ["dose", "caps", "orders"])
def test_doses_caps_and_orders_are_never_taken_from_the_reference(section):
    text = changed(f"[{section}]\n", f'[{section}]\nfrom = "reference"\n')

    assert any(fault.key == section and "never copied" in fault.expected for fault in faults_in(text))


def test_the_reference_holds_no_dose():
    assert not {"dose", "caps", "orders"} & reference().value.keys()
    assert "concentrations" not in reference().value["fluids"].value


def test_a_row_of_the_file_replaces_the_row_of_the_reference_with_that_name():
    rows = {row.code: row for row in shipped("short-total-dose").assessment.contraindications}
    theirs = {row.code: row for row in shipped("stepped-series").assessment.contraindications}

    assert rows["ischaemic_heart_disease"].title == "Heart disease"
    assert theirs["ischaemic_heart_disease"].title != "Heart disease"
    assert rows.keys() == theirs.keys()


def test_a_row_can_be_dropped_and_only_if_it_is_there():
    row = '    { code = "bipolar_disorder", drop = true },\n    { code = "active_substance_use", '
    protocol = protocol_from(
        changed('    { code = "active_substance_use", ', row, SHORT.replace(*_bipolar())), name="x"
    )
    wrong = changed('    { code = "active_substance_use", ', row.replace("bipolar_disorder", "bipolar"), SHORT)

    assert "bipolar_disorder" not in {row.code for row in protocol.assessment.contraindications}
    assert "assessment.contraindications.bipolar" in {fault.key for fault in faults_in(wrong)}


def _bipolar() -> tuple[str, str]:
    line = next(line for line in SHORT.splitlines() if 'code = "bipolar_disorder"' in line)
    return line + "\n", ""


def test_a_value_knows_where_it_comes_from():
    protocol = shipped("short-total-dose")

    assert protocol.origin("preparation.fasting.light_meal_h").status == "site"
    assert protocol.origin("preparation.fasting.level").status == "assumption"
    assert protocol.origin("dose.total_dose").status == "assumption"
    inherited = protocol.origin("assessment.contraindications.pregnancy.level")
    assert (inherited.status, inherited.inherited) == ("label", True)
    assert "section 8.1" in inherited.source


def test_the_fingerprint_is_that_of_the_text():
    protocol = protocol_from(STEPPED, name="x")

    assert protocol.sha256 != protocol_from(STEPPED + "\n# a note\n", name="x").sha256
    assert protocol.toml == STEPPED


def test_an_unknown_protocol_is_refused_with_the_ones_there_are():
    with pytest.raises(Missing, match="stepped-series"):
        shipped("ramped-series")


@pytest.mark.parametrize(
    "text",
    [
        "sources = 5",
        "sources = { a = 1 }",
        "a = " + "[" * 2000,
        "a = 1e99999999999999999999",
        "dose = 5",
        "",
        "[[dose]]",
    ],
)
def test_whatever_the_text_is_the_answer_is_a_list_of_faults(text):
    assert faults_in(text)


WRONG_VALUES = (
    "0", "-1", "1e400", "nan", "true", '""', '"none"', "[]", "{}", "[{}]", "{ value = 1 }", '{ from = "reference" }',
    "2020-01-01", '{ mg_per_kg_h = "a" }', "[{ code = 1 }]", "{ value = { a = 1 } }", "99999999999999",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_no_mangled_file_ever_breaks_the_reader(seed):
    chance = random.Random(seed)
    for _ in range(6):
        lines = (SHIPPED / f"{chance.choice(shipped_ids())}.toml").read_text(encoding="utf-8").splitlines()
        spots = [number for number, line in enumerate(lines) if "=" in line and line[:1].isalpha()]
        for spot in chance.sample(spots, 3):
            lines[spot] = lines[spot].split("=")[0] + "= " + chance.choice(WRONG_VALUES)
        with contextlib.suppress(WrongFile):
            protocol_from("\n".join(lines), name="mangled.toml")


def test_small_doses_with_waits_can_be_said_too():
    protocol = protocol_from(small_doses.protocol_text(), name="x")

    assert [part.mg for part in protocol.dose.planned_segments(Decimal(70))] == [Decimal(10)] * 6


# ---- contradictions between values


@pytest.mark.parametrize(
    ("old", "new", "key", "text"),
    [
        ("session_mg_per_kg = 2.0", "session_mg_per_kg = 1.0", "caps.session_mg_per_kg", STEPPED),
        ("session_mg        = 200", "session_mg        = 60", "caps.session_mg_per_kg", STEPPED),
        ("hard_rate         = { mg_per_kg_h = 0.50 }", "hard_rate = { mg_per_kg_h = 0.30 }", "caps.hard_rate", STEPPED),
        ("plan_min = 240", "plan_min = 310", "dose.duration", STEPPED),
        ("course_mg_per_kg  = 10", 'course_mg_per_kg  = "none"', "caps.course_mg_per_kg", STEPPED),
        ("course_mg_per_kg  = 10", "course_mg_per_kg  = 3", "caps.course_mg_per_kg", STEPPED),
        ("year_sessions     = 16", "year_sessions     = 4", "caps.year_sessions", STEPPED),
        ('intended_depth = "minimal"', 'intended_depth = "moderate"', "intended_depth", STEPPED),
        ('setting        = "monitored_bed"', 'setting        = "office_chair"', "intended_depth", BED),
        ('single_bolus      = { mg_per_kg = 0.30 }', 'single_bolus      = "none"', "caps.single_bolus", BED),
        ("load_over_min = 10", "load_over_min = 0", "dose.load_over_min", BED),
        ("light_meal_h   = 4 ", "light_meal_h   = 1 ", "preparation.fasting", SHORT),
        ("mg_per_ml = 1,", "mg_per_ml = 100,", "fluids.concentrations.infusion:100", STEPPED),
        ("[running.second_check]", "[running.second_check]\ncompares = []", "running.second_check.compares", STEPPED),
    ],
)  # fmt: skip
def test_values_that_contradict_each_other_are_named(old, new, key, text):
    assert key in {fault.key for fault in faults_in(changed(old, new, text))}


def test_consent_and_identity_gates_are_never_soft():
    row = '\n[start]\nfrom = "reference"\ngo_gates = [\n    { fact = "consent_current", level = "warn", '
    row += 'max_age_min = "none", who_clears = "nurse", title = "Consent", status = "site" },\n]\n'

    faults = faults_in(changed('\n[start]\nfrom = "reference"\n', row))

    assert [fault.key for fault in faults] == ["start.go_gates.consent_current"]


def test_a_symptom_cannot_point_at_an_order_that_is_not_there():
    text = changed('id                          = "midazolam_distress"', 'id = "midazolam_fear"')

    assert "limits.symptoms.anxiety.orders" in {fault.key for fault in faults_in(text)}


def test_a_sedative_must_add_observation_and_recovery():
    head, _, tail = STEPPED.partition('id                          = "midazolam_distress"')
    text = (
        head
        + 'id                          = "midazolam_distress"'
        + tail.replace("added_recovery_min          = 30", "added_recovery_min          = 0", 1)
    )

    assert [fault.key for fault in faults_in(text)] == ["orders.prn_orders.midazolam_distress"]


# ---- what is shipped


@pytest.mark.parametrize("id", shipped_ids())
def test_every_shipped_protocol_is_an_example_without_faults(id):
    protocol = shipped(id)

    assert protocol.example
    assert protocol.id == id


@pytest.mark.parametrize("id", shipped_ids())
def test_no_shipped_example_exceeds_the_ceilings_for_examples(id):
    protocol = shipped(id)
    weight_kg = Decimal(70)
    rate_ceiling = Decimal("0.75") if id == "short-total-dose" else Decimal("0.5")

    segments = protocol.dose.planned_segments(weight_kg)

    assert protocol.caps.hard_rate.mg_per_h(weight_kg) <= rate_ceiling * weight_kg
    if protocol.setting != "inpatient":
        assert protocol.caps.session_mg_per_kg <= (Decimal("0.5") if id == "short-total-dose" else Decimal("2.5"))
        assert sum(part.mg for part in segments) <= protocol.caps.session_cap_mg(weight_kg)


@pytest.mark.parametrize("id", shipped_ids())
def test_every_dose_number_of_an_example_is_called_an_assumption(id):
    protocol = shipped(id)
    milligrams = [key for key in protocol.origins if key.startswith(("dose.", "caps.")) and "mg" in key]

    assert milligrams
    assert {protocol.origin(key).status for key in milligrams} == {"assumption"}


@pytest.mark.parametrize("id", ["monitored-bed", "inpatient-titration"])
def test_an_office_chair_cannot_run_what_needs_a_bed(id):
    assert not shipped(id).fits("office_chair")
    assert shipped("stepped-series").fits("monitored_bed")


def test_nobody_but_a_prescriber_or_anaesthetist_gives_a_bolus():
    people = shipped("stepped-series").people

    assert not people.may("bolus", "nurse")
    assert people.may("bolus", "prescriber")
    assert people.may("stop", "desk")
