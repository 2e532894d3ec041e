"""Where a letter goes: a mail server when one is set up, else a file in the letters folder, and it says which."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage

from clearhead.clinic.letters import links
from clearhead.clinic.letters.models import Outgoing

DUMMY = "django.core.mail.backends.dummy.EmailBackend"


class CannotSend(Exception):
    """The letter cannot leave this way."""


def mail_is_set_up() -> bool:
    """True when a mail backend other than the dummy is configured."""
    return bool(settings.EMAIL_BACKEND != DUMMY)


def send(letter: Outgoing, now: datetime) -> str:
    """Send it and say where it went. Raises CannotSend with a sentence for the person at the desk."""
    text = links.kept(letter.text, letter, now)
    if not mail_is_set_up():
        return _to_file(letter, text, now)
    if letter.channel == "mail":
        return _by_mail(letter, text)
    raise CannotSend("No text message service is set up. Call the person, or send a mail.")


def _by_mail(letter: Outgoing, text: str) -> str:
    message = EmailMessage(letter.subject, text, to=[letter.to])
    if letter.calendar:
        method = "CANCEL" if "METHOD:CANCEL" in letter.calendar else "PUBLISH"
        message.attach("appointment.ics", letter.calendar, f"text/calendar; method={method}")
    try:
        message.send()
    except OSError as fault:
        raise CannotSend(f"The mail server did not take it: {fault}"[:180]) from fault
    return "handed to the mail server"


def _to_file(letter: Outgoing, text: str, now: datetime) -> str:
    folder = Path(settings.LETTERS_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{now:%Y%m%d-%H%M%S}-{letter.channel}-{letter.code}"
    head = f"To: {letter.to}\nSubject: {letter.subject}\n\n"
    try:
        (folder / f"{name}.txt").write_text(head + text, encoding="utf-8")
        if letter.calendar:
            (folder / f"{name}.ics").write_text(letter.calendar, encoding="utf-8", newline="")
    except OSError as fault:
        raise CannotSend(f"The letters folder cannot be written: {fault.strerror}") from fault
    return f"file {name}.txt (no mail server is set up)"
