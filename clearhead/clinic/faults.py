"""How a fault of the program stands in the log: where it happened and of what kind, never what somebody entered."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType


class WithoutWords(logging.Formatter):
    """A traceback whose exceptions are named and not quoted: a database's own words can hold a whole row."""

    def format(self, record: logging.LogRecord) -> str:
        """Never the text another handler made of the same fault."""
        record.exc_text = None
        said = super().format(record)
        record.exc_text = None
        return said

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name of the library
        """Every place, the first cause first."""
        fault: BaseException | None = ei[1]  # type: ignore[index]
        parts: list[str] = []
        while fault is not None and len(parts) < 10:
            parts.append(_told(fault, fault.__traceback__))
            fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
        return "\nthen, while that was handled:\n".join(reversed(parts))


def _told(fault: BaseException, where: TracebackType | None) -> str:
    kind = type(fault)
    return "".join(traceback.format_tb(where)) + f"{kind.__module__}.{kind.__qualname__}"
