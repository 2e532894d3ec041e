"""Every write of this step: orders, agreed starts, series, moves, cancellations, preparation.

For callers:
    sign_order(course, draft, secret, by, at, corrects=None) -> Order
    agree_starts(order, starts, by, at) -> SeriesProposal
    book_series(order, by, at, starts=None, channel="desk") -> list[Session]   (called by consent)
    move_sessions(session, starts_at, scope, by, at, reason="", secret="") -> list[Session]   scope: one, rest, all
    cancel_sessions(session, scope, why, by, at) -> list[Session]
    name_escort(session, name, phone, may_be_told, by, at) -> Escort
    escort_reached(session, reached_at, by, at) -> Escort
    answer_preparation(session, item, value, via, by, at) -> PreparationAnswer
    check_order(order, agreed, note, seen_sha256, secret, by, at) -> OrderCheck
    sign_medicine_lines(course, lines, secret, by, at) -> list[MedicineLine]
"""

from clearhead.clinic.plan.actions.checking import CheckRefused, check_order
from clearhead.clinic.plan.actions.orders import OrderRefused, judge_order, sign_order
from clearhead.clinic.plan.actions.preparation import (
    answer_preparation,
    escort_reached,
    name_escort,
    sign_medicine_lines,
)
from clearhead.clinic.plan.actions.visits import (
    ReasonAsked,
    agree_starts,
    book_series,
    booking_cancelled,
    booking_moved,
    cancel_sessions,
    move_sessions,
    queue_preparation,
)

__all__ = [
    "CheckRefused",
    "OrderRefused",
    "ReasonAsked",
    "agree_starts",
    "answer_preparation",
    "book_series",
    "booking_cancelled",
    "booking_moved",
    "cancel_sessions",
    "check_order",
    "escort_reached",
    "judge_order",
    "move_sessions",
    "name_escort",
    "queue_preparation",
    "sign_medicine_lines",
    "sign_order",
]
