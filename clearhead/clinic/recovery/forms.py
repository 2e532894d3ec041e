"""What is typed in recovery and on the phone, as typed values. Nothing is judged here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from clearhead.clinic.infusion.entered import WHY_NOT, WITH_A_WORD
from clearhead.clinic.infusion.forms import SetForm
from clearhead.clinic.people.models import Role, User
from clearhead.clinic.plan.models import Session
from clearhead.clinic.recovery import questions
from clearhead.clinic.recovery.facts import ITEMS
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.web.forms import ClearForm, NumberField, SecretField, WhenField, WholeField
from clearhead.medicine.protocols.after import FollowUp

SCORE_WORDS = {
    "vital_signs": (
        lazy("Blood pressure and pulse"),
        [
            ("2", lazy("2 · within 20 % of rest")),
            ("1", lazy("1 · 20 to 40 % away")),
            ("0", lazy("0 · over 40 % away")),
        ],
    ),
    "activity": (
        lazy("Walking"),
        [
            ("2", lazy("2 · steady, no dizziness")),
            ("1", lazy("1 · with help")),
            ("0", lazy("0 · cannot walk")),
        ],
    ),
    "nausea": (
        lazy("Nausea or vomiting"),
        [
            ("2", lazy("2 · little or none")),
            ("1", lazy("1 · eased by a drug")),
            ("0", lazy("0 · goes on")),
        ],
    ),
    "pain": (
        lazy("Pain"),
        [
            ("2", lazy("2 · little, or bearable")),
            ("1", lazy("1 · needs treatment")),
            ("0", lazy("0 · not under control")),
        ],
    ),
}
"""The items of the discharge score in words (Chung 1995, J Clin Anesth 7:500-506), without the bleeding item."""
YES_NO = [("yes", lazy("yes")), ("no", lazy("not yet"))]
SEEN = {
    "oriented": lazy("Knows who, where and when"),
    "gait_steady": lazy("Walked here, steadily"),
    "dissociation_gone": lazy("Feels present again"),
    "nausea_tolerable": lazy("Can drink; nausea gone or slight"),
}


def answer(label: Any, *, required: bool = False) -> forms.ChoiceField:
    """Yes, not yet, or nobody looked."""
    return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, label=label, required=required)


class RecoverySet(SetForm):
    """A set in recovery, in the order of the monitor; each blank sign has its own word. No catheter, no question."""

    kind = forms.CharField(required=False, widget=forms.HiddenInput)
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)
    temp_c, etco2 = None, None
    o2_l_per_min = NumberField(unit="L/min", places=1, low=0, high=15, label=lazy("O₂, 0 is air"))
    MORE = ("pain", "nausea", "dissociation")
    NUMBERS = ("hr", "spo2", "o2_l_per_min", "rr", "sedation", *MORE)

    def __init__(self, *args: Any, vein: bool, **kwargs: Any) -> None:
        self.signs = tuple(sign for sign in WITH_A_WORD if vein or sign != "iv_site")
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        """The order of the form, and a word for each sign."""
        for sign in self.signs:
            self.fields[f"why_{sign}"] = forms.ChoiceField(
                required=False, choices=[("", "–"), *WHY_NOT.items()], label=self.fields[sign].label
            )
        if "iv_site" not in self.signs:
            del self.fields["iv_site"]
        self.order_fields(["hr", "spo2", "o2_l_per_min", "bp", "rr", "sedation", *self.MORE, "iv_site"])

    @property
    def why_fields(self) -> list[forms.BoundField]:
        """The words, in the order of the signs."""
        return [self[f"why_{sign}"] for sign in self.signs]

    @property
    def kind_of_set(self) -> str:
        """Full once pain, nausea and dissociation were asked too."""
        said = {**self.values, **self.why_not}
        return "full" if all(name in said for name in self.MORE) else "core"

    @property
    def why_not(self) -> dict[str, str]:
        """The word for each sign without a value."""
        return {sign: word for sign, word in super().why_not.items() if sign in self.signs}


class ScoreForm(ClearForm):
    """The score, what the nurse sees, and the patient's own word."""

    def __init__(self, *args: Any, asks_arrival: bool = False, asks_line: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item, (label, choices) in SCORE_WORDS.items():
            self.fields[item] = forms.TypedChoiceField(
                choices=choices, coerce=int, widget=forms.RadioSelect, label=label
            )
        for name, label in SEEN.items():
            self.fields[f"seen_{name}"] = answer(label)
        self.fields["pain_now"] = WholeField(low=0, high=10, label=_("Pain now, 0 to 10"))
        if asks_arrival:
            label = _("Pain on arrival, 0 to 10 (nobody charted it: ask)")
            self.fields["pain_on_arrival"] = WholeField(low=0, high=10, required=False, label=label)
        self.fields["pain_acceptable"] = answer(_("“I can go home with this pain”"), required=True)
        if asks_line:
            self.fields["line_out"] = forms.BooleanField(
                required=False, label=_("No catheter was charted; I looked: none lies")
            )

    @property
    def said(self) -> dict[str, Any]:
        """As the action takes it."""
        told = self.cleaned_data
        return {
            "items": {item: told[item] for item in ITEMS},
            "answers": {name: told[f"seen_{name}"] == "yes" for name in SEEN if told.get(f"seen_{name}")},
            "pain": told["pain_now"],
            "pain_on_arrival": told.get("pain_on_arrival"),
            "pain_acceptable": told["pain_acceptable"] == "yes",
            "line_out": bool(told.get("line_out")),
        }


class EscortForm(ClearForm):
    """Who stands here."""

    name = forms.CharField(required=False, max_length=120, label=lazy("Name, as the person says it"))
    note = forms.CharField(
        required=False, max_length=200, label=lazy("If it is somebody else: who, and the patient agrees")
    )

    def __init__(self, *args: Any, alternatives: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if alternatives:
            self.fields["alternative"] = forms.ChoiceField(
                required=False, choices=[("", "–"), *((one, one) for one in alternatives)],
                label=_("Instead of an escort, as the protocol allows"),
            )  # fmt: skip


class LeaveForm(ClearForm):
    """How the patient leaves."""

    disposition = forms.ChoiceField(
        choices=Discharge.Disposition.choices, widget=forms.RadioSelect, label=lazy("The patient leaves")
    )
    instructions_ack = forms.BooleanField(
        required=False, label=lazy("Patient and escort have read the sheet and said it back")
    )
    hand_over = forms.CharField(
        required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        label=lazy("Still open, handed over in writing: what, and what to do"),
    )  # fmt: skip
    reason = forms.CharField(
        required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        label=lazy("Reason (every label except “criteria met”)"),
    )  # fmt: skip
    secret = SecretField(required=False, label=lazy("Prescriber’s password or PIN, for an exception"))

    def __init__(self, *args: Any, session: Session, open_symptoms: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        signers = User.objects.filter(
            is_active=True, grants__site=session.site, grants__until__isnull=True, grants__role=Role.PRESCRIBER
        ).distinct()
        self.fields["signer"] = forms.ModelChoiceField(
            signers.order_by("name"), required=False, to_field_name="code", empty_label="–",
            label=_("Prescriber who signs an exception"),
        )  # fmt: skip
        self.fields["left_at"] = WhenField(
            zone=session.site.tz, required=False, label=_("When it was; empty means now")
        )
        if not open_symptoms:
            del self.fields["hand_over"]
        order = ["disposition", "instructions_ack", "hand_over", "reason", "signer", "secret", "left_at"]
        self.order_fields(order)


class CallForm(ClearForm):
    """One attempt to reach the patient."""

    reached = forms.ChoiceField(
        choices=[("yes", lazy("reached")), ("no", lazy("no answer"))], widget=forms.RadioSelect, label=lazy("The call")
    )

    def __init__(self, *args: Any, call: FollowUp, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = questions.asked_by(call.instruments)
        if questions.asks_pain(call.instruments):
            self.fields["pain"] = WholeField(required=False, low=0, high=10, label=_("Headache now, 0 to 10"))
        for question in self.asked:
            self.fields[question.code] = forms.ChoiceField(
                required=False, widget=forms.RadioSelect, label=question.sentence,
                choices=[("no", _("no")), ("yes", _("yes, alarm") if question.alarm else _("yes"))],
            )  # fmt: skip
        if self.asked:
            self.fields["helped"] = forms.CharField(required=False, max_length=120, label=_("Who was there and helped"))
        self.fields["note"] = forms.CharField(
            required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}), label=_("In their own words")
        )

    def clean(self) -> dict[str, Any]:
        """Someone who was reached was asked every alarm."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("reached") == "yes":
            for question in self.asked:
                if question.alarm and not said.get(question.code) and question.code not in self.errors:
                    self.add_error(question.code, _("Ask this one on every call."))
        return said

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered."""
        names = ("pain", *(question.code for question in self.asked), "helped")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name) not in (None, "")}


class DoneForm(ClearForm):
    """What was done about a red answer."""

    done = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2}), label=lazy("What was done"))
