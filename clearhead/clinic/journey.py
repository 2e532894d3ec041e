"""The patient's journey in order. The menu, INSTALLED_APPS and the import contracts read it."""

STEPS = ("welcome", "diary", "consult", "assessment", "plan", "consent", "infusion", "recovery", "review")
"""A step may look back, never forward."""

GROUND = ("web", "audit", "people", "policy", "letters", "schedule", "pharmacy")
"""What every step stands on."""

READERS = ("home", "research", "interop", "rehearsal")
"""Import any step, are imported by none."""


def installed() -> list[str]:
    """The apps that have content, ground first."""
    from pathlib import Path

    here = Path(__file__).parent
    present = [name for name in (*GROUND, *STEPS, *READERS) if (here / name / "__init__.py").exists()]
    return [f"clearhead.clinic.{name}" for name in present]
