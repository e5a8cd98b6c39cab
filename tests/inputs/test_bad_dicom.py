"""One fault at a time in the DICOM files of participants, and the exact sentence about it.

``bad_dicom.yaml`` holds the sentences.
"""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit, JPEGLosslessSV1

from cohort_inputs import said_of_folders
from restpain.simulation.dicom_enhanced import write_enhanced_series
from restpain.simulation.protocol import FIRST_SESSION, rest_sequence, simulated_person
from small_dicom import REST, T1, write_mosaics, write_participant, write_series

SENTENCES = yaml.safe_load(Path(__file__).with_name("bad_dicom.yaml").read_text())
CASES = {}


def case(function):
    """Register a fault under the name of its function."""
    CASES[function.__name__] = function
    return function


@pytest.fixture(scope="session")
def good_dicom(tmp_path_factory):
    """A participant without fault, to be copied."""
    folder = tmp_path_factory.mktemp("dicom")
    write_participant(folder)
    return folder


def of_dicom(function):
    """Register a fault in the files of one participant; gives ``change(folder) -> settings``."""

    def run(folder, good):
        target = folder / "data" / "sub-01"
        shutil.copytree(good, target, copy_function=os.link)
        return said_of_folders(folder / "data", "dicom", **(function(target) or {}))

    CASES[function.__name__] = run
    return function


def files(folder, part):
    return sorted((folder / part).iterdir())


def rewrite(paths, change):
    """Change data sets and write them again, so that the linked original stays."""
    for path in paths:
        image = dcmread(path)
        change(image)
        path.unlink()
        image.save_as(path)


def setting(**elements):
    def change(image):
        for keyword, value in elements.items():
            setattr(image, keyword, value)

    return change


def compressing(syntax):
    def change(image):
        image.file_meta.TransferSyntaxUID = syntax
        image.PixelData = encapsulate([b"\0" * 64])
        image["PixelData"].is_undefined_length = True

    return change


REST_PART, T1_PART = "b/c", "a"


@of_dicom
def dicom_folder_that_is_empty(folder):
    shutil.rmtree(folder)
    folder.mkdir()


@of_dicom
def dicom_folder_of_other_files(folder):
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "letter.pdf").write_bytes(b"%PDF-1.4 and so on")


@of_dicom
def dicom_file_cut_in_its_pixels(folder):
    path = files(folder, REST_PART)[7]
    content = path.read_bytes()[:-40]
    path.unlink()
    path.write_bytes(content)


@of_dicom
def dicom_file_cut_in_its_header(folder):
    path = files(folder, REST_PART)[7]
    content = path.read_bytes()[:500]
    path.unlink()
    path.write_bytes(content)


@of_dicom
def dicom_image_missing(folder):
    files(folder, REST_PART)[100].unlink()


@of_dicom
def dicom_slice_missing_in_every_volume(folder):
    for path in files(folder, REST_PART):
        if path.name.endswith("_003"):
            path.unlink()


@of_dicom
def dicom_image_twice(folder):
    path = files(folder, REST_PART)[100]
    shutil.copy(path, path.with_name("copy"))


@of_dicom
def dicom_run_aborted_early(folder):
    for path in files(folder, REST_PART)[38 * 8 :]:
        path.unlink()


@of_dicom
def dicom_run_too_short(folder):
    for path in files(folder, REST_PART):
        path.unlink()
    write_series(folder / REST_PART, (10, 10, 8), n_volumes=32, **REST)


@of_dicom
def dicom_without_t1(folder):
    shutil.rmtree(folder / T1_PART)


@of_dicom
def dicom_without_rest_run(folder):
    shutil.rmtree(folder / REST_PART)


@of_dicom
def dicom_with_two_t1(folder):
    write_series(folder / "again", (44, 44, 44), **(T1 | {"SeriesNumber": 13}))


@of_dicom
def dicom_with_two_rest_runs(folder):
    write_series(folder / "again", (10, 10, 8), n_volumes=40, **(REST | {"SeriesNumber": 15}))


@of_dicom
def dicom_with_phase_images_only(folder):
    phase = setting(ImageType=["ORIGINAL", "PRIMARY", "PHASE MAP", "P", "FFE"])
    rewrite(files(folder, REST_PART), phase)


@of_dicom
def dicom_with_derived_images_only(folder):
    rewrite(files(folder, REST_PART), setting(ImageType=["DERIVED", "SECONDARY", "REFORMATTED"]))


@of_dicom
def dicom_series_of_two_sizes(folder):
    for path in files(folder, REST_PART)[-8:]:
        path.unlink()
    write_series(folder / "other", (12, 12, 8), n_volumes=1, **REST)


@of_dicom
def dicom_of_two_persons(folder):
    rewrite(files(folder, REST_PART), setting(PatientID="P2"))


@of_dicom
def dicom_compressed_with_loss(folder):
    rewrite(files(folder, REST_PART), compressing(JPEGBaseline8Bit))


@of_dicom
def dicom_compressed_without_loss(folder):
    rewrite(files(folder, REST_PART), compressing(JPEGLosslessSV1))


@of_dicom
def dicom_of_two_scale_slopes(folder):
    rewrite(files(folder, REST_PART)[:8], setting(RescaleSlope=2.5))


@of_dicom
def dicom_t1_of_thick_slices(folder):
    thick = setting(SliceThickness=8.0, SpacingBetweenSlices=8.0)

    def change(image):
        thick(image)
        x, y, z = image.ImagePositionPatient
        image.ImagePositionPatient = [x, y, z * 8 / 3]

    rewrite(files(folder, T1_PART), change)


@of_dicom
def dicom_without_slice_order(folder):
    return {"slice_order": None}


@of_dicom
def dicom_with_times_for_other_slices(folder):
    return {"slice_order": [0.0, 1.0, 0.5]}


@of_dicom
def dicom_with_times_beyond_the_repetition_time(folder):
    return {"slice_order": [250.0 * number for number in range(8)]}


@of_dicom
def more_volumes_dropped_than_there_are(folder):
    return {"drop_volumes": 50}


@of_dicom
def band_between_two_frequencies(folder):
    return {"band_hz": (0.011, 0.0112)}


@of_dicom
def band_beyond_nyquist(folder):
    return {"band_hz": (0.3, 0.4)}


@of_dicom
def band_reaching_beyond_nyquist(folder):
    return {"band_hz": (0.01, 0.4)}


@case
def dicom_of_another_repetition_time_than_the_others(folder, good):
    for number in range(1, 4):
        shutil.copytree(good, folder / "data" / f"sub-0{number}", copy_function=os.link)
    changed = files(folder / "data" / "sub-02", REST_PART)
    rewrite(changed, setting(RepetitionTime=2500))
    return [line for line in said_of_folders(folder / "data", "dicom") if "same" not in line]


@case
def dicom_of_one_person_under_two_ids(folder, good):
    for number in (1, 2):
        shutil.copytree(good, folder / "data" / f"sub-0{number}", copy_function=os.link)
    return said_of_folders(folder / "data", "dicom")


def mosaic(folder, **options):
    """Put Siemens mosaics in place of the rest series."""
    shutil.rmtree(folder / "b")
    write_mosaics(folder / "mosaic", n_volumes=40, **options)


@of_dicom
def dicom_mosaic(folder):
    mosaic(folder)


@of_dicom
def dicom_mosaic_that_hides_its_slices(folder):
    mosaic(folder, says_slices=False)


def enhanced(folder, change=lambda image: None):
    """Put one multi-frame file in place of the rest series."""
    shutil.rmtree(folder / "b")
    write_enhanced_series(
        folder / "b",
        np.arange(10 * 10 * 8 * 40).reshape(10, 10, 8, 40) % 1000,
        np.diag([3.0, 3.0, 4.0, 1.0]),
        person=simulated_person("01", age=61, sex="F"),
        sequence=rest_sequence(FIRST_SESSION, repetition_time=2.0),
        seed=[1],
    )
    rewrite(files(folder, "b"), lambda image: (setattr(image, "PatientID", "P1"), change(image)))


@of_dicom
def dicom_enhanced(folder):
    enhanced(folder)


@of_dicom
def dicom_enhanced_with_frames_missing(folder):
    def change(image):
        image.NumberOfFrames = 319
        image.PerFrameFunctionalGroupsSequence = image.PerFrameFunctionalGroupsSequence[:-1]
        image.PixelData = image.PixelData[: 319 * 200]

    enhanced(folder, change)


@of_dicom
def dicom_enhanced_with_fewer_frames_than_it_says(folder):
    def change(image):
        image.PixelData = image.PixelData[: 300 * 200]

    enhanced(folder, change)


@of_dicom
def dicom_enhanced_with_fewer_descriptions_than_frames(folder):
    def change(image):
        image.PerFrameFunctionalGroupsSequence = image.PerFrameFunctionalGroupsSequence[:-8]

    enhanced(folder, change)


@of_dicom
def dicom_enhanced_with_a_slice_missing(folder):
    def change(image):
        frames = image.PerFrameFunctionalGroupsSequence
        kept = [
            k
            for k, one in enumerate(frames)
            if one.FrameContentSequence[0].InStackPositionNumber != 4
        ]
        pixels = image.pixel_array[kept]
        image.PerFrameFunctionalGroupsSequence = [frames[k] for k in kept]
        image.NumberOfFrames = len(kept)
        image.PixelData = pixels.tobytes()

    enhanced(folder, change)


@of_dicom
def dicom_enhanced_without_its_last_slice(folder):
    def change(image):
        image.PerFrameFunctionalGroupsSequence = image.PerFrameFunctionalGroupsSequence[:280]
        image.NumberOfFrames = 280
        image.PixelData = image.PixelData[: 280 * 200]

    enhanced(folder, change)


@of_dicom
def dicom_mosaic_missing(folder):
    mosaic(folder)
    files(folder, "mosaic")[17].unlink()


@of_dicom
def dicom_slice_missing_among_ten(folder):
    shutil.rmtree(folder / "b")
    for path in write_series(folder / "b", (10, 10, 10), n_volumes=40, **REST):
        if path.name.endswith("_003"):
            path.unlink()


@of_dicom
def dicom_without_repetition_time(folder):
    rewrite(files(folder, REST_PART), lambda image: image.pop("RepetitionTime"))


@of_dicom
def dicom_two_series_of_one_uid(folder):
    for path in write_series(
        folder / "again", (10, 10, 8), n_volumes=40, **(REST | {"SeriesNumber": 15})
    ):
        image = dcmread(path)
        image.SeriesInstanceUID, image.SeriesNumber = "1.2.5", 5
        image.save_as(path)


@of_dicom
def dicom_links_to_nothing(folder):
    path = files(folder, REST_PART)[7]
    path.unlink()
    path.symlink_to(folder / "nowhere")


@of_dicom
def dicom_numbers_with_a_decimal_comma(folder):
    for path in files(folder, REST_PART):
        content = path.read_bytes().replace(b"2000.0", b"2000,0")
        path.unlink()
        path.write_bytes(content)


@of_dicom
def dicom_of_a_task(folder):
    rewrite(files(folder, REST_PART), setting(SeriesDescription="FingerTapping"))


@of_dicom
def dicom_of_diffusion_without_b_values(folder):
    rewrite(files(folder, REST_PART), setting(SequenceName="*ep_b0"))


@of_dicom
def dicom_of_a_defaced_t1(folder):
    rewrite(files(folder, T1_PART), setting(ImageType=["DERIVED", "SECONDARY"]))


@of_dicom
def dicom_split_over_two_uids(folder):
    rewrite(files(folder, REST_PART)[160:], setting(SeriesInstanceUID="1.2.99"))


@of_dicom
def dicom_two_runs_of_one_number(folder):
    paths = write_series(
        folder / "again", (10, 10, 8), n_volumes=40, **(REST | {"SeriesNumber": 15})
    )
    rewrite(paths, setting(SeriesNumber=5))


@of_dicom
def dicom_clock_that_contradicts_the_repetition_time(folder):
    for number, path in enumerate(files(folder, REST_PART)):
        seconds = 3 * (number // 8)
        time = f"10{seconds // 60:02d}{seconds % 60:02d}.000000"
        rewrite([path], setting(AcquisitionTime=time))


def test_series_that_lie_in_one_folder_are_distinguished(tmp_path, good_dicom):
    folder = tmp_path / "data" / "sub-01"
    shutil.copytree(good_dicom, folder)
    task = REST | {"SeriesNumber": 6, "SeriesDescription": "task", "EchoTime": 90}
    write_series(folder / REST_PART, (10, 10, 8), n_volumes=40, **task)
    for path in files(folder, T1_PART):
        path.rename(folder / REST_PART / path.name)

    assert said_of_folders(tmp_path / "data", "dicom") == []


@pytest.mark.parametrize("name", CASES)
def test_the_sentence_about(name, tmp_path, good_dicom):
    assert CASES[name](tmp_path, good_dicom) == SENTENCES[name]


def test_each_sentence_belongs_to_a_case():
    assert list(SENTENCES) == list(CASES)
