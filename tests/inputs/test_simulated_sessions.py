"""Checks that the conversion stage takes both kinds of DICOM that the simulator writes."""

import nibabel as nib
import numpy as np
import pytest
from pydicom import dcmread

from restpain.cohort.dicom_conversion import checked_conversion
from restpain.cohort.dicom_series import folder_series
from restpain.io.tables import read_json
from restpain.simulation.dicom_classic import write_series
from restpain.simulation.dicom_enhanced import write_enhanced_series
from restpain.simulation.geometry import oblique_affine, rotation
from restpain.simulation.protocol import (
    FIRST_SESSION,
    rest_sequence,
    simulated_person,
    t1_sequence,
)
from scripts.cohort.convert_dicom import convert_dicom
from scripts.cohort.index_participants import index_participants

SHAPES = {"T1": (60, 60, 48), "rest": (24, 20, 10, 25)}
SEQUENCES = {
    "T1": t1_sequence(FIRST_SESSION),
    "rest": rest_sequence(FIRST_SESSION, repetition_time=2.0),
}
TILT = rotation(np.deg2rad([-9, 3, 4]))[:3, :3]
AXES = {  # the T1 is sagittal, the rest run axial
    "T1": TILT @ np.array([[0, 0, -1.0], [-1, 0, 0], [0, -1, 0]]),
    "rest": TILT @ np.diag([-1.0, -1.0, 1.0]),
}


def series(folder, name, write=write_series):
    """Write noise as the DICOM series of a name."""
    shape = SHAPES[name]
    image = np.random.default_rng(0).uniform(0, 900, size=shape)
    affine = oblique_affine(
        shape[:3], [4.6, 4.1, 5.0], axes=AXES[name], centre_mm=[3.0, -20.0, 11.0]
    )
    person = simulated_person("03", age=61, sex="F")
    write(folder, image, affine, person=person, sequence=SEQUENCES[name], seed=[7, 2])


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """The same session as classic and as enhanced DICOM, indexed and converted."""
    found = {}
    for kind, write in (("classic", write_series), ("enhanced", write_enhanced_series)):
        folder = tmp_path_factory.mktemp(kind)
        index = folder / "sub-03.json"
        for name in SHAPES:
            series(folder / "sub-03" / name, name, write)
        index_participants(
            folders_paths=[str(folder / "sub-03")],
            indices_paths=[str(index)],
            source="dicom",
            select={},
            repetition_time_s=None,
            maps=None,
        )
        paths = {f"{name}_path": str(folder / f"{name}.nii.gz") for name in ("t1w", "bold")} | {
            f"{name}_sidecar_path": str(folder / f"{name}.json") for name in ("t1w", "bold")
        }
        convert_dicom(folder=str(folder / "sub-03"), index_path=str(index), **paths)
        found[kind] = folder
    return found


@pytest.mark.parametrize("name", ["t1w", "bold"])
def test_enhanced_and_classic_sessions_convert_to_the_same_image(converted, name):
    classic, enhanced = (nib.load(converted[kind] / f"{name}.nii.gz") for kind in converted)

    np.testing.assert_array_equal(classic.get_fdata(), enhanced.get_fdata())
    np.testing.assert_allclose(classic.affine, enhanced.affine, atol=1e-3)


def test_the_index_sees_the_same_series_in_both(converted):
    classic, enhanced = (
        {one["kind"]: one for one in read_json(converted[kind] / "sub-03.json")["series"]}
        for kind in converted
    )

    for kind in ("t1", "rest"):
        assert enhanced[kind]["layout"] == "enhanced"
        for key in ("vendor", "n_volumes", "repetition_time_s", "echo_time_ms", "acquisition"):
            assert enhanced[kind][key] == classic[kind][key], key
        assert sorted(enhanced[kind]["matrix"]) == sorted(classic[kind]["matrix"])
    assert "SliceTiming" not in read_json(converted["enhanced"] / "bold.json")


def number_slice_by_slice(folder):
    """Number the images of a series as real Philips exports do: all volumes of a slice first."""
    for path in folder.iterdir():
        dataset = dcmread(path)
        before = (dataset[0x2001, 0x100A].value - 1) * dataset.NumberOfTemporalPositions
        dataset.InstanceNumber = before + dataset.TemporalPositionIdentifier
        dataset.save_as(path)


def test_a_series_that_is_numbered_slice_by_slice_converts_to_the_same_image(tmp_path):
    for kind in ("by_volume", "by_slice"):
        series(tmp_path / kind, "rest")
    number_slice_by_slice(tmp_path / "by_slice")

    found = [folder_series(tmp_path / kind)[0][0] for kind in ("by_volume", "by_slice")]

    for one in found:
        del one.facts["files_digest"]  # of sizes and times
    assert found[0].facts == found[1].facts
    assert found[0].facts["kind"] == "rest"
    images = [checked_conversion(one.paths, one.facts, name="rest") for one in found]
    assert images[0] == images[1]
