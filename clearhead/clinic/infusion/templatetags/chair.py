"""What a form that is a single button carries, and facts in words."""

from __future__ import annotations

import uuid
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from clearhead.clinic.infusion.entered import EMERGENCY_WORDS
from clearhead.clinic.infusion.queries.said import drug_name, symptom_words, words
from clearhead.medicine.protocols.protocol import Protocol

register = template.Library()
UNSIGNED = mark_safe('<input type="hidden" name="unsigned" value="1">')


@register.filter
def told(row: Any, protocol: Protocol) -> str:
    """A fact in the words a nurse reads: {{ row|told:view.protocol }}."""
    return words(row, protocol)


@register.filter
def graded(row: Any, protocol: Protocol) -> str:
    """An open symptom with its grade: {{ one|graded:view.protocol }}."""
    return symptom_words(row.symptom, row.grade, protocol)


@register.filter
def drug(ingredient: str) -> str:
    """An ingredient as it is spoken."""
    return drug_name(ingredient)


@register.simple_tag
def emergency_words() -> tuple[tuple[str, str], ...]:
    """The events of an emergency, one button each."""
    return EMERGENCY_WORDS


@register.simple_tag(takes_context=True)
def once_id(context: dict[str, Any]) -> SafeString:
    """A hidden id minted per rendered button: pressed twice, it counts once (H-25).

    On a page that nobody is signed in at it says so too: who opens the tablet meanwhile has not pressed it.
    """
    user = getattr(context.get("request"), "user", None)
    nobody = user is not None and not user.is_authenticated
    said = format_html('<input type="hidden" name="client_id" value="{}">', uuid.uuid4())
    return said + UNSIGNED if nobody else said
