"""Reads of the chairside record: rows to frozen objects. Nothing here writes."""

from clearhead.clinic.infusion.queries.board import chairs_at, for_prescriber, second_checks, site_mark
from clearhead.clinic.infusion.queries.chair import ChairView, chair
from clearhead.clinic.infusion.queries.crew import for_the_crew
from clearhead.clinic.infusion.queries.doses import account_of, dose_rows, doses_of
from clearhead.clinic.infusion.queries.forecast import Forecast, basis_of, forecast_lines, forecast_of, planned
from clearhead.clinic.infusion.queries.gates import GoPage, go_page
from clearhead.clinic.infusion.queries.handover import HandOver, hand_over, open_flags, responsible
from clearhead.clinic.infusion.queries.levels import Asked, ask, rates_to_ask
from clearhead.clinic.infusion.queries.line import InLine, in_line
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.rates import ReadBack, Said, next_ml_per_h, permit_of, read_back
from clearhead.clinic.infusion.queries.record import Line, line_of, record_of
from clearhead.clinic.infusion.queries.remains import Remains, remains
from clearhead.clinic.infusion.queries.state import Standing, State, infusion_of, standing
from clearhead.clinic.infusion.queries.vitals import open_symptoms

__all__ = [
    "Asked",
    "ChairView",
    "Forecast",
    "GoPage",
    "HandOver",
    "InLine",
    "Line",
    "ReadBack",
    "Remains",
    "Said",
    "Standing",
    "State",
    "account_of",
    "ask",
    "basis_of",
    "chair",
    "chairs_at",
    "dose_rows",
    "doses_of",
    "for_prescriber",
    "for_the_crew",
    "forecast_lines",
    "forecast_of",
    "go_page",
    "hand_over",
    "in_line",
    "infusion_of",
    "line_of",
    "next_ml_per_h",
    "open_flags",
    "open_symptoms",
    "permit_of",
    "planned",
    "protocol_of",
    "rate_before",
    "rates_to_ask",
    "read_back",
    "record_of",
    "remains",
    "responsible",
    "second_checks",
    "site_mark",
    "standing",
]
