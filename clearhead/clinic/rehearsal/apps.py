"""Loads the checks of the house with the last app."""

from django.apps import AppConfig


class RehearsalConfig(AppConfig):
    """The last app: when it is ready, everything is."""

    name = "clearhead.clinic.rehearsal"

    def ready(self) -> None:
        """Register the system checks."""
        from clearhead.clinic import checks  # noqa: F401 - importing registers them
