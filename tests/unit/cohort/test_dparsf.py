"""Working folder of DPARSF, made here in its layout from noise."""

import json
import os

import numpy as np
import pytest

from cohort_inputs import said_of_folders, write_image
from restpain.cohort.derivative_index import run_images
from restpain.cohort.dparsf import (
    named_by_data,
    participant_places,
    program,
    scan_facts,
    series_folders,
    steps_of,
)
from restpain.cohort.index import participant_index

SHAPE = (10, 10, 8, 40)
TR_INFO = """\
Subject ID\tTR\tSlice Number\tTime Points\tVoxel Size
Sub_001\t1.5\t33\t50\t3\t3\t4
"""
MOTION = np.random.default_rng(5).normal(0, 0.1, (40, 6))


@pytest.fixture
def working(tmp_path):
    """Working folder of one participant, Sub_001, with one series folder in MNI space."""
    write_image(tmp_path / "FunImgARCW" / "Sub_001" / "wCovRegressed_4DVolume.nii", SHAPE, tr=1.0)
    write_image(tmp_path / "FunImgAR" / "Sub_001" / "rSmithson.nii", SHAPE)
    (tmp_path / "FunImgARCovs" / "Sub_001").mkdir(parents=True)
    motion = tmp_path / "RealignParameter" / "Sub_001"
    motion.mkdir(parents=True)
    np.savetxt(motion / "rp_aSmithson.txt", MOTION)
    np.savetxt(motion / "FD_Jenkinson_Sub_001.txt", np.linspace(0, 0.39, 40))
    write_image(tmp_path / "Masks" / "AllResampled_BrainMask_05_91x109x91.nii", SHAPE[:3])
    (tmp_path / "TRInfo.tsv").write_text(TR_INFO)
    return tmp_path


def index(working, place="FunImgARCW", **wanted):
    return participant_index(
        working / place / "Sub_001",
        participant_id="sub-Sub001",
        source="derivatives",
        select={"t1": {}, "rest": wanted},
    )


def said(working, place="FunImgARCW", **settings):
    return said_of_folders(working / place, "derivatives", **settings)


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("FunImg", ""),
        ("FunImgARCWF", "ARCWF"),
        ("FunImgARglobalCW", "ARCW"),
        ("FunImgARCovs", "AR"),
        ("S2_FunImgARCWF", "ARCWF"),
    ],
)
def test_the_letters_of_a_folder_are_its_steps(name, steps):
    assert "".join(steps_of(name)) == steps


def test_the_only_series_in_mni_space_is_taken_with_motion_mask_and_time(working):
    found = index(working)

    (run,) = [one for one in found["series"] if one["chosen"]]
    assert (run["label"], run["n_volumes"], run["space"]) == ("FunImgARCW", 40, "MNI of SPM")
    assert run["steps"] == [
        "slice timing",
        "realignment",
        "nuisance regression",
        "normalisation to MNI",
    ]
    assert (run["repetition_time_s"], run["repetition_time_source"]) == (1.5, "TRInfo.tsv")
    assert run["dropped_before"] == 10
    assert run["confounds"]["n_rows"] == 40
    assert run["confounds_path"] == "../../RealignParameter/Sub_001/rp_*.txt"
    assert run["mask_path"] == "../../Masks/AllResampled_BrainMask*.nii*"
    assert "Smithson" not in json.dumps(found)
    (other,) = [one for one in found["series"] if not one["chosen"]]
    assert other["not_rest"] == "not normalised to MNI, no W in its name"
    time, dropped = said(working, nuisance="done", drop_volumes=0)
    assert "1.5 s (TRInfo.tsv) and 1 s (image's header)" in time
    assert "make sure that 1.5 s is right, which is used" in time
    assert dropped == "Sub_001, FunImgARCW: 10 volumes dropped before (TRInfo.tsv)"


def test_several_series_in_mni_space_are_listed_with_lines_that_choose(working):
    for name in ("FunImgARCWF", "FunImgARCWS"):
        write_image(working / name / "Sub_001" / "x.nii", SHAPE)

    sentences = said(working)

    assert len(sentences) == 1
    assert "3 series that may be the resting-state run: FunImgARCW (40 volumes), " in sentences[0]
    assert "{folder: FunImgARCW} or {folder: FunImgARCWF} or {folder: FunImgARCWS}" in sentences[0]
    for name in ("FunImgARCWF", "FunImgARCW"):
        chosen = [one["label"] for one in index(working, folder=name)["series"] if one["chosen"]]
        assert chosen == [name]


@pytest.fixture
def two_sessions(working):
    """Working folder of two sessions, the second with other motion, time and length."""
    path = working / "S2_FunImgARCW" / "Sub_001" / "wCovRegressed_4DVolume.nii"
    write_image(path, (*SHAPE[:3], 50), seed=2, tr=2.5)
    motion = working / "RealignParameter" / "Sub_001"
    np.savetxt(motion / "S2_rp_aSmithson.txt", np.full((50, 6), 0.5))
    np.savetxt(motion / "S2_FD_Jenkinson_Sub_001.txt", np.linspace(0, 0.98, 50))
    names = ["TR", "Slice Number", "Time Points", "Voxel Size"]
    header = ["Subject ID", *(f"{prefix}{name}" for name in names for prefix in ("", "S2_"))]
    row = "Sub_001\t1.5\t2.5\t33\t33\t50\t55\t3\t3\t4\t3\t3\t4"
    (working / "TRInfo.tsv").write_text("\t".join(header) + f"\n{row}\n")
    return working


def test_two_sessions_are_listed_with_lines_that_choose(two_sessions):
    (sentence,) = said(two_sessions)

    assert (
        "2 series that may be the resting-state run: FunImgARCW (40 volumes), S2_FunImgARCW "
        "(50 volumes); expected one; name it in the configuration, cohort.select.rest: "
        "{session: 1} or {session: 2}" in sentence
    )


@pytest.mark.parametrize("place", ["FunImgARCW", "S2_FunImgARCW"])
@pytest.mark.parametrize(
    ("session", "label", "n", "seconds", "dropped", "prefix"),
    [(1, "FunImgARCW", 40, 1.5, 10, ""), (2, "S2_FunImgARCW", 50, 2.5, 5, "S2_")],
)
def test_a_session_has_its_own_series_motion_and_time(
    two_sessions, place, session, label, n, seconds, dropped, prefix
):
    found = index(two_sessions, place, session=session)

    (run,) = [one for one in found["series"] if one["chosen"]]
    assert (run["label"], run["n_volumes"], run["confounds"]["n_rows"]) == (label, n, n)
    assert (run["repetition_time_s"], run["dropped_before"]) == (seconds, dropped)
    assert run["confounds_path"] == f"../../RealignParameter/Sub_001/{prefix}rp_*.txt"
    assert run["fd_path"] == f"../../RealignParameter/Sub_001/{prefix}FD_Jenkinson_*.txt"
    assert run["mask_path"] == "../../Masks/AllResampled_BrainMask*.nii*"
    assert program(run) == f"DPARSF, {label}"
    (path,) = run_images(two_sessions / place / "Sub_001", run)
    assert path.resolve().parent.parent.name == label
    assert not [one for one in found["problems"] if one["severity"] == "error"]


def test_the_folder_of_a_session_stands_first_among_the_places(two_sessions):
    cohort = {"data": str(two_sessions), "source": "derivatives"}
    wanted = {"session": 2, "folder": "FunImgARCW"}

    places = participant_places(cohort | {"select": {"rest": wanted}})

    assert [path.name for path in places][:2] == ["S2_FunImgARCW", "FunImgAR"]
    assert series_folders(two_sessions)[-1].name == "S2_FunImgARCW"


def test_what_dparsf_regressed_or_smoothed_is_not_done_again(working):
    (working / "FunImgARCW").rename(working / "FunImgARCWS")

    sentences = "\n".join(said(working, "FunImgARCWS", nuisance=["trend", "friston24"]))

    assert "a smoothed series; expected one that is not smoothed" in sentences
    assert "nuisance was regressed before; expected one from which it was not" in sentences


def test_signals_that_dparsf_does_not_leave_are_told(working):
    (working / "FunImgARCW").rename(working / "FunImgARW")

    errors = said(working, "FunImgARW", nuisance=["trend", "friston24", "wm"])

    assert any(
        "no column white_matter; expected numbers in all rows, for wm of preprocessing.nuisance; "
        "set preprocessing.nuisance to [trend, friston24]" in sentence
        for sentence in errors
    )
    assert not any("friston24 of" in sentence for sentence in errors)


def test_volumes_one_file_each_are_joined_in_natural_order(working):
    place = working / "FunImgARCW" / "Sub_001"
    (place / "wCovRegressed_4DVolume.nii").unlink()
    for number in range(1, 41):
        write_image(place / f"wra{number}.nii", SHAPE[:3], seed=number)

    (run,) = [one for one in index(working)["series"] if one["chosen"]]

    assert run["n_volumes"] == run["n_files"] == 40
    paths = run_images(place, run)
    assert [path.name for path in paths] == [f"wra{number}.nii" for number in range(1, 41)]
    os.utime(place / "wra7.nii", (5e9, 5e9))
    with pytest.raises(ValueError, match="the series of Sub_001 has changed since"):
        run_images(place, run)


def test_a_folder_of_the_series_alone_says_which_one_is_meant(working):
    cohort = {"data": str(working), "source": "derivatives", "select": {"rest": {}}}
    assert [path.name for path in participant_places(cohort)] == [
        "FunImgAR",
        "FunImgARCW",
        "FunImgARCovs",
    ]
    chosen = cohort | {"select": {"rest": {"folder": "FunImgARCW"}}}
    assert participant_places(chosen)[0].name == "FunImgARCW"
    assert participant_places(cohort | {"source": "bids"}) == [working]
    assert participant_places(cohort | {"source": "maps"}) == []
    assert participant_places({"source": "simulated", "data": None}) == []
    first = {"session": "1", "folder": "FunImgARCW"}
    assert named_by_data(working / "FunImgARCW", {}) == first
    second = {"session": "2", "folder": "FunImgARCW"}
    assert named_by_data(working / "S2_FunImgARCW", {}) == second
    assert named_by_data(working, {"folder": "S2_FunImgARCW"}) == second
    assert named_by_data(working, {"folder": "FunImgARCW"}) == {"folder": "FunImgARCW"}
    assert named_by_data(working, {"task": "rest"}) == {"task": "rest"}
    assert series_folders(working / "FunImgARCW") == []


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (TR_INFO, {"TR": 1.5, "Time Points": 50.0}),
        (TR_INFO.replace("1.5", "n/a"), {"Time Points": 50.0}),
        (TR_INFO.replace("Sub_001", "Sub_002"), {}),
        ("", {}),
    ],
)
def test_a_row_of_scan_parameters_is_read_where_it_is_one(working, text, facts):
    (working / "TRInfo.tsv").write_text(text)

    assert scan_facts(working / "FunImgARCW" / "Sub_001") == facts


@pytest.mark.parametrize("text", ["0\n0.1\n", "no numbers\n", "0 1\n" * 40])
def test_displacement_of_another_length_is_computed_instead(working, text):
    path = working / "RealignParameter" / "Sub_001" / "FD_Jenkinson_Sub_001.txt"
    path.write_text(text)

    (run,) = [one for one in index(working)["series"] if one["chosen"]]

    assert run["fd_path"] is None
    assert run["confounds"]["n_rows"] == 40
    assert any(
        "FD_Jenkinson_*.txt: another number of rows than volumes; expected 40 numbers; it is "
        "computed from the motion instead" in sentence
        for sentence in said(working)
    )
