"""Loads the checks of the house with the last app."""

from django.apps import AppConfig


class RehearsalConfig(AppConfig):
    """The last app: when it is ready, everything is."""

    name = "clearhead.clinic.rehearsal"

    def ready(self) -> None:
        """Register the system checks; let the demo's clock run as asked."""
        from clearhead.clinic import checks  # noqa: F401 - importing registers them
        from clearhead.clinic.rehearsal import fastclock

        fastclock.install()
