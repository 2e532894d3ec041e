"""What is typed at the chair, as typed values. Nothing is repaired here and nothing is judged."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from clearhead.clinic.infusion.entered import NOTES, WORDS, SecondPerson, Secret, colleagues
from clearhead.clinic.people.models import CLINICAL, Role, User
from clearhead.clinic.plan.models import Session
from clearhead.clinic.web.forms import ClearForm, NumberField, PressureField, SecretField, WhenField, WholeField
from clearhead.medicine.protocols.protocol import Protocol

UNITS = [("mg/kg/h", "mg/kg/h"), ("mg/h", "mg/h"), ("mL/h", "mL/h")]
READ_FIELDS = {
    "weight_kg": ("kg", lazy("Checker: weight"), 1),
    "mg_per_ml": ("mg/mL", lazy("Checker: strength"), 2),
    "ml_per_h": ("mL/h", lazy("Checker: pump shows"), 2),
    "dose": ("", lazy("Checker: dose on the label"), 3),
}
"""What a second person may read: its unit, its label and its decimals."""
AS_TYPED = {"spo2": ("spo2", "o2_l_per_min")}
"""The oxygen that goes with a saturation is typed beside it."""


class ChairForm(ClearForm):
    """A form at the chair: knows its session; a time that is left empty is now."""

    timed = True

    def __init__(self, *args: Any, session: Session, protocol: Protocol, user: Any = None, **kwargs: Any) -> None:
        self.session, self.protocol, self.user = session, protocol, user
        super().__init__(*args, **kwargs)
        if self.timed:
            label = _("When it was so; empty means now")
            self.fields["happened_at"] = WhenField(zone=session.site.tz, required=False, label=label)
        self.prepare()

    def prepare(self) -> None:
        """Fill choices from the session; nothing by default."""


class CheckedForm(ChairForm):
    """With the fields of a second person, who enters what the protocol compares, blind."""

    act = ""
    read_back: ClassVar[tuple[str, ...]] = ("value", "unit")
    """What the timed pause of somebody who works alone is about: another value begins it anew."""

    BY_SIZE: ClassVar = ("change",)
    """Whether a second person is asked is known only from the number."""

    def reads(self) -> tuple[str, ...]:
        """What the second person reads and enters."""
        return self.protocol.running.second_check.compares

    @property
    def asks_second(self) -> bool:
        """True where the protocol asks a second person at this act, or may ask one; every bag is checked by two."""
        return self.act in {*self.BY_SIZE, "bag", *self.protocol.running.second_check.acts}

    def prepare(self) -> None:
        """The colleagues who may check, what they read, and their secret: only where somebody is asked."""
        self.fields["alone_since"] = forms.CharField(required=False, widget=forms.HiddenInput)
        if not self.asks_second:
            return
        self.fields["checker"] = forms.ModelChoiceField(
            colleagues(self.session.site, self.user), required=False, to_field_name="code", label=_("Second person"),
            empty_label="–",
        )  # fmt: skip
        for name in self.reads():
            unit, label, places = READ_FIELDS[name]
            self.fields[f"check_{name}"] = NumberField(unit=unit, required=False, label=label, places=places)
        self.fields["checker_secret"] = SecretField(required=False, label=_("Checker's own PIN"))
        when = lazy("where a second person is asked for") if self.act in self.BY_SIZE else lazy("asked by the protocol")
        self.optional_words = dict.fromkeys(self.second_names, when)

    @property
    def second_names(self) -> tuple[str, ...]:
        """The names of the second person's fields, in the order in which they are filled; none where none is asked."""
        if not self.asks_second:
            return ()
        return ("checker", *(f"check_{name}" for name in self.reads()), "checker_secret")

    @property
    def second_fields(self) -> list[forms.BoundField]:
        """The fields of the second person."""
        return [self[name] for name in self.second_names]

    def clean(self) -> dict[str, Any]:
        """The second person as one value: every field, or none."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        values = {name: said.get(name) for name in self.second_names}
        said["second"] = None
        if any(value not in (None, "") for value in values.values()):
            if any(value in (None, "") for value in values.values()):
                raise ValidationError(_("The second person fills every field, from the name to the own PIN."))
            read = {name: values[f"check_{name}"] for name in self.reads()}
            said["second"] = SecondPerson(values["checker"], Secret(values["checker_secret"]), **read)
        return said


class RateForm(CheckedForm):
    """A rate in one of three units: one field at a time, the others are derived."""

    act = "change"
    value = NumberField(label=lazy("Rate"), places=4)
    unit = forms.ChoiceField(choices=UNITS, widget=forms.RadioSelect, label=lazy("Unit"))
    already = forms.BooleanField(required=False, label=lazy("The pump shows it already"))
    reason = forms.CharField(required=False, max_length=300, label=lazy("Reason"))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class ResumeForm(RateForm):
    """On again: at the rate before the pause unless another one is typed."""

    act = "resume"
    value = NumberField(label=lazy("Rate; empty means as before"), places=4, required=False)
    unit = forms.ChoiceField(
        choices=UNITS, widget=forms.RadioSelect, label=lazy("Unit"), required=False, initial="mg/h"
    )


class StartForm(CheckedForm):
    """The first rate."""

    timed, act = False, "start"
    value = NumberField(label=lazy("Start rate"), places=4)
    unit = forms.ChoiceField(choices=UNITS, widget=forms.RadioSelect, label=lazy("Unit"))
    reason = forms.CharField(required=False, max_length=300, label=lazy("Reason"))
    device = forms.CharField(required=False, max_length=40, label=lazy("Name of this tablet"))


class ReasonForm(ChairForm):
    """A pause, an end or a stop: nothing has to be said."""

    reason = forms.CharField(required=False, max_length=300, label=lazy("Reason"))


class TakeForm(ChairForm):
    """I take this chair, for good or for a break: from now on, so no time is asked."""

    timed = False
    for_break = forms.BooleanField(required=False)

    def prepare(self) -> None:
        """Whose break it would be: asked only where somebody else answers for the chair now."""
        who = self.initial.get("who")
        if who is None or (self.user is not None and self.user.pk in {who.nurse_id, who.covers_id}):
            del self.fields["for_break"]
        else:
            name = (who.covers or who.nurse).name
            self.fields["for_break"].label = _("Only for a break: %(name)s comes back") % {"name": name}


class StrikeForm(ChairForm):
    """An entry is taken back: why."""

    timed = False
    reason = forms.CharField(max_length=200, label=lazy("Why it should not be there"))


class HangForm(CheckedForm):
    """Another bag; which bag it is stands on the page and in the form, and with another strength how the pump ran."""

    act, read_back = "change_bag", ("bag",)
    bag = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(required=False, max_length=300, label=lazy("Reason"))
    already = forms.BooleanField(required=False, label=lazy("It hangs already"))
    set_anew = forms.BooleanField(required=False, label=lazy("It hangs already, and the pump was set anew then"))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class BolusForm(CheckedForm):
    act, read_back = "bolus", ("mg", "over_min")
    mg = NumberField(unit="mg", label=lazy("Bolus"), places=3)
    over_min = NumberField(unit="min", label=lazy("Over"), places=1, required=False, low=0, high=60)
    already = forms.BooleanField(required=False, label=lazy("It was given already"))
    reason = forms.CharField(required=False, max_length=300, label=lazy("Reason"))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class FlushForm(ChairForm):
    ml = NumberField(unit="mL", label=lazy("Flush"), places=1, low="0.5", high=100)
    over_min = NumberField(unit="min", label=lazy("Over"), places=1, low="0.1", high=60, initial="1")
    already = forms.BooleanField(required=False, label=lazy("It was flushed already"))


class BagForm(CheckedForm):
    """A bag: the strength is one of the protocol's list."""

    timed, act, read_back = False, "bag", ("strength", "lot")
    lot = forms.CharField(max_length=60, label=lazy("Lot of the vial"))
    expires_on = forms.DateField(
        required=False, label=lazy("Expiry"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    pump = forms.CharField(required=False, max_length=60, label=lazy("Pump"))
    prime_ml = NumberField(unit="mL", required=False, places=1, low=0, high=50, label=lazy("The line holds"))

    def prepare(self) -> None:
        """The strengths of the pinned protocol; a line that is filled already is not filled again."""
        super().prepare()
        if self.session.ratechanges.exists():
            del self.fields["prime_ml"]
        else:
            self.fields["prime_ml"].help_text = self._line()
        listed = [
            (str(place), f"{one.mg_per_ml:f} mg/mL · {one.bag_ml:f} mL · {one.diluent}")
            for place, one in enumerate(self.protocol.fluids.concentrations)
        ]
        self.fields["strength"] = forms.TypedChoiceField(
            choices=listed, coerce=int, widget=forms.RadioSelect, label=_("Strength"),
            initial="0" if len(listed) == 1 else None,
        )  # fmt: skip
        self.order_fields(["strength", "lot", "expires_on", "pump", "prime_ml"])

    def _line(self) -> str:
        line = self.protocol.fluids.line
        said = {"ml": f"{line.dead_volume_ml.normalize():f}"}
        if line.prime == "drug":
            return _("Filled with drug from this bag, none of it given yet. Empty means %(ml)s mL.") % said
        return _("Filled with plain fluid: the drug comes after it. Empty means %(ml)s mL.") % said


class SetForm(ChairForm):
    """A set in the order of the monitor. Each sign takes a number, or a word for why not."""

    optional_words: ClassVar = dict.fromkeys(("hr", "spo2", "bp", "rr", "sedation"), lazy("or say below why not"))
    kind = forms.ChoiceField(choices=[("core", lazy("core")), ("full", lazy("full")), ("bp", lazy("pressure only"))])
    hr = WholeField(unit="/min", required=False, label=lazy("Heart rate"))
    spo2 = WholeField(unit="%", required=False, label=lazy("SpO₂"))
    o2_l_per_min = NumberField(unit="L/min", required=False, places=1, low=0, high=15, label=lazy("Oxygen"))
    bp = PressureField(required=False, label=lazy("Blood pressure"))
    rr = WholeField(unit="/min", required=False, label=lazy("Breaths"))
    sedation = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label=lazy("Sedation"),
        choices=[
            ("", "–"),
            ("0", lazy("0 alert")),
            ("-1", lazy("-1 drowsy")),
            ("-2", lazy("-2 light sedation")),
            ("-3", lazy("-3 hard to rouse")),
            ("-4", lazy("-4 deep")),
            ("-5", lazy("-5 not rousable")),
            ("1", lazy("+1 restless")),
            ("2", lazy("+2 agitated")),
            ("3", lazy("+3 very agitated")),
            ("4", lazy("+4 combative")),
        ],
    )
    pain = WholeField(required=False, low=0, high=10, label=lazy("Pain 0 to 10"))
    nausea = WholeField(required=False, low=0, high=3, label=lazy("Nausea 0 to 3"))
    dissociation = WholeField(required=False, low=0, high=3, label=lazy("Dissociation 0 to 3"))
    temp_c = NumberField(unit="°C", required=False, places=1, label=lazy("Temperature"))
    etco2 = WholeField(unit="mmHg", required=False, low=5, high=100, label=lazy("End-tidal CO₂"))
    iv_site = forms.ChoiceField(
        required=False,
        label=lazy("Vein"),
        choices=[("", "–"), ("clear", lazy("clear")), ("sore", lazy("sore")), ("swollen", lazy("swollen"))],
    )

    def prepare(self) -> None:
        """The order of the site's monitor."""
        order = [name for sign in self.session.site.monitor_order.split() for name in AS_TYPED.get(sign, (sign,))]
        self.order_fields(["kind", *order])

    NUMBERS = ("hr", "spo2", "o2_l_per_min", "rr", "sedation", "pain", "nausea", "dissociation", "temp_c", "etco2")

    @property
    def values(self) -> dict[str, Any]:
        """Column → number, for what was typed."""
        said = {name: self.cleaned_data.get(name) for name in self.NUMBERS}
        found = {name: value for name, value in said.items() if value is not None}
        if self.cleaned_data.get("iv_site"):
            found["iv_site"] = self.cleaned_data["iv_site"]
        if self.cleaned_data.get("bp"):
            found["sys"], found["dia"] = self.cleaned_data["bp"]
        return found

    @property
    def why_not(self) -> dict[str, str]:
        """Sign → word, from fields named why_<sign>."""
        said = {key.removeprefix("why_"): value for key, value in self.data.items() if key.startswith("why_")}
        return {sign: word for sign, word in said.items() if word in WORDS and re.fullmatch(r"[a-z0-9_]+", sign)}


class SymptomForm(ChairForm):
    code = forms.ChoiceField(label=lazy("Symptom"))
    grade = forms.TypedChoiceField(
        coerce=int, choices=[(n, str(n)) for n in range(4)], widget=forms.RadioSelect, label=lazy("Grade; 0 ends it")
    )
    note = forms.CharField(required=False, max_length=200, label=lazy("Note"))

    def prepare(self) -> None:
        """The protocol's symptoms."""
        listed = [(one.code, one.title) for one in self.protocol.limits.symptoms]
        self.fields["code"].choices = listed  # type: ignore[attr-defined]


class DoseForm(CheckedForm):
    """A drug beside the infusion: a second person, where one is asked, reads its dose."""

    asks_second = True  # the order decides, not the act

    def reads(self) -> tuple[str, ...]:
        """The dose, off the label."""
        return ("dose",)


class DrugForm(DoseForm):
    act, read_back = "drug", ("order_id", "dose", "unit")
    order_id = forms.CharField(max_length=60, widget=forms.HiddenInput)
    dose = NumberField(label=lazy("Dose"), places=3)
    unit = forms.CharField(max_length=12, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(required=False, label=lazy("Dose, route, allergy, last given and cap are read"))
    already = forms.BooleanField(required=False, label=lazy("It was given already"))


class ByPlanForm(DoseForm):
    """A drug by plan: given, or not given and why."""

    act, read_back = "by_plan", ("order_id",)
    order_id = forms.CharField(max_length=60, widget=forms.HiddenInput)
    act = forms.ChoiceField(choices=[("given", lazy("given")), ("not_given", lazy("not given"))])
    why = forms.CharField(required=False, max_length=200, label=lazy("Why not"))
    confirmed = forms.BooleanField(required=False, label=lazy("Dose, route, allergy and cap are read"))
    already = forms.BooleanField(required=False, label=lazy("It was given already"))


class EffectForm(ChairForm):
    adjunct = forms.UUIDField(widget=forms.HiddenInput)
    effect = forms.ChoiceField(
        choices=[("better", lazy("better")), ("same", lazy("same")), ("worse", lazy("worse"))], widget=forms.RadioSelect
    )


class NoteForm(ChairForm):
    kind = forms.ChoiceField(choices=[(word, word.replace("_", " ")) for word in NOTES], label=lazy("What"))
    text = forms.CharField(required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}), label=lazy("Text"))


class ReadingForm(ChairForm):
    pump_ml = NumberField(unit="mL", places=2, low=0, high=2000, label=lazy("The pump says it has given"))


class AckForm(ChairForm):
    timed = False
    done = forms.CharField(max_length=300, label=lazy("What was done"))
    cleared = forms.BooleanField(required=False, label=lazy("It is over"))


class CloseForm(ChairForm):
    timed = False
    left_mg = NumberField(unit="mg", places=2, low=0, label=lazy("Left in the line and discarded"))
    wasted_mg = NumberField(unit="mg", places=2, low=0, label=lazy("Wasted from the bag"))
    witness_secret = SecretField(required=False, label=lazy("Witness's own PIN or password"))
    reason = forms.CharField(required=False, max_length=300, label=lazy("Reason for a difference"))
    end_reason = forms.CharField(max_length=80, label=lazy("Why it ended"))
    field_order = ("left_mg", "wasted_mg", "witness", "witness_secret", "reason", "end_reason")

    def prepare(self) -> None:
        """Who may have seen the waste: anyone on duty but oneself."""
        people = User.objects.filter(
            is_active=True,
            grants__site=self.session.site,
            grants__until__isnull=True,
            grants__role__in=(*CLINICAL, Role.PHARMACIST),
        ).distinct()
        if self.user is not None and self.user.is_authenticated:
            people = people.exclude(pk=self.user.pk)
        self.fields["witness"] = forms.ModelChoiceField(
            people.order_by("name"), required=False, to_field_name="code", label=_("Who saw it wasted"), empty_label="–"
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """The secret as a value that is never shown or kept."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        said["witness_secret"] = Secret(said.get("witness_secret") or "")
        return said
