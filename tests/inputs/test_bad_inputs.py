"""One fault at a time in real files, and the exact sentence that the user reads about it.

Every case writes a table, DICOM files or a BIDS dataset, breaks one thing, and asks the checks
that run before anything is computed. ``tests/unit/bad_inputs.yaml`` holds the sentences.
"""

import gzip
import json
import os
import re
import shutil
import struct
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import yaml
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit, JPEGLosslessSV1

from restpain.cohort.checks import cohort_problems, problem_table, sentences
from restpain.cohort.design import score_problems, two_sample_design
from restpain.cohort.index import participant_index
from restpain.cohort.participants import Comparison, included, read_participants
from restpain.simulation.dicom_enhanced import write_enhanced_series
from restpain.simulation.protocol import FIRST_SESSION, rest_sequence, simulated_person
from small_dicom import REST, T1, write_mosaics, write_participant, write_series

SENTENCES = yaml.safe_load(Path(__file__).with_name("bad_inputs.yaml").read_text())
SETTINGS = {"drop_volumes": 5, "slice_order": "off", "band_hz": (0.01, 0.1)}
ALL_CASES = {}


def case(function):
    """Register a fault under the name of its function."""
    ALL_CASES[function.__name__] = function
    return function


def said_of_folders(data, source, **settings):
    indices = [
        participant_index(folder, participant_id=folder.name, source=source)
        for folder in sorted(Path(data).iterdir())
        if folder.is_dir()
    ]
    rows = cohort_problems(indices, **(SETTINGS | settings))
    return sentences(problem_table(rows))


# Tables

TABLE = """\
participant_id\tgroup\tage\tsex\tnrs
sub-01\tpatient\t61\tM\t4
sub-02\tpatient\t55\tF\t6
sub-03\tpatient\t47\tM\t5
sub-04\tpatient\t39\tF\t7
sub-05\tcontrol\t58\tF\tn/a
sub-06\tcontrol\t50\tM\tn/a
sub-07\tcontrol\t44\tF\tn/a
sub-08\tcontrol\t61\tM\tn/a
"""


def said_of_table(folder, content, *, covariates=("age", "sex"), score="nrs"):
    path = folder / "participants.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        table = included(read_participants(path, Comparison("patient", "control")))
        problems = score_problems(table[table["group"] == "patient"], score, [])
        if problems:
            return problems
        two_sample_design(table, Comparison("patient", "control", list(covariates)))
    except ValueError as error:
        return str(error).splitlines()
    return []


def of_table(name, change, **settings):
    ALL_CASES[name] = lambda folder: said_of_table(folder, change(TABLE), **settings)


of_table("table_without_an_id_column", lambda t: t.replace("participant_id", "id"))
of_table("table_without_a_group_column", lambda t: t.replace("group", "arm"))
of_table("table_with_an_id_twice", lambda t: t.replace("sub-02", "sub-01"))
of_table("table_with_an_unknown_group", lambda t: t.replace("sub-08\tcontrol", "sub-08\tControl"))
of_table("table_with_text_as_age", lambda t: t.replace("\t61\tM\t4", "\tsixty\tM\t4"))
of_table("table_with_a_decimal_comma", lambda t: t.replace("\t61\tM\t4", "\t61,5\tM\t4"))
of_table("table_with_a_missing_covariate", lambda t: t.replace("\t61\tM\t4", "\tn/a\tM\t4"))
of_table("table_separated_by_commas", lambda t: t.replace("\t", ","))
of_table("table_separated_by_semicolons", lambda t: t.replace("\t", ";"))
of_table("table_not_in_utf8", lambda t: t.replace("sex", "geschlächt").encode("latin-1"))
of_table("table_with_a_ragged_row", lambda t: t.replace("\t61\tM\t4", "\t61\tM\t4\tx"))
of_table("table_with_decimal_commas", lambda t: re.sub(r"\t(\d\d)\t", r"\t\1,5\t", t))
of_table("table_with_an_infinite_age", lambda t: t.replace("\t61\tM\t4", "\tinf\tM\t4"))
of_table("table_with_a_column_twice", lambda t: t.replace("nrs", "age"), score=None)
of_table("table_in_utf_16", lambda t: t.encode("utf-16"))
of_table("table_separated_by_spaces", lambda t: t.replace("\t", " "))
of_table("table_with_an_open_quote", lambda t: t.replace("sub-02", '"sub-02'))
of_table("table_with_a_cell_beyond_all_bounds", lambda t: t.replace("sub-02", "x" * 200_000))
of_table("table_with_a_zero_byte", lambda t: t.replace("sub-02", "sub-0\0"))
of_table("table_without_rows", lambda t: t.splitlines()[0])
of_table("empty_table", lambda t: "")
of_table("table_with_a_path_as_id", lambda t: t.replace("sub-02", "../../etc"))
of_table("table_with_a_space_in_an_id", lambda t: t.replace("sub-02", "sub 02"))
of_table("table_with_a_quote_in_an_id", lambda t: t.replace("sub-02", "sub-0'2"))
of_table("table_with_a_shell_command_as_id", lambda t: t.replace("sub-02", "$(touch x)"))
of_table("table_with_a_line_break_in_an_id", lambda t: t.replace("sub-02", '"sub-0\n2"'))
of_table("table_with_html_as_id", lambda t: t.replace("sub-02", "<script>alert(1)</script>"))
of_table(
    "table_with_no_as_reason",
    lambda t: t.replace("nrs", "exclude").replace("\t4\n", "\tno\n"),
    score=None,
)
of_table("covariate_that_the_table_lacks", lambda t: t, covariates=("age", "iq"))
of_table("score_that_the_table_lacks", lambda t: t, score="vas")
of_table("score_with_text", lambda t: t.replace("\t61\tM\t4", "\t61\tM\tsevere"))
of_table("group_of_two", lambda t: "".join(t.splitlines(keepends=True)[:7]))
of_table(
    "covariate_that_separates_the_groups",
    lambda t: "".join(
        line.replace("\tF\t", "\tM\t") if "patient\t" in line else line.replace("\tM\t", "\tF\t")
        for line in t.splitlines(keepends=True)
    ),
)
of_table("covariate_that_is_constant", lambda t: t.replace("\tF", "\tM"))


def test_what_spreadsheets_do_to_a_good_table_does_not_matter(tmp_path):
    saved = b"\xef\xbb\xbf" + TABLE.replace("\n", "\r\n").encode() + b"\t\t\t\t\r\n"

    assert said_of_table(tmp_path, saved) == []


# DICOM


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

    ALL_CASES[function.__name__] = run
    return function


def files(folder, part):
    return sorted((folder / part).iterdir())


def rewrite(paths, change):
    """Change data sets and write them anew, so that the linked original stays."""
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


# BIDS

SIDECAR = {"RepetitionTime": 2.0, "EchoTime": 0.03, "Manufacturer": "Philips"}
AFFINE = np.diag([3.0, 3.0, 4.0, 1.0])


def write_image(path, shape, *, tr=2.0, affine=AFFINE, dtype=np.int16, unit="sec"):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(0).integers(0, 1000, shape).astype(dtype)
    image = nib.Nifti1Image(values, affine)
    image.header.set_xyzt_units("mm", unit)
    if len(shape) == 4:
        image.header.set_zooms((*image.header.get_zooms()[:3], tr))
    nib.save(image, path)


def of_bids(function):
    """Register a fault in a BIDS participant; gives ``change(bold, sidecar) -> settings``."""

    def run(folder, good):
        root = folder / "data" / "sub-01"
        bold = root / "func" / "sub-01_task-rest_bold.nii.gz"
        write_image(bold, (10, 10, 8, 40))
        write_image(
            root / "anat" / "sub-01_T1w.nii.gz", (44, 44, 44), affine=np.diag([3.0, 3, 3, 1])
        )
        sidecar = bold.with_name("sub-01_task-rest_bold.json")
        sidecar.write_text(json.dumps(SIDECAR))
        return said_of_folders(folder / "data", "bids", **(function(bold, sidecar) or {}))

    ALL_CASES[function.__name__] = run
    return function


def with_sidecar(sidecar, **changes):
    content = {key: value for key, value in (SIDECAR | changes).items() if value is not None}
    sidecar.write_text(json.dumps(content))


@of_bids
def bids_without_sidecar_and_repetition_time(bold, sidecar):
    sidecar.unlink()
    write_image(bold, (10, 10, 8, 40), tr=0)


@of_bids
def bids_repetition_time_in_milliseconds(bold, sidecar):
    with_sidecar(sidecar, RepetitionTime=2000)


@of_bids
def bids_header_of_another_repetition_time(bold, sidecar):
    write_image(bold, (10, 10, 8, 40), tr=1.0)


@of_bids
def bids_sidecar_that_is_no_json(bold, sidecar):
    sidecar.write_text("RepetitionTime: 2")


@of_bids
def bids_repetition_time_of_zero(bold, sidecar):
    with_sidecar(sidecar, RepetitionTime=0)


@of_bids
def bids_slice_times_as_text(bold, sidecar):
    with_sidecar(sidecar, SliceTiming="interleaved")
    return {"slice_order": None}


@of_bids
def bids_slice_times_of_another_number(bold, sidecar):
    with_sidecar(sidecar, SliceTiming=[0.0, 0.5, 1.0])
    return {"slice_order": None}


@of_bids
def bids_slice_times_in_milliseconds(bold, sidecar):
    with_sidecar(sidecar, SliceTiming=[250.0 * number for number in range(8)])
    return {"slice_order": None}


@of_bids
def bids_without_slice_times(bold, sidecar):
    return {"slice_order": None}


@of_bids
def bids_image_that_ends_early(bold, sidecar):
    bold.write_bytes(bold.read_bytes()[:5000])


@of_bids
def bids_image_that_is_text(bold, sidecar):
    bold.write_text("this is no image")


@of_bids
def bids_run_of_one_volume(bold, sidecar):
    write_image(bold, (10, 10, 8))


@of_bids
def bids_two_runs(bold, sidecar):
    for run in "12":
        shutil.copy(bold, bold.with_name(f"sub-01_task-rest_run-{run}_bold.nii.gz"))
    bold.unlink()


@of_bids
def bids_two_sessions(bold, sidecar):
    root = bold.parents[1]
    for session in "12":
        for name in ("anat", "func"):
            for path in (root / name).glob("*.nii.gz"):
                target = root / f"ses-{session}" / name
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target / path.name.replace("_", f"_ses-{session}_", 1))
    shutil.rmtree(root / "anat")
    shutil.rmtree(root / "func")


@of_bids
def bids_without_t1(bold, sidecar):
    shutil.rmtree(bold.parents[1] / "anat")


@of_bids
def bids_image_without_orientation(bold, sidecar):
    image = nib.load(bold)
    image.set_sform(None, code=0)
    image.set_qform(None, code=0)
    nib.save(nib.Nifti1Image(np.asarray(image.dataobj), None, image.header), bold)


@of_bids
def bids_image_of_not_a_number(bold, sidecar):
    write_image(bold, (10, 10, 8, 40), dtype=np.float32)
    image = nib.load(bold)
    values = image.get_fdata(dtype=np.float32)
    values[5, 5, 4, 20] = np.nan
    nib.save(nib.Nifti1Image(values, image.affine, image.header), bold)


def with_affine(path, affine):
    """Write the affine into the sform, whatever is wrong with it."""
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[252:256] = struct.pack("<hh", 0, 1)  # codes of qform and sform
    content[280:328] = np.asarray(affine, "<f4")[:3].tobytes()
    path.write_bytes(gzip.compress(bytes(content)))


@of_bids
def bids_affine_of_not_a_number(bold, sidecar):
    with_affine(bold, np.full((4, 4), np.nan))


@of_bids
def bids_affine_of_zeros(bold, sidecar):
    with_affine(bold, np.zeros((4, 4)))


@of_bids
def bids_affine_that_is_singular(bold, sidecar):
    with_affine(bold, [[3, 3, 0, 0], [3, 3, 0, 0], [0, 0, 4, 0], [0, 0, 0, 1]])


@of_bids
def bids_affine_of_other_voxels_than_the_header(bold, sidecar):
    with_affine(bold, np.diag([1.0, 1, 1, 1]))


@of_bids
def bids_qform_of_not_a_number(bold, sidecar):
    content = bytearray(gzip.decompress(bold.read_bytes()))
    content[252:256] = struct.pack("<hh", 1, 0)
    content[256:268] = struct.pack("<fff", np.nan, np.nan, np.nan)
    bold.write_bytes(gzip.compress(bytes(content)))


@of_bids
def bids_voxels_of_no_size(bold, sidecar):
    content = bytearray(gzip.decompress(bold.read_bytes()))
    content[80:92] = struct.pack("<fff", 0, 0, 0)
    bold.write_bytes(gzip.compress(bytes(content)))


@of_bids
def bids_run_of_two_dimensions(bold, sidecar):
    write_image(bold, (10, 10))


@of_bids
def bids_run_of_three_dimensions(bold, sidecar):
    write_image(bold, (10, 10, 8))


@of_bids
def bids_run_of_five_dimensions(bold, sidecar):
    write_image(bold, (10, 10, 8, 40, 3))


@of_bids
def bids_t1_of_four_dimensions(bold, sidecar):
    write_image(bold.parents[1] / "anat" / "sub-01_T1w.nii.gz", (44, 44, 44, 2))


@of_bids
def bids_t1_of_two_dimensions(bold, sidecar):
    write_image(bold.parents[1] / "anat" / "sub-01_T1w.nii.gz", (44, 44))


@of_bids
def bids_run_of_one_slice(bold, sidecar):
    write_image(bold, (10, 10, 1, 40))


@of_bids
def bids_header_dimensions_of_more_than_the_file(bold, sidecar):
    content = bytearray(gzip.decompress(bold.read_bytes()))
    content[40:56] = struct.pack("<8h", 4, 10, 10, 8, 400, 1, 1, 1)
    bold.write_bytes(gzip.compress(bytes(content)))


@of_bids
def bids_header_dimensions_below_zero(bold, sidecar):
    content = bytearray(gzip.decompress(bold.read_bytes()))
    content[40:56] = struct.pack("<8h", 4, 10, 10, -8, 40, 1, 1, 1)
    bold.write_bytes(gzip.compress(bytes(content)))


@of_bids
def bids_header_repetition_time_in_milliseconds_called_seconds(bold, sidecar):
    sidecar.unlink()
    write_image(bold, (10, 10, 8, 40), tr=2000)


@of_bids
def bids_header_repetition_time_of_not_a_number(bold, sidecar):
    sidecar.unlink()
    content = bytearray(gzip.decompress(bold.read_bytes()))
    content[92:96] = struct.pack("<f", np.nan)
    bold.write_bytes(gzip.compress(bytes(content)))


@of_bids
def bids_slice_times_beyond_the_repetition_time(bold, sidecar):
    with_sidecar(sidecar, SliceTiming=[0.3 * number for number in range(8)])
    return {"slice_order": None}


@of_bids
def bids_slice_times_below_zero(bold, sidecar):
    with_sidecar(sidecar, SliceTiming=[0.25 * number - 1 for number in range(8)])
    return {"slice_order": None}


@of_bids
def bids_image_of_zeros(bold, sidecar):
    image = nib.Nifti1Image(np.zeros((10, 10, 8, 40), np.int16), AFFINE)
    image.header.set_xyzt_units("mm", "sec")
    image.header.set_zooms((3, 3, 4, 2))
    nib.save(image, bold)


@of_bids
def bids_complex_image(bold, sidecar):
    write_image(bold, (10, 10, 8, 40), dtype=np.complex64)


@of_bids
def bids_colour_image(bold, sidecar):
    values = np.zeros((10, 10, 8, 40), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    nib.save(nib.Nifti1Image(values, AFFINE), bold)


@of_bids
def bids_image_that_is_no_gzip(bold, sidecar):
    bold.write_bytes(gzip.decompress(bold.read_bytes()))


@of_bids
def bids_image_of_an_interrupted_gzip(bold, sidecar):
    content = bold.read_bytes()
    bold.write_bytes(content[: len(content) - 12])


@of_bids
def bids_empty_image(bold, sidecar):
    bold.write_bytes(b"")


@of_bids
def bids_folder_that_is_missing(bold, sidecar):
    shutil.rmtree(bold.parents[1])
    bold.parents[1].mkdir()


def test_series_that_lie_in_one_folder_are_told_apart(tmp_path, good_dicom):
    folder = tmp_path / "data" / "sub-01"
    shutil.copytree(good_dicom, folder)
    task = REST | {"SeriesNumber": 6, "SeriesDescription": "task", "EchoTime": 90}
    write_series(folder / REST_PART, (10, 10, 8), n_volumes=40, **task)
    for path in files(folder, T1_PART):
        path.rename(folder / REST_PART / path.name)

    assert said_of_folders(tmp_path / "data", "dicom") == []


def test_letters_beyond_ascii_pass(tmp_path):
    text = TABLE.replace("nrs", "schmerz_größe").replace("\tM\t", "\tmännlich\t")

    assert said_of_table(tmp_path, text, score="schmerz_größe") == []


@pytest.mark.parametrize("name", ALL_CASES)
def test_the_sentence_about(name, tmp_path, good_dicom):
    function = ALL_CASES[name]
    said = function(tmp_path) if name.startswith(TABLE_CASES) else function(tmp_path, good_dicom)

    assert said == SENTENCES[name]


TABLE_CASES = ("table", "empty_table", "covariate", "score", "group")


def test_each_sentence_belongs_to_a_case_and_there_are_forty():
    assert list(SENTENCES) == list(ALL_CASES)
    assert len({tuple(lines) for lines in SENTENCES.values()}) >= 40
