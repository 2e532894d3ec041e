"""`clearhead …` and `python -m clearhead …`: Django's own command runner under the project's name."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clearhead.clinic.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["clearhead", *sys.argv[1:]])


if __name__ == "__main__":
    main()
