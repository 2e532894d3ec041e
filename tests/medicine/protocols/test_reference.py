"""The reference fills gaps of files that were signed: it never changes under its own version."""

from __future__ import annotations

from hashlib import sha256

import pytest

from clearhead.medicine.protocols.diff import softer_than_reference
from clearhead.medicine.protocols.loader import REFERENCE, reference, reference_path, shipped
from clearhead.medicine.protocols.origin import leaves

# One line per version. A changed file needs a new version, a new line here, and the old file under earlier/.
FINGERPRINTS = {"1": "b9530897f7bd2746e9b6781adec011f27ec912f500c582e1e3d2b6555044075b"}


def test_every_version_of_the_reference_is_there_and_unchanged():
    for version, fingerprint in FINGERPRINTS.items():
        path = reference_path(version)
        assert path is not None, version
        assert sha256(path.read_bytes()).hexdigest() == fingerprint, version
    assert reference(REFERENCE).value["version"].value in FINGERPRINTS


@pytest.mark.parametrize("version", ["2", "../reference", "", "1/../1"])
def test_a_version_that_is_not_there_is_not_found(version):
    assert reference_path(version) is None


def test_every_published_value_has_its_source_and_the_rest_says_assumption():
    statuses = {node.origin.status for _, node in leaves(reference()) if node.origin}

    assert statuses == {"label", "consensus", "published", "assumption"}
    for key, node in leaves(reference()):
        if node.origin and node.origin.status != "assumption":
            assert len(node.origin.source) > 10, key


def test_fasting_is_that_of_the_anaesthesia_society():
    fasting = shipped("stepped-series").preparation.fasting

    assert (fasting.clear_fluids_h, fasting.light_meal_h, fasting.solid_meal_h) == (2, 6, 8)


def test_a_protocol_as_careful_as_the_reference_is_told_nothing():
    assert softer_than_reference(shipped("monitored-bed")) == []
