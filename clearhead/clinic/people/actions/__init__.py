"""Every write about people: staff, patients, their sign-ins, their charts."""

from clearhead.clinic.people.actions.accounts import close_devices, keep_device, open_account
from clearhead.clinic.people.actions.address import AddressRefused, ask_address, change_address
from clearhead.clinic.people.actions.charts import MergeRefused, merge_charts, separate_charts
from clearhead.clinic.people.actions.patients import DetailsRefused, add_patient, change_details, close_course
from clearhead.clinic.people.actions.photos import PhotoRefused, keep_photo, remove_photo
from clearhead.clinic.people.actions.signing import sign
from clearhead.clinic.people.actions.staff import (
    InviteRefused,
    grant,
    invite,
    note_credential,
    note_reset,
    set_password,
    set_pin,
    switch_off,
    withdraw_role,
)
from clearhead.clinic.people.secrets import SignatureRefused

__all__ = [
    "AddressRefused",
    "DetailsRefused",
    "InviteRefused",
    "MergeRefused",
    "PhotoRefused",
    "SignatureRefused",
    "add_patient",
    "ask_address",
    "change_address",
    "change_details",
    "close_course",
    "close_devices",
    "grant",
    "invite",
    "keep_device",
    "keep_photo",
    "merge_charts",
    "note_credential",
    "note_reset",
    "open_account",
    "remove_photo",
    "separate_charts",
    "set_password",
    "set_pin",
    "sign",
    "switch_off",
    "withdraw_role",
]
