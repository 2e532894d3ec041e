"""Letters of these tests go where a clinic without a mail server sends them: into files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clearhead.clinic.letters.backends import DUMMY


@pytest.fixture(autouse=True)
def outbox(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = DUMMY
    settings.LETTERS_FOLDER = tmp_path / "letters"
    return settings.LETTERS_FOLDER
