"""Otto 2021, typical values of the 68-kg run, to the digits printed.

Source: Otto 2021, Eur J Clin Pharmacol 77:1181 (doi 10.1007/s00228-021-03104-1), run by its authors' control stream as
transcribed in the public model library nlmixr2lib (rxode2). Norketamine is counted in ketamine mass there: so here.
"""

from __future__ import annotations

import numpy as np
import pytest

from clearhead.medicine.kinetics.doses import DoseHistory, Segment
from clearhead.medicine.kinetics.model import load_model
from clearhead.medicine.kinetics.population import typical
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.kinetics.solve import solve

AT_H = (0.5, 1, 2, 3, 5, 6, 8, 10)
PRINTED = {
    "S-ketamine": ("50.9", "27.3", "15.4", "10.3", "5.06", "3.72", "2.23", "1.51"),
    "S-norketamine": ("11.8", "20.9", "20.5", "17.1", "11.7", "9.90", "7.41", "5.79"),
}


@pytest.mark.parametrize("analyte", sorted(PRINTED))
def test_the_typical_curve_prints_the_published_digits(analyte: str) -> None:
    ten_mg_in_half_an_hour = DoseHistory.of("S", segments=[Segment(0, 30, 20.0)])

    curve = solve(typical(load_model("otto-2021"), Person(68.0)), ten_mg_in_half_an_hour, np.array(AT_H) * 60)

    for level, printed in zip(curve[analyte][:, 0], PRINTED[analyte], strict=True):
        decimals = len(printed.partition(".")[2])
        assert f"{level:.{decimals}f}" == printed
