"""A page that fails leaves its address and its traceback in the log, and nothing that somebody entered."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from django.test import Client

from clearhead.clinic.diary import queries
from clearhead.clinic.faults import WithoutWords
from tests import cast

pytestmark = pytest.mark.django_db


def test_a_fault_stands_in_the_log_by_place_and_kind_alone(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    def fail(patient: Any, *_more: object) -> None:
        try:
            raise ValueError(patient.family_name)
        except ValueError as fault:
            raise RuntimeError(f"Failing row contains ({patient.family_name})") from fault

    cast.mesa()
    client, written = Client(raise_request_exception=False), io.StringIO()
    client.force_login(cast.petra().user)
    monkeypatch.setattr(queries, "today_of", fail)
    (handler,) = [
        one for one in logging.getLogger("django.request").handlers if isinstance(one.formatter, WithoutWords)
    ]
    monkeypatch.setattr(handler, "stream", written)
    answer = client.get("/diary/?word=secret")
    told = written.getvalue()

    assert not settings.DEBUG
    assert answer.status_code == 500
    assert "Internal Server Error: /diary/" in told
    assert "in fail" in told
    assert told.index("builtins.ValueError") < told.index("builtins.RuntimeError")
    assert cast.petra().family_name not in told
    assert "secret" not in told
