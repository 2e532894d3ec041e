"""Recovery tells the printed record how the patient left."""

from django.apps import AppConfig


class RecoveryConfig(AppConfig):
    """Adds its reader to the summary of the record."""

    name = "clearhead.clinic.recovery"

    def ready(self) -> None:
        """Once, when the apps are loaded."""
        from clearhead.clinic.infusion.queries import summary
        from clearhead.clinic.recovery.departure import departure_lines

        summary.LATER.append(departure_lines)
