"""An id for safe repeats on forms that are a single button."""

from __future__ import annotations

import uuid

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def once_id() -> SafeString:
    """A hidden id minted per rendered button: pressed twice, it counts once (H-25)."""
    return format_html('<input type="hidden" name="client_id" value="{}">', uuid.uuid4())
