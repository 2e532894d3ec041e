"""`clearhead kinetics …`: pure, reads and writes files it is told to, touches no database and no clock."""

from __future__ import annotations

import argparse
import json
import runpy
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from clearhead.medicine.errors import ClearheadError, Missing, Refused
from clearhead.medicine.kinetics.cli_input import (
    check_can_write,
    checked,
    cohort_of,
    form_of,
    limits,
    numbers,
    person_of,
    read_file,
    read_plan,
    unused,
)
from clearhead.medicine.kinetics.compare import DosePlan
from clearhead.medicine.kinetics.effects import effects
from clearhead.medicine.kinetics.forecast import ARTERIAL_DEFAULT, VENOUS_DEFAULT
from clearhead.medicine.kinetics.listing import head_of, listed_json, listed_text
from clearhead.medicine.kinetics.model import load_model, model_ids
from clearhead.medicine.kinetics.people import check_person
from clearhead.medicine.kinetics.population import check_cohort
from clearhead.medicine.kinetics.seam import Person

Plans = Callable[[Sequence[str], float], Sequence[DosePlan]]
Asked = argparse.Namespace
BENCH = Path(__file__).resolve().parents[3] / "bench" / "kinetics.py"


def main(argv: Sequence[str], plans: Plans | None = None) -> int:
    """Runs one command. 0 = fine, 1 = refused or failed, 2 = not understood.

    `plans` turns protocol names into dose plans; kinetics itself knows no protocols.
    """
    try:
        asked = _parser().parse_args(list(argv))
    except SystemExit as left:  # argparse leaves the program; we only want its answer
        return int(left.code or 0)
    try:
        if asked.command == "compare":
            return _compare(asked, plans)
        return int(COMMANDS[asked.command](asked))
    except ClearheadError as error:
        print(str(error), file=sys.stderr)
    except OSError as error:
        what = f"“{error.filename}”" if error.filename else "A file"
        print(f"{what} cannot be read or written ({(error.strerror or 'no reason given').lower()}).", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="clearhead kinetics", description="Ketamine: doses in, levels out.")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser
    listed = add("models", help="the models, their people, sampling site and known flaws")
    listed.add_argument("--json", action="store_true")
    simulate = _with_person(add("simulate", help="typical levels at the asked times"))
    _with_doses(simulate)
    population = _with_person(add("population", help="quantiles and chances over virtual people"))
    _with_doses(population)
    population.add_argument("--n", type=int, default=1000)
    population.add_argument("--seed", type=int, default=1)
    population.add_argument("--above", type=numbers, default=(50.0, 100.0), help="levels in ng/mL, e.g. 50,100")
    for name, what in (("weight", "kg"), ("age", "years")):
        population.add_argument(f"--{name}-sd-{what}", type=float, help=f"people spread around --{name}-{what}")
        population.add_argument(f"--{name}-limits-{what}", type=limits, metavar="LOW,HIGH", help="where draws are cut")
    _target(_with_person(add("target", help="pump rates for a wanted level, under ceilings (a planning bench)")))
    fit = _with_person(add("fit", help="update from measured levels (research use)"))
    _with_doses(fit, at=False)
    fit.add_argument("--levels", required=True, help="JSON list of {at_min, analyte, value | below, unit}")
    fit.add_argument("--at", type=numbers, default=())
    _comparison(add("compare", help="protocols side by side"))
    validate = add("validate", help="published levels against every model")
    validate.add_argument("--write", metavar="DOCS", help="also write validation.md and its pictures into this folder")
    bench = add("bench", help="speed on this machine, beside other programs where installed")
    bench.add_argument("rest", nargs=argparse.REMAINDER)
    return parser


def _with_person(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--model", required=True)
    parser.add_argument("--weight-kg", type=float)
    parser.add_argument("--age-years", type=float)
    parser.add_argument("--sex", choices=["female", "male"])
    parser.add_argument(
        "--drug", choices=["racemic", "S", "R"], help="what is given; by default what the model is about"
    )
    parser.add_argument("--json", action="store_true")
    return parser


def _with_doses(parser: argparse.ArgumentParser, *, at: bool = True) -> None:
    parser.add_argument("--doses", required=True, metavar="FILE|-")
    if at:
        parser.add_argument("--at", type=numbers, required=True, help="minutes, e.g. 30,60,180")


def _target(parser: argparse.ArgumentParser) -> None:
    for name, default in (
        ("--level", None), ("--reach-by-min", 60.0), ("--hold-until-min", 240.0), ("--ceiling", None),
        ("--max-rate", None), ("--max-total-mg", None), ("--share", 0.5), ("--over-share", 0.05),
        ("--step-min", 5.0), ("--mg-per-ml", 1.0), ("--effect-half-life-min", None),
    ):  # fmt: skip
        needed = name in {"--level", "--ceiling", "--max-rate", "--max-total-mg"}
        parser.add_argument(name, type=float, default=default, required=needed)
    parser.add_argument("--n", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)


def _comparison(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("protocols", nargs="*", metavar="PROTOCOL")
    parser.add_argument("--weight-kg", type=float, default=70.0)
    parser.add_argument("--age-years", type=float, default=40.0)
    parser.add_argument("--models", help="model ids, e.g. kamp-2020,otto-2021")
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--svg", metavar="FILE")


def _show(asked: Asked, answer: dict[str, Any], text: str) -> int:
    given = {"drug_given": asked.drug, "drug_stated": asked.drug_stated}
    try:
        as_json = json.dumps(answer | given, ensure_ascii=False, indent=1, allow_nan=False)
    except ValueError as error:
        raise Refused("The answer holds a number that is infinite or none: amounts or times are too large.") from error
    print(as_json if asked.json else text)
    if not asked.json:
        if not asked.drug_stated:
            print(f"taken as {asked.drug} ketamine, since the form was not stated (--drug)")
        for warning in answer.get("warnings", ()):
            print(f"! {warning}")
    return 0


def _models(asked: Asked) -> int:
    models = [load_model(model_id) for model_id in model_ids()]
    as_json = json.dumps(listed_json(models, effects()), ensure_ascii=False, indent=1, allow_nan=False)
    print(as_json if asked.json else listed_text(models, effects()))
    return 0


def _simulate(asked: Asked) -> int:
    from clearhead.medicine.kinetics.population import typical
    from clearhead.medicine.kinetics.solve import solve

    model, person, doses, warnings = checked(asked)
    found = solve(typical(model, person), doses, asked.at, outputs=[analyte.id for analyte in model.analytes])
    levels = {model.shown_name(a, doses.drug_form): found[a.id][:, 0].tolist() for a in model.analytes}
    answer = head_of(model, warnings) | {"at_min": list(asked.at), "analytes": levels, "total_mg": doses.total_mg}
    rows = [f"{'min':>8}  " + "  ".join(f"{name:>20}" for name in levels)]
    for number, minute in enumerate(asked.at):
        rows.append(f"{minute:8g}  " + "  ".join(f"{level[number]:20.6g}" for level in levels.values()))
    return _show(asked, answer, f"{model.label} ({model.shown_site}), ng/mL, typical values\n" + "\n".join(rows))


def _population(asked: Asked) -> int:
    from clearhead.medicine.kinetics import summary

    model, person, doses, warnings = checked(asked)
    cohort = cohort_of(asked, person)
    if cohort:
        warnings += [*check_cohort(model, cohort), cohort.same_doses]
    who = cohort or person
    found = summary.summarise(model, who, doses, asked.at, n=asked.n, seed=asked.seed, levels=asked.above)
    apart = summary.layers(model, person, doses, asked.at, n=min(asked.n, 2000), seed=asked.seed, who=who)
    answer = (
        head_of(model, warnings) | {"n": asked.n, "seed": asked.seed} | found.as_dict() | {"layers": apart.as_dict()}
    )
    if cohort:
        answer["cohort"] = asdict(cohort)
    others = [f"! {warning}" for warning in apart.warnings if warning not in warnings]
    return _show(asked, answer, "\n".join([found.as_text(model), apart.as_text(), *others]))


def _plan_target(asked: Asked) -> int:
    from clearhead.medicine.kinetics.target import Wish, plan_target

    wish = Wish(
        asked.level, asked.reach_by_min, asked.hold_until_min, asked.ceiling, asked.max_rate, asked.max_total_mg,
        asked.share, asked.over_share, asked.step_min, asked.mg_per_ml, asked.effect_half_life_min,
    )  # fmt: skip
    model = load_model(asked.model)
    form = form_of(asked, model)
    plan = plan_target(wish, person_of(asked), asked.model, drug_form=form, n=asked.n, seed=asked.seed)
    answer = head_of(model, [*plan.warnings, *unused(asked)]) | {
        "label": plan.label, "says": plan.says, "feasible": plan.feasible, "binding": list(plan.binding),
        "step_min": wish.step_min, "rates_ml_per_h": list(plan.rates_ml_per_h), "total_mg": plan.total_mg,
        "share_held": plan.share_held, "share_held_standard_error": plan.share_held_error,
        "share_over_ceiling": plan.share_over_ceiling,
        "share_over_ceiling_standard_error": plan.share_over_ceiling_error, "fresh_people": plan.fresh_people,
        "worst_at_min": plan.worst_at_min,
    }  # fmt: skip
    rates = " ".join(f"{rate:g}" for rate in plan.rates_ml_per_h)
    text = f"{plan.label}\n{plan.says}\nmL/h every {wish.step_min:g} min ({wish.mg_per_ml:g} mg/mL): {rates}"
    return _show(asked, answer, f"{text}\n{plan.total_mg:.1f} mg in all; judged on {plan.fresh_people} fresh people.")


def _fit(asked: Asked) -> int:
    from clearhead.medicine.kinetics.bayes import fit_map, read_measured

    model, person, doses, warnings = checked(asked)
    items = read_file(asked.levels)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refused("Levels are a JSON list of objects.")
    fit = fit_map(doses, person, model.id, [read_measured(item, model) for item in items])
    band = fit.band(doses, asked.at).tolist() if asked.at else []
    answer = head_of(model, list(dict.fromkeys([*warnings, *fit.warnings]))) | {
        "label": fit.label, "converged": fit.converged, "at_min": list(asked.at), "band": band,
        "parameters": [{
            "name": e.parameter, "unit": e.unit, "typical": e.typical, "individual": e.individual,
            "prior_sd": e.prior_sd, "posterior_sd": e.posterior_sd, "shrinkage": e.shrinkage,
        } for e in fit.estimates],
        "levels": [{
            "at_min": one.measured.at_min, "analyte": one.measured.analyte, "predicted": one.predicted_ng_per_ml,
            "standardised_residual": one.standardised_residual, "outlying": one.outlying,
        } for one in fit.levels],
    }  # fmt: skip
    lines = [fit.label, f"{'':6}{'typical':>10}{'own':>10}  {'unit':6}{'SD before':>10}{'after':>8}{'shrinkage':>11}"]
    for e in fit.estimates:
        spread = f"{e.prior_sd:10.2f}{e.posterior_sd:8.2f}{e.shrinkage:11.2f}"
        lines.append(f"{e.parameter:6}{e.typical:10.4g}{e.individual:10.4g}  {e.unit:6}{spread}")
    for one in fit.levels:
        mark = "  <- outlying" if one.outlying else ""
        seen = one.measured.ng_per_ml if one.measured.ng_per_ml is not None else f"< {one.measured.below_ng_per_ml:g}"
        what = f"{one.measured.at_min:g} min {one.measured.analyte}"
        lines.append(f"{what}: {seen} seen, {one.predicted_ng_per_ml:.4g} fitted{mark}")
    return _show(asked, answer, "\n".join(lines))


def _compare(asked: Asked, plans: Plans | None) -> int:
    from clearhead.medicine.kinetics.compare import compare, table
    from clearhead.medicine.kinetics.figure import figure_svg

    if asked.svg:
        check_can_write(asked.svg)
    person = Person(asked.weight_kg, asked.age_years)
    models = asked.models.split(",") if asked.models else [ARTERIAL_DEFAULT, VENOUS_DEFAULT]
    for model_id in models:
        check_person(load_model(model_id), person)
    files = [name for name in asked.protocols if name.endswith(".json")]
    named = [name for name in asked.protocols if name not in files]
    found = [read_plan(name, asked.weight_kg) for name in files]
    if named or not files:
        if plans is None:
            raise Refused(
                "Without protocols at hand, compare reads dose plans from .json files: {label, assumption, doses}."
            )
        found += plans(named, asked.weight_kg)
    compared = compare(found, person, models=models, n=asked.n, seed=asked.seed)
    print(table(compared))
    if asked.svg:
        Path(asked.svg).write_text(figure_svg(compared), encoding="utf-8")
    return 0


def _validate(asked: Asked) -> int:
    from clearhead.medicine.kinetics.validate import judged, predictions, table

    print(table())
    if asked.write:
        from clearhead.medicine.kinetics.validation_page import write_page

        for path in write_page(Path(asked.write)):
            print(f"wrote {path}")
    return 0 if all(passed for _, passed in judged(predictions())) else 1


def _bench(asked: Asked) -> int:
    if not BENCH.exists():
        raise Missing("Benchmark", "it is part of the source tree (bench/kinetics.py), not of the installed package.")
    code: Any = runpy.run_path(str(BENCH), run_name="bench")["main"](asked.rest)
    return int(code)


COMMANDS: dict[str, Callable[[Asked], int]] = {
    "models": _models,
    "simulate": _simulate,
    "population": _population,
    "target": _plan_target,
    "fit": _fit,
    "validate": _validate,
    "bench": _bench,
}
