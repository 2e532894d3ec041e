"""Petra, whose diary it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests import cast


@pytest.fixture
def petra() -> Any:
    cast.mesa()
    return cast.petra()
