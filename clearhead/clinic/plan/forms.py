"""What is typed about orders, dates, escorts and preparation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.plan.answers import QUESTIONS
from clearhead.clinic.plan.drafts import ORDERED, Draft, key_of, scheduled
from clearhead.clinic.web.forms import ClearForm, NumberField, SecretField, WhenField, WholeField
from clearhead.medicine.protocols.dose import Amount, Rate
from clearhead.medicine.protocols.protocol import Protocol

LABELS = {
    "start_rate": _("Start rate"),
    "highest_rate": _("Highest rate"),
    "total_dose": _("Total dose of a session"),
    "load": _("Load"),
    "load_over_min": _("Load over"),
    "step_up": _("Step up"),
    "step_interval_min": _("At least this long between steps"),
    "bolus": _("Mini-bolus"),
    "over_min": _("Over"),
    "wait_min": _("Wait after each"),
    "max_boluses": _("At most"),
}
MODES = {
    "fixed_rate": _("One rate from start to end"),
    "total_over_time": _("One total dose, evenly over the time"),
    "load_plus_rate": _("A load, then one rate"),
    "stepped": _("A start rate and steps"),
    "mini_bolus": _("Small doses with waits"),
}
WEIGHED_AGAIN = "Weighed again: it is right"
"""How the tick reads in the signed order."""
SCOPES = (("one", _("this session")), ("rest", _("this and the later ones")), ("all", _("all that are ahead")))


class OrderForm(ClearForm):
    """An order under one protocol; its dose section is the protocol's own dose mode."""

    weight_kg = NumberField(label=_("Weight"), unit="kg", low=20, high=300, places=1)
    weight_confirmed = forms.BooleanField(label=_("Weighed again: it is right"), required=False)
    secret = SecretField()

    def __init__(self, *args: Any, protocol: Protocol, start: Draft, zone: ZoneInfo, **kwargs: Any) -> None:
        self.protocol, self.start = protocol, start
        kwargs["initial"] = {**_initial(protocol, start), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["weight_measured_at"] = WhenField(label=_("Measured at"), zone=zone)
        self.dose_names = [self._dose_field(name) for name in ORDERED[protocol.dose.mode]]
        span, series = protocol.dose.duration, protocol.series
        self.fields["infusion_minutes"] = WholeField(
            label=_("Infusion time"), unit="min", help_text=f"{span.shortest_min} – {span.longest_min} min"
        )
        self.fields["sessions"] = WholeField(
            label=_("Sessions"), low=1, high=100, help_text=f"{series.sessions_min} – {series.sessions_max}"
        )
        for name, label in (("gap_days_min", _("Days apart, at least")), ("gap_days_max", _("Days apart, at most"))):
            self.fields[name] = WholeField(label=label, unit=_("days"), low=1, high=1100)
        self._limit_fields()
        self._drug_fields()
        self.fields["reason"] = forms.CharField(
            label=_("Why it differs from the protocol"),
            required=False,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("Asked when a number lies outside the protocol's own range. A hard cap takes no reason."),
        )

    def _dose_field(self, name: str) -> str:
        value, key = getattr(self.protocol.dose, name), key_of(self.protocol.dose, name)
        if isinstance(value, (Rate, Amount)):
            self.fields[key] = NumberField(label=LABELS[name], unit=value.unit, low="0.0001", places=4)
        else:
            unit = _("times") if name == "max_boluses" else "min"
            self.fields[key] = WholeField(label=LABELS[name], unit=unit, low=1)
        self.fields[key].help_text = _range_of(self.protocol, name)
        return key

    def _limit_fields(self) -> None:
        caps = self.protocol.caps
        rows = (
            ("max_rate_mg_per_kg_h", _("Never faster than"), "mg/kg/h", str(caps.hard_rate)),
            ("max_session_mg", _("Never more in a session than"), "mg", f"{caps.session_mg.normalize():f} mg"),
            (
                "max_session_mg_per_kg",
                _("and never more than"),
                "mg/kg",
                f"{caps.session_mg_per_kg.normalize():f} mg/kg",
            ),
        )
        for name, label, unit, cap in rows:
            self.fields[name] = NumberField(
                label=label, unit=unit, low="0.0001", places=4, help_text=_("cap: %(cap)s") % {"cap": cap}
            )

    def _drug_fields(self) -> None:
        for name, label, offered in (
            ("premedication", _("Given by plan"), scheduled(self.protocol)),
            (
                "prn_orders",
                _("Standing orders for this patient, given only if needed"),
                self.protocol.orders.prn_orders,
            ),
        ):
            if offered:
                self.fields[name] = forms.MultipleChoiceField(
                    label=label,
                    required=False,
                    choices=[(drug.id, _drug_words(drug)) for drug in offered],
                    widget=forms.CheckboxSelectMultiple,
                )

    def section(self, names: Iterable[str]) -> list[Any]:
        """The bound fields of one section of the page."""
        return [self[name] for name in names if name in self.fields]

    @property
    def sections(self) -> list[tuple[Any, list[Any]]]:
        """The page, section by section."""
        return [
            (_("Weight"), self.section(["weight_kg", "weight_measured_at", "weight_confirmed"])),
            (MODES[self.protocol.dose.mode], self.section([*self.dose_names, "infusion_minutes"])),
            (
                _("Limits of this order"),
                self.section(["max_rate_mg_per_kg_h", "max_session_mg", "max_session_mg_per_kg"]),
            ),
            (_("Series"), self.section(["sessions", "gap_days_min", "gap_days_max"])),
            (_("Other medicines"), self.section(["premedication", "prn_orders"])),
        ]

    def draft(self) -> Draft:
        """What was typed, as a draft."""
        said = self.cleaned_data
        reason = (said.get("reason") or "").strip()
        return Draft(
            weight_kg=said["weight_kg"],
            weight_measured_at=said["weight_measured_at"],
            dose={key: Decimal(said[key]) for key in self.dose_names},
            infusion_minutes=said["infusion_minutes"],
            sessions=said["sessions"],
            gap_days_min=said["gap_days_min"],
            gap_days_max=said["gap_days_max"],
            max_rate_mg_per_kg_h=said["max_rate_mg_per_kg_h"],
            max_session_mg=said["max_session_mg"],
            max_session_mg_per_kg=said["max_session_mg_per_kg"],
            premedication=tuple(said.get("premedication", ())),
            prn_orders=tuple(said.get("prn_orders", ())),
            purpose=self.start.purpose,
            height_cm=self.start.height_cm,
            height_measured_at=self.start.height_measured_at,
            sex=self.start.sex,
            reasons=({"all": reason} if reason else {})
            | ({"weight_doubt": WEIGHED_AGAIN} if said.get("weight_confirmed") else {}),
        )


def _initial(protocol: Protocol, start: Draft) -> dict[str, Any]:
    names = (
        "weight_kg", "weight_measured_at", "infusion_minutes", "sessions", "gap_days_min", "gap_days_max",
        "max_rate_mg_per_kg_h", "max_session_mg", "max_session_mg_per_kg",
    )  # fmt: skip
    said = {name: getattr(start, name) for name in names} | dict(start.dose)
    said = {key: _plain(value) if isinstance(value, Decimal) else value for key, value in said.items()}
    return said | {"premedication": list(start.premedication), "prn_orders": list(start.prn_orders)}


def _plain(number: Decimal) -> str:
    return f"{round(number, 4).normalize():f}"


def _range_of(protocol: Protocol, name: str) -> str:
    mode = protocol.dose
    edges = {
        ("stepped", "start_rate"): ("lowest_start_rate", "highest_start_rate"),
        ("fixed_rate", "start_rate"): ("lowest_rate", "highest_rate"),
        ("load_plus_rate", "start_rate"): ("lowest_rate", "highest_rate"),
        ("total_over_time", "total_dose"): ("lowest_dose", "highest_dose"),
    }.get((mode.mode, name))
    if edges:
        return f"{getattr(mode, edges[0])} – {getattr(mode, edges[1])}"
    return str(getattr(mode, name)) + (" min" if name.endswith("_min") else "")


def _drug_words(drug: Any) -> str:
    said = f"{drug.title}: {drug.dose.normalize():f} {drug.unit} {drug.route}"
    if hasattr(drug, "max_total"):
        said += f", ≥ {drug.min_gap_min} min apart, ≤ {drug.max_total.normalize():f} {drug.unit}"
    return said


class ReasonForm(ClearForm):
    """A form that asks a prescriber for a signed reason, once what it carries leaves what was ordered or decided."""

    why = _("Why it leaves what was ordered")
    always = False
    """Whether the reason is asked for whatever else is changed in the form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "secret" in self.data:
            self.ask_reason()

    def ask_reason(self) -> None:
        """A prescriber says why and signs."""
        self.fields["reason"] = forms.CharField(
            label=self.why, required=self.always, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
        )
        self.fields["secret"] = SecretField(required=self.always)


class AgreeForm(ReasonForm):
    """Which of the proposals the patient took."""

    why = _("Why they lie after the end of the decision")
    always = True

    starts = forms.CharField(widget=forms.HiddenInput)

    def clean_starts(self) -> list[datetime]:
        """Moments in UTC."""
        try:
            return [datetime.fromisoformat(one) for one in self.cleaned_data["starts"].split()]
        except ValueError as fault:
            raise forms.ValidationError(_("These dates cannot be read. Open the page again.")) from fault


class MoveForm(ReasonForm):
    """A new start, for one session or several."""

    scope = forms.ChoiceField(label=_("Move"), choices=SCOPES, initial="one", widget=forms.RadioSelect)

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_at"] = WhenField(label=_("New start"), zone=zone)


class CancelForm(ClearForm):
    """Which sessions, and why."""

    scope = forms.ChoiceField(label=_("Cancel"), choices=SCOPES, initial="one", widget=forms.RadioSelect)
    why = forms.CharField(label=_("Why"), max_length=200)


class EscortForm(ClearForm):
    """The adult who takes the patient home."""

    name = forms.CharField(label=_("Name"), max_length=120)
    phone = forms.CharField(label=_("Phone"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    mail = forms.EmailField(label=_("E-mail, for the sheet to take home"), required=False)
    may_be_told = forms.BooleanField(label=_("We may speak with this person about the visit"), required=False)


class ReachedForm(ClearForm):
    """When somebody spoke with the escort."""

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reached_at"] = WhenField(label=_("Spoke with the escort at"), zone=zone)


class AnswersForm(ClearForm):
    """What the patient answers before a session."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, choices) in QUESTIONS.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)

    @property
    def answers(self) -> dict[str, str]:
        """Item and value."""
        return {name: self.cleaned_data[name] for name in QUESTIONS}


class MedicineLinesForm(ClearForm):
    """One line per medicine of the patient, filled with the protocol's draft, signed together."""

    def __init__(self, *args: Any, lines: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.typed = [typed for typed, _sentence in lines]
        for number, (typed, sentence) in enumerate(lines):
            self.fields[f"line_{number}"] = forms.CharField(label=typed, initial=sentence, max_length=300)
        self.fields["secret"] = SecretField()

    @property
    def lines(self) -> dict[str, str]:
        """What was written for each medicine."""
        return {typed: self.cleaned_data[f"line_{number}"] for number, typed in enumerate(self.typed)}


class CheckForm(ClearForm):
    """Agreed, or a question to the prescriber."""

    agreed = forms.TypedChoiceField(
        label=_("Having read the order"),
        choices=[("1", _("I agree")), ("0", _("I ask the prescriber first"))],
        coerce=lambda text: text == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note or question"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    seen_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    secret = SecretField()
