"""The written good-faith estimate of what a series costs somebody who pays for it.

Source: 45 CFR 149.610 (content of the estimate) and 149.620 (dispute from 400 USD above it), United States.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from clearhead.clinic.people.models import Site
from clearhead.clinic.plan.drafts import plain_decimal
from clearhead.clinic.schedule.models import Service
from clearhead.medicine.protocols.protocol import Protocol

DISPUTE_FROM_USD = 400


def estimate_of(protocol: Protocol, *, site: Site, service: Service | None, sessions: int, on: date) -> dict[str, Any]:
    """What the series is expected to cost, item by item. The site's own price goes before the protocol's."""
    own = service is not None and service.price is not None
    each = service.price if own and service is not None else protocol.series.price_usd_per_session
    assert each is not None
    total = Decimal(each) * sessions
    return {
        "currency": service.currency if service else "USD",
        "per_session": plain_decimal(each),
        "sessions": sessions,
        "total": plain_decimal(total),
        "includes": ["infusion and monitoring", "medicines ordered for the session", "observation afterwards"],
        "not_included": ["consultations", "laboratory tests", "transport home"],
        "price_from": "site" if own else "protocol",
        "made_on": on.isoformat(),
        "site": site.name,
        "dispute_from": str(DISPUTE_FROM_USD),
    }
