"""Parts of one run are joined, two runs are not."""

import pytest

from cohort_inputs import said_of_folders
from restpain.cohort.dicom_series import folder_series, probed_sidecar
from restpain.cohort.timing_checks import OR_ORDER
from small_dicom import REST, T1, as_siemens_export, rewrite, write_series

SHAPE = (10, 10, 8)


def found(folder):
    """Number, volumes and parts of the series of a folder."""
    series, _ = folder_series(folder)
    return [(one.facts["number"], one.facts["n_volumes"], one.facts["n_parts"]) for one in series]


def uid_by(rule):
    """Give a change of the UID by volume and slice."""

    def change(image, volume, number):
        image.SeriesInstanceUID = f"1.2.5.{int(rule(volume, number))}"

    return change


@pytest.mark.parametrize(
    ("rule", "n_parts"),
    [
        (lambda volume, number: volume % 2, 2),
        (lambda volume, number: volume > 17, 2),  # a pause
        (lambda volume, number: volume, 24),
        (lambda volume, number: number, 8),  # Canon
    ],
)
def test_parts_of_one_number_that_are_numbered_on_are_one_series(tmp_path, rule, n_parts):
    rewrite(write_series(tmp_path, SHAPE, n_volumes=24, **REST), uid_by(rule))

    assert found(tmp_path) == [(5, 24, n_parts)]


@pytest.mark.parametrize(
    ("first", "words", "n_volumes"), [(5001, ["MFSPLIT"], 4), (5, ["MFSPLIT"], 4), (5, [], 20)]
)
def test_volumes_in_series_of_their_own_are_one_series(tmp_path, first, words, n_volumes):
    def change(image, *place):
        as_siemens_export(image, *place, first=first, words=words)

    rewrite(write_series(tmp_path, SHAPE, n_volumes=n_volumes, **REST), change)

    assert found(tmp_path) == [(first, n_volumes, n_volumes)]


def test_a_volume_that_is_missing_among_them_is_told(tmp_path):
    paths = write_series(tmp_path, SHAPE, n_volumes=5, **REST)
    rewrite(paths, as_siemens_export)
    for path in paths[16:24]:
        path.unlink()

    (series,), _ = folder_series(tmp_path)

    assert (series.facts["n_volumes"], series.facts["n_numbers_missing"]) == (4, 1)


def export_of(first):
    def change(image, *place):
        as_siemens_export(image, *place, first=first)

    return change


@pytest.mark.parametrize("second", [6001, 45])
def test_two_such_runs_stay_two(tmp_path, second):
    first = 5001 if second > 1000 else 5
    for folder, number in (("a", first), ("b", second)):
        rewrite(write_series(tmp_path / folder, SHAPE, n_volumes=40, **REST), export_of(number))

    assert found(tmp_path) == [(first, 40, 40), (second, 40, 40)]


@pytest.mark.parametrize("again", [0, 1000])
def test_two_whole_runs_of_one_number_stay_two(tmp_path, again):
    def change(image, *place):
        image.SeriesNumber, image.InstanceNumber = 5, image.InstanceNumber + again

    write_series(tmp_path / "a", SHAPE, n_volumes=20, **REST)
    second = write_series(tmp_path / "b", SHAPE, n_volumes=20, **(REST | {"SeriesNumber": 15}))
    rewrite(second, change)

    assert found(tmp_path) == [(5, 20, 1), (5, 20, 1)]


def test_a_t1_that_was_repeated_is_no_series_of_two_volumes(tmp_path):
    for number in (3, 4):
        paths = write_series(tmp_path, (10, 10, 8), **(T1 | {"SeriesNumber": number}))
        rewrite(paths, uid_by(lambda volume, slice_index, number=number: number))

    assert found(tmp_path) == [(3, 1, 1), (4, 1, 1)]


def test_runs_of_two_protocols_are_not_joined(tmp_path):
    def change(image, volume, number):
        uid_by(lambda volume, number: volume > 11)(image, volume, number)
        image.ProtocolName = "a" if volume > 11 else "b"

    rewrite(write_series(tmp_path, SHAPE, n_volumes=24, **REST), change)

    assert found(tmp_path) == [(5, 12, 1), (5, 12, 1)]


ORDER = [0, 2, 4, 6, 1, 3, 5, 7]


def with_times(image, volume, number):
    """Make an image one of an export that keeps the time of each slice, a private tag (s)."""
    as_siemens_export(image, volume, number)
    image.SoftwareVersions = "syngo MR XA30"
    block = image.private_block(0x21, "SIEMENS MR SDI 02", create=True)
    block.add_new(0x04, "DS", str(0.25 * ORDER.index(number)))


@pytest.mark.parametrize("change", [with_times, as_siemens_export])
def test_slice_times_of_a_joined_run_are_those_of_its_headers_or_asked_for(tmp_path, change):
    folder = tmp_path / "sub-01"
    write_series(folder / "t1", (44, 44, 44), **T1)
    rewrite(write_series(folder / "rest", SHAPE, n_volumes=20, **REST), change)

    rest = next(one for one in folder_series(folder)[0] if one.facts["kind"] == "rest")
    known = [0, 1.0, 0.25, 1.25, 0.5, 1.5, 0.75, 1.75] if change is with_times else None
    assert probed_sidecar(rest).get("SliceTiming") == known
    said = said_of_folders(tmp_path, "dicom", slice_order=None)
    sentence = (
        "sub-01, series 5001: no slice times in the data; expected the order of the slices, which "
        f"is never guessed; ask who ran the scanner and {OR_ORDER}"
    )
    assert [one for one in said if "slice" in one] == ([] if known else [sentence])
