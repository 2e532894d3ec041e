"""`clearhead setup`: the first site, from a clinic file or from questions; one-time links for owner and director."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.people import doors
from clearhead.clinic.people.models import RoleGrant, Site
from clearhead.clinic.policy.clinic_file import ClinicFile, clinic_from, load_clinic
from clearhead.clinic.rehearsal.selection import select_chosen
from clearhead.clinic.schedule.setup import load_clinic as set_up
from clearhead.medicine.errors import WrongFile

LINK_LASTS = timedelta(days=2)
QUESTIONS = (
    ("name", "Name of the clinic", "Example Headache Infusion"),
    ("zone", "Time zone, as in the IANA list", "America/Phoenix"),
    ("address", "Address", "1 Example Street"),
    ("phone", "Phone", "555 0100"),
    ("after_hours_phone", "Phone at night and on weekends (nobody signs a consent without it)", "none"),
    ("cancelling_terms", "What cancelling late costs, as patients read it (needed for the consent too)", "none"),
    ("opens", "Opens at", "08:00"),
    ("closes", "Closes at", "17:00"),
    ("chairs", "How many infusion chairs", "2"),
    ("protocol", "Example protocol to look at first", "stepped-series"),
    ("owner", "Owner: name", "Otto Example"),
    ("owner_email", "Owner: e-mail", "owner@clinic.example"),
    ("director", "Medical director: name", "Maya Example"),
    ("director_title", "Medical director: title at signatures", "MD"),
    ("director_email", "Medical director: e-mail", "director@clinic.example"),
)


class Command(BaseCommand):
    help = "Set up the first site, or with --add a further one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="a clinic file; without one, questions are asked")
        parser.add_argument("--add", action="store_true", help="a further site, beside those that are set up")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DEMO:
            raise CommandError("This is the demo's own database. A real site needs one of its own.")
        if Site.objects.exists() and not options["add"]:
            raise CommandError("A site is set up already. For a further one run: clearhead setup --add --file FILE")
        try:
            clinic = load_clinic(options["file"]) if options["file"] else self._ask()
        except (WrongFile, OSError) as fault:
            raise CommandError(str(fault)) from fault
        except EOFError as fault:
            raise CommandError("Nobody answered. Use: clearhead setup --file FILE") from fault
        if known := sorted(Site.objects.filter(slug__in=[one.slug for one in clinic.sites]).values_list("slug")):
            raise CommandError(f"Set up already: {', '.join(slug for (slug,) in known)}. Nothing was changed.")
        now = timezone.now()
        for site in set_up(clinic=clinic, at=now, by=None):
            self.stdout.write(f"{site.name} ({site.slug}), {site.zone}: set up.")
            select_chosen(clinic, site, at=now)
            self._links(site)
        self.stdout.write("Next: clearhead serve. The protocols are examples until the medical director adopts one.")

    def _ask(self) -> ClinicFile:
        said = {key: input(f"{question} [{usual}]: ").strip() or usual for key, question, usual in QUESTIONS}
        return clinic_from(written(said), name="your answers")

    def _links(self, site: Site) -> None:
        now = timezone.now()
        for grant in RoleGrant.objects.filter(site=site, role__in=["owner", "director"]).select_related("user"):
            _link, token = doors.make_link(
                purpose="reset",
                subject_code=grant.user.code,
                patient=None,
                site=site,
                at=now,
                lasts=LINK_LASTS,
                single_use=True,
            )
            self.stdout.write(
                f"{grant.get_role_display()} {grant.user.name} chooses a password here, once, within 48 h:"
            )
            self.stdout.write(f"  {settings.PUBLIC_URL}{reverse('people-reset', args=[token])}")


def written(said: dict[str, str]) -> str:
    """The answers as a clinic file, so that they are checked like one."""
    slug = re.sub(r"[^a-z0-9]+", "-", said["name"].lower()).strip("-")[:40] or "clinic"
    count = int(said["chairs"]) if said["chairs"].isdigit() else 0

    def text(key: str) -> str:
        return '"' + said[key].replace("\\", "").replace('"', "'") + '"'

    chairs = ", ".join(
        f'{{ name = "Chair {n}", place = "chair", room = "Infusion room" }}' for n in range(1, count + 1)
    )
    pumps = ", ".join(
        f'{{ name = "Pump {n}", model = "to be named", serviced_until = 2030-12-31 }}' for n in range(1, count + 1)
    )
    return f"""
id = "{slug}"
name = {text("name")}
example = false
staff = [
  {{ name = {text("owner")}, title = "none", email = {text("owner_email")}, roles = ["owner"], sites = ["all"], patients_at_once = 0, credentials = [] }},
  {{ name = {text("director")}, title = {text("director_title")}, email = {text("director_email")}, roles = ["director"], sites = ["all"], patients_at_once = 0, credentials = [] }},
]
[[sites]]
slug = "{slug}"
name = {text("name")}
address = {text("address")}
phone = {text("phone")}
after_hours_phone = {text("after_hours_phone")}
cancelling_terms = {text("cancelling_terms")}
zone = {text("zone")}
locale = "en"
languages = ["en"]
interpreters = []
setting = "office_chair"
single_handed = false
closed_on = []
protocols = [{{ purpose = "series", indication = "migraine", protocol = {text("protocol")} }}]
hours = [{{ opens = {said["opens"]}:00, closes = {said["closes"]}:00, days = ["monday", "tuesday", "wednesday", "thursday", "friday"] }}]
chairs = [{chairs}]
rooms = [{{ name = "Infusion room", kind = "infusion" }}, {{ name = "Consulting room", kind = "consult" }}]
pumps = [{pumps}]
services = [
  {{ name = "First talk", kind = "consult", mode = "phone", minutes = 15, price_usd = 0, bookable_online = true, from_date = 2026-01-01, until_date = "none" }},
  {{ name = "Infusion", kind = "infusion", mode = "in_person", minutes = "none", price_usd = "none", bookable_online = false, from_date = 2026-01-01, until_date = "none" }},
]
"""  # noqa: E501 - one row of a table, one line
