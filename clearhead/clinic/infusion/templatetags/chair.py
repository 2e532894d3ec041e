"""What a form that is a single button carries."""

from __future__ import annotations

import uuid
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def once_id(context: dict[str, Any]) -> SafeString:
    """A hidden id minted per rendered button: pressed twice, it counts once (H-25).

    On a page that nobody is signed in at it says so too: who opens the tablet meanwhile has not pressed it.
    """
    user = getattr(context.get("request"), "user", None)
    nobody = user is not None and not user.is_authenticated
    said = format_html('<input type="hidden" name="client_id" value="{}">', uuid.uuid4())
    return said + format_html('<input type="hidden" name="unsigned" value="1">') if nobody else said
