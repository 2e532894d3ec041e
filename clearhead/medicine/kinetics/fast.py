"""Whether compiled code is at hand (the `fast` extra, numba) and worth its import; it is imported only then."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

WORTH_COMPILING = 2_000_000  # people × steps; below, plain NumPy answers before numba is imported
NARROW_ROOTS, NARROW_LATER = 3, 2  # what the narrow kernels hold


def is_installed() -> bool:
    """Whether numba can be imported, without importing it."""
    return find_spec("numba") is not None


def narrow() -> Any:
    """The kernels for at most three root stages and two later ones."""
    return import_module("clearhead.medicine.kinetics.compiled")


def wide() -> Any:
    """The walk for cascades of any depth, and the modes."""
    return import_module("clearhead.medicine.kinetics.compiled_wide")
