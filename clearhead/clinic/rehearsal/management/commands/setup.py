"""`clearhead setup`: the first site, from a clinic file or from questions; one-time links for owner and director."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from clearhead.clinic.people import doors
from clearhead.clinic.people.models import RoleGrant, Site
from clearhead.clinic.policy.clinic_file import ClinicFile, clinic_from, load_clinic
from clearhead.clinic.rehearsal.questions import Unanswered, ask, written
from clearhead.clinic.rehearsal.selection import select_chosen
from clearhead.clinic.schedule.setup import load_clinic as set_up
from clearhead.clinic.tables import missing_migrations
from clearhead.medicine.errors import WrongFile

LINK_LASTS = timedelta(days=2)
BEHIND_UTC = timedelta(hours=12)
"""No zone is further behind: what is offered from the day it still is there is offered today at every site."""


class Command(BaseCommand):
    help = "Set up the first site, or with --add a further one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="a clinic file; without one, questions are asked")
        parser.add_argument("--add", action="store_true", help="a further site, beside those that are set up")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DEMO:
            raise CommandError("This is the demo's own database. A real site needs one of its own.")
        self._tables()
        if Site.objects.exists() and not options["add"]:
            raise CommandError("A site is set up already. For a further one run: clearhead setup --add --file FILE")
        try:
            clinic = load_clinic(options["file"]) if options["file"] else self._ask()
        except (WrongFile, OSError) as fault:
            raise CommandError(str(fault)) from fault
        except Unanswered as fault:
            raise CommandError(
                f"The answers ended at “{fault}”: nothing was saved. Answer all, or use: clearhead setup --file FILE"
            ) from fault
        if known := sorted(Site.objects.filter(slug__in=[one.slug for one in clinic.sites]).values_list("slug")):
            raise CommandError(f"Set up already: {', '.join(slug for (slug,) in known)}. Nothing was changed.")
        now = timezone.now()
        for site in set_up(clinic=clinic, at=now, by=None):
            self.stdout.write(f"{site.name} ({site.slug}), {site.zone}: set up.")
            select_chosen(clinic, site, at=now)
            self._links(site)
        if not settings.PUBLIC_URL_IS_SET:
            self.stdout.write(
                f"These links begin with {settings.PUBLIC_URL}, because CLEARHEAD_PUBLIC_URL is not set: "
                "`serve` asks for it. Put the address that people type in its place."
            )
        self.stdout.write("Next: clearhead serve. The protocols are examples until the medical director adopts one.")

    def _tables(self) -> None:
        """A database that is still empty gets its tables; one that is in use is left to `clearhead migrate`."""
        if not connection.introspection.table_names():
            self.stdout.write("Making the tables of a new database.")
            call_command("migrate", verbosity=0)
        if missing := missing_migrations():
            raise CommandError(missing)

    def _ask(self) -> ClinicFile:
        today = (timezone.now() - BEHIND_UTC).date()
        return clinic_from(written(ask(input, self.stdout.write, today=today)), name="your answers")

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
