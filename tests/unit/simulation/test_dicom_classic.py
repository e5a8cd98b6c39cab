"""Classic DICOM files against pydicom and, as an independent reader, dcm2niix."""

import warnings

import numpy as np
import pytest
from pydicom import config, dcmread

from restpain.simulation.dicom_classic import write_series
from restpain.simulation.dicom_enhanced import write_enhanced_series
from simulated_dicom import AXIAL, SAGITTAL, SHAPE, converted, series


def test_every_file_says_which_slice_and_volume_it_holds(tmp_path):
    image, affine, n_files = series(tmp_path)

    assert n_files == len(list(tmp_path.iterdir())) == 30
    for number in (1, 8, 30):
        volume, index = divmod(number - 1, 6)
        dataset = dcmread(tmp_path / f"IM_{number:05d}")
        assert dataset.InstanceNumber == number
        assert dataset.TemporalPositionIdentifier == volume + 1
        assert dataset[0x2001, 0x100A].value == index + 1
        position = affine @ [0, 0, index, 1] * [-1, -1, 1, 1]
        np.testing.assert_allclose(dataset.ImagePositionPatient, position[:3], atol=1e-8)
        # the volumes start 2 s apart, the first a second before ten
        expected = f"{['095959', '100001', '100003', '100005', '100007'][volume]}.000"
        assert dataset.AcquisitionTime == dataset.ContentTime == expected
        signal = dataset.pixel_array.T / dataset[0x2005, 0x100E].value
        np.testing.assert_allclose(signal, image[:, :, index, volume], atol=0.12)


def test_the_file_is_named_alike_inside_and_outside_of_the_data_set(tmp_path):
    series(tmp_path)
    datasets = [dcmread(path) for path in sorted(tmp_path.iterdir())]

    assert len({dataset.SOPInstanceUID for dataset in datasets}) == 30
    assert len({dataset.SeriesInstanceUID for dataset in datasets}) == 1
    for dataset in datasets:
        assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
        assert dataset.SOPInstanceUID.is_valid


def test_nothing_tells_the_order_of_the_slices(tmp_path):
    series(tmp_path)
    datasets = [dcmread(path) for path in tmp_path.iterdir()]

    times = {(d.TemporalPositionIdentifier, d.AcquisitionTime) for d in datasets}
    assert len(times) == 5  # one time per volume
    assert all("TriggerTime" not in dataset for dataset in datasets)


def test_identifying_elements_are_filled_with_fiction(tmp_path):
    series(tmp_path)
    dataset = dcmread(tmp_path / "IM_00001")

    assert dataset.PatientName == "Simulated^Person 03"
    assert dataset.PatientBirthDate == "19590101"
    assert dataset.PatientAge == "061Y"
    assert dataset.PatientSex == "F"
    assert dataset.InstitutionName == "Simulated Hospital"
    assert dataset[0x2005, 0x1391].value == "Simulated^Person 03"


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        series(tmp_path / name)

    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes()


@pytest.mark.parametrize(
    ("axes", "shape"), [(AXIAL, SHAPE), (SAGITTAL, (12, 10, 6))], ids=["axial", "sagittal"]
)
def test_dcm2niix_reads_one_image_in_the_right_place_with_the_right_values(tmp_path, axes, shape):
    image, affine, _ = series(tmp_path / "dicom", axes=axes, shape=shape)

    found, sidecar, _ = converted(tmp_path / "dicom", tmp_path / "nifti")

    # storage order to the converted order: a signed permutation of the axes
    to_converted = np.linalg.inv(found.affine) @ affine
    whole = np.rint(to_converted)
    np.testing.assert_allclose(to_converted, whole, atol=1e-3)
    np.testing.assert_allclose(found.affine @ whole, affine, atol=1e-3)
    voxels = np.indices(shape[:3]).reshape(3, -1)
    there = np.rint(whole[:3, :3] @ voxels + whole[:3, 3:]).astype(int)
    np.testing.assert_allclose(
        found.get_fdata()[tuple(there)], image.reshape(-1, *shape[3:]), atol=0.12
    )
    assert sidecar["RepetitionTime"] == 2
    assert sidecar["EchoTime"] == 0.03
    assert "SliceTiming" not in sidecar


@pytest.mark.parametrize("write", [write_series, write_enhanced_series])
@pytest.mark.parametrize(
    ("name", "axes", "shape"), [("rest", AXIAL, SHAPE), ("T1", SAGITTAL, (12, 10, 6))]
)
def test_dcm2niix_and_pydicom_read_each_kind_of_series_without_a_warning(
    tmp_path, monkeypatch, write, name, axes, shape
):
    series(tmp_path / "dicom", axes=axes, shape=shape, write=write, name=name)

    _, _, printed = converted(tmp_path / "dicom", tmp_path / "nifti")
    monkeypatch.setattr(config.settings, "reading_validation_mode", config.RAISE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in (tmp_path / "dicom").iterdir():
            dataset = dcmread(path)
            assert dataset.pixel_array.shape[-2:] == (10, 12)
            str(dataset)

    # version, settings, number of files, scale, name of the image, time; and nothing else
    words = ["Chris", "Defaults", "Found", "Philips", "Convert", "Conversion"]
    assert [line.split()[0] for line in printed.splitlines() if line] == words
