"""Index of preprocessed series, and what the check says of them."""

import json
import os

import nibabel as nib
import numpy as np
import pytest

from cohort_inputs import AFFINE, said_of_folders, write_image
from restpain.cohort.derivative_index import derivative_index, run_images
from restpain.cohort.index import participant_index

MNI = "space-MNI152NLin2009cAsym"
RUN = f"sub-01_task-rest_{MNI}_desc-preproc_bold.nii.gz"
SHAPE = (10, 10, 8, 40)
NO_RUN = (
    "sub-01, participant's folder: no resting-state run among 1 series ({}); expected one in "
    "MNI152; add it, {}, or give the reason in the column exclude of participants.tsv"
)
SPACES = "for example by --output-spaces of fMRIPrep"


def lay_out(tmp_path, *names):
    """Dataset of one participant with these runs."""
    data = tmp_path / "fmriprep"
    for seed, name in enumerate(names):
        write_image(data / "sub-01" / "func" / name, SHAPE, seed=seed)
    return data


def chosen(data, **wanted):
    index = participant_index(
        data / "sub-01",
        participant_id="sub-01",
        source="derivatives",
        select={"t1": {}, "rest": wanted},
    )
    return [one for one in index["series"] if one["chosen"]]


@pytest.mark.parametrize(
    ("name", "reason", "action"),
    [
        (
            "task-rest_space-T1w_desc-preproc_bold",
            "task-rest_space-T1w_desc-preproc_bold: space-T1w, not MNI152",
            SPACES,
        ),
        (
            "task-rest_desc-preproc_bold",
            "task-rest_desc-preproc_bold: no space in its name, not MNI152",
            SPACES,
        ),
        (
            f"task-nback_{MNI}_res-2_desc-preproc_bold",
            f"task-nback_{MNI}_res-2_desc-preproc_bold: task-nback found, no rest",
            "name it in cohort.select.rest.task",
        ),
        (
            "task-rest_space-MNIPediatricAsym_cohort-4_desc-preproc_bold",
            "task-rest_space-MNIPediatricAsym_cohort-4_desc-preproc_bold: "
            "space-MNIPediatricAsym, not MNI152",
            SPACES,
        ),
        ("task-rest_bold", "task-rest_bold: no space in its name, not MNI152", SPACES),
        (
            f"task-rest_{MNI}_desc-smoothAROMAnonaggr_bold",
            f"task-rest_{MNI}_desc-smoothAROMAnonaggr_bold: "
            "desc-smoothAROMAnonaggr, not preproc or denoised",
            "name it in cohort.select.rest",
        ),
    ],
)
def test_a_name_that_states_another_space_task_or_kind_is_refused(tmp_path, name, reason, action):
    data = lay_out(tmp_path, f"sub-01_{name}.nii.gz")

    assert said_of_folders(data, "derivatives") == [NO_RUN.format(reason, action)]


def test_several_spaces_are_listed_with_the_lines_that_choose(tmp_path):
    names = [RUN, RUN.replace("2009cAsym", "6Asym"), RUN.replace(MNI, "space-T1w")]
    data = lay_out(tmp_path, *names)

    assert said_of_folders(data, "derivatives") == [
        "sub-01, participant's folder: 2 series that may be the resting-state run: "
        f"task-rest_{MNI}_desc-preproc_bold (40 volumes), "
        "task-rest_space-MNI152NLin6Asym_desc-preproc_bold (40 volumes); expected one; name it in "
        "the configuration, cohort.select.rest: {space: MNI152NLin2009cAsym} or "
        "{space: MNI152NLin6Asym}"
    ]
    (run,) = chosen(data, space="MNI152NLin6Asym")
    assert run["grid"] == AFFINE.tolist()
    assert (run["label"], run["space"]) == (names[1], "MNI152NLin6Asym")


def test_cleaned_series_are_chosen_by_their_description(tmp_path):
    cleaned = [RUN.replace("preproc", name) for name in ("denoised", "denoisedSmoothed")]
    data = lay_out(tmp_path, *cleaned)

    (sentence,) = said_of_folders(data, "derivatives")
    assert "{description: denoisedSmoothed} or {description: denoised}" in sentence
    assert [one["label"] for one in chosen(data, description="denoised")] == cleaned[:1]


def test_what_the_configuration_names_is_taken(tmp_path):
    names = ("sub-01_task-nback_bold.nii.gz", RUN.replace("preproc", "residual"))
    data = lay_out(tmp_path, *names)

    wanted = {"task": "nback", "space": None, "description": None}
    assert [one["label"] for one in chosen(data, **wanted)] == [names[0]]
    assert [one["label"] for one in chosen(data, description="residual")] == [names[1]]


def test_mask_and_confounds_have_the_entities_of_the_run(tmp_path):
    run = RUN.replace("_desc", "_res-2_desc").replace("sub-01_", "sub-01_ses-1_")
    func = tmp_path / "fmriprep" / "sub-01" / "ses-1" / "func"
    write_image(func / run, SHAPE)
    for name in ("space-T1w_desc-brain", f"{MNI}_res-2_desc-brain", f"{MNI}_res-1_desc-brain"):
        write_image(func / f"sub-01_ses-1_task-rest_{name}_mask.nii.gz", SHAPE[:3])
    for name in ("run-2_desc-confounds_timeseries", "desc-confounds_timeseries"):
        (func / f"sub-01_ses-1_task-rest_{name}.tsv").write_text("csf\n" + "0.1\n" * 40)

    (one,) = chosen(tmp_path / "fmriprep", session=1)

    stem = "ses-1/func/sub-01_ses-1_task-rest"
    assert one["path"] == f"ses-1/func/{run}"
    assert one["mask_path"] == f"{stem}_{MNI}_res-2_desc-brain_mask.nii.gz"
    assert one["confounds_path"] == f"{stem}_desc-confounds_timeseries.tsv"
    assert one["confounds"] == {"n_rows": 40, "gaps": {"csf": []}}
    assert [file["path"] for file in one["companions"]] == [
        one["mask_path"],
        one["confounds_path"],
    ]


def test_a_name_that_is_not_of_bids_is_found_again_and_not_repeated(tmp_path):
    folder = tmp_path / "Sub001"
    write_image(folder / "Smithson.nii", SHAPE)
    write_image(folder / "mean.nii", SHAPE[:3])

    found = derivative_index(folder, select={})

    assert [one["label"] for one in found["series"]] == ["the 4D image"]
    assert "Smithson" not in json.dumps(found)
    assert found["size_bytes"] == (folder / "Smithson.nii").stat().st_size
    assert run_images(folder, found["series"][0]) == [folder / "Smithson.nii"]

    os.utime(folder / "Smithson.nii", (5, 5))
    with pytest.raises(ValueError, match="the series of Sub001 has changed since"):
        run_images(folder, found["series"][0])


def test_images_that_are_not_fetched_are_told(tmp_path):
    data = lay_out(tmp_path, RUN)
    bold = data / "sub-01" / "func" / RUN
    mask = bold.with_name(RUN.replace("preproc_bold", "brain_mask"))
    for path in (bold, mask):
        path.unlink(missing_ok=True)
        path.symlink_to("../../.git/annex/objects/x.nii.gz")

    assert said_of_folders(data, "derivatives") == [
        f"sub-01, {path.name}: a link to a file that is not there; expected {what}; fetch it "
        "(datalad get)"
        for path, what in ((bold, "the image"), (mask, "the mask"))
    ]


def test_an_image_of_any_name_that_is_not_fetched_is_told(tmp_path):
    folder = tmp_path / "sub-01"
    folder.mkdir()
    (folder / "Smithson.nii").symlink_to("../.git/annex/objects/x.nii")

    told, without = said_of_folders(tmp_path, "derivatives")

    assert told == (
        "sub-01, an image: a link to a file that is not there; expected the image; fetch it "
        "(datalad get)"
    )
    assert without.startswith("sub-01, participant's folder: no resting-state run among its files")


def test_names_with_entities_leave_no_image_of_any_name(tmp_path):
    data = lay_out(tmp_path, "task-nback_bold.nii.gz", "anything.nii.gz")

    (sentence,) = said_of_folders(data, "derivatives")

    assert "no resting-state run among its files; expected one in MNI152; add it" in sentence


def write_series(path, values):
    path.parent.mkdir(parents=True)
    image = nib.Nifti1Image(values.astype(np.float32), AFFINE)
    image.header.set_zooms((3, 3, 4, 2))
    nib.save(image, path)


@pytest.mark.parametrize(
    ("gaps", "sentences"),
    [
        (np.s_[:2], []),
        (
            np.s_[:2, :, :, 3],
            [
                "sub-01, the 4D image: 160 voxels with NaN or infinite values in some volumes "
                "only; expected numbers in each volume, or in none (no data); find out what wrote "
                "them; these voxels are left out"
            ],
        ),
        (
            np.s_[..., 3],
            [
                "sub-01, the 4D image: NaN or infinite values in each voxel; expected voxels "
                "without any; preprocess the run again, or give the reason in the column exclude "
                "of participants.tsv"
            ],
        ),
    ],
)
def test_nan_outside_the_brain_is_no_data(tmp_path, gaps, sentences):
    values = np.random.default_rng(0).normal(100, 1, SHAPE)
    values[gaps] = np.nan
    write_series(tmp_path / "sub-01" / "wra_4D.nii", values)

    assert said_of_folders(tmp_path, "derivatives") == sentences


XCP_D = "sub-01_task-rest_space-MNI152NLin6Asym_res-2"
MOTION = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z", "framewise_displacement")


def xcp_d(tmp_path, *, n_rows=SHAPE[3]):
    """Layout of XCP-D: cleaned and filtered series, motion, files of other kinds."""
    data = lay_out(tmp_path, f"{XCP_D}_desc-denoised_bold.nii.gz")
    func = data / "sub-01" / "func"
    passed = {"Filter order": 2, "High-pass cutoff (Hz)": 0.01, "Low-pass cutoff (Hz)": 0.08}
    sidecar = {"RepetitionTime": 2, "SoftwareFilters": {"Bandpass filter": passed}}
    (func / f"{XCP_D}_desc-denoised_bold.json").write_text(json.dumps(sidecar))
    rows = ["\t".join(MOTION), *["\t".join(["0.1"] * len(MOTION))] * n_rows]
    (func / "sub-01_task-rest_motion.tsv").write_text("\n".join(rows) + "\n")
    (func / "sub-01_task-rest_outliers.tsv").write_text("framewise_displacement\n0\n")
    (func / f"{XCP_D}_desc-linc_qc.tsv").write_text("mean_fd\n0.1\n")
    for name in ("stat-alff_boldmap", "stat-alff_desc-smooth_boldmap", "stat-reho_boldmap"):
        write_image(func / f"{XCP_D}_{name}.nii.gz", SHAPE[:3])
    return data


def test_a_series_of_xcp_d_is_cleaned_and_filtered_and_has_its_motion(tmp_path):
    data = xcp_d(tmp_path)

    (run,) = chosen(data)

    assert run["steps"] == ["nuisance regression", "filtering"]
    assert run["confounds_path"] == "func/sub-01_task-rest_motion.tsv"
    assert run["confounds"] == {"n_rows": 40, "gaps": {name: [] for name in MOTION[:6]}}
    (sentence,) = said_of_folders(data, "derivatives", nuisance="done")
    assert "denoised_bold.nii.gz: a filtered series (0.01 Hz to 0.08 Hz by its side" in sentence


def test_a_censored_series_of_xcp_d_is_refused(tmp_path):
    data = xcp_d(tmp_path, n_rows=50)

    first, *_ = said_of_folders(data, "derivatives", nuisance="done")

    assert first.startswith(
        "sub-01, sub-01_task-rest_motion.tsv: 10 of 50 volumes removed from the series "
        "(censored); expected all of them, since frequencies need equal steps of time; write "
        "interpolated series with XCP-D, as its mode abcd does"
    )


def test_a_cleaned_series_is_asked_for_done_and_for_no_table_of_confounds(tmp_path):
    cleaned = f"{XCP_D}_desc-denoised_bold.nii.gz"
    data = lay_out(tmp_path, cleaned)

    (sentence,) = said_of_folders(data, "derivatives", nuisance=["friston24"])

    assert f"sub-01, {cleaned}: a series from which nuisance was regressed before" in sentence
    assert "set preprocessing.nuisance to done" in sentence


CPAC = [
    "sub-01_task-rest_run-1_space-template_desc-preproc-1_bold",
    "sub-01_task-rest_run-1_space-MNI152NLin6ASym_reg-default_desc-preproc_bold",
]


@pytest.mark.parametrize(
    ("name", "space"), [(CPAC[0], "template of C-PAC"), (CPAC[1], "MNI152NLin6ASym")]
)
def test_a_series_of_c_pac_is_taken_with_its_mask_and_a_warning(tmp_path, name, space):
    data = lay_out(tmp_path, f"{name}.nii.gz")
    func = data / "sub-01" / "func"
    mask = name.replace("preproc-1_bold", "bold_mask").replace("preproc_bold", "bold_mask")
    mask = mask.replace("_reg-default", "")
    write_image(func / f"{mask}.nii.gz", SHAPE[:3])

    (run,) = chosen(data)

    assert run["space"] == space
    assert run["mask_path"] == f"func/{mask}.nii.gz"
    (sentence,) = said_of_folders(data, "derivatives")
    assert "a series of C-PAC, in its template, which may be cleaned and filtered" in sentence


def test_a_participant_may_have_a_folder_per_session(tmp_path):
    data = tmp_path / "cpac"
    for session in "12":
        name = CPAC[1].replace("sub-01", f"sub-01_ses-{session}") + ".nii.gz"
        write_image(data / f"sub-01_ses-{session}" / "func" / name, SHAPE, seed=int(session))
    select = {"t1": {}, "rest": {}}

    index = derivative_index(data / "sub-01_ses-1", select=select)

    assert [one["kind"] for one in index["series"]] == ["rest"]
    assert [row["found"] for row in index["problems"]] == ["several folders"]
    second = derivative_index(data / "sub-01_ses-2", select={"t1": {}, "rest": {"session": "2"}})
    assert second["problems"] == []
    assert [one["chosen"] for one in second["series"]] == [True]
    other = derivative_index(data / "sub-01_ses-1", select={"t1": {}, "rest": {"session": "3"}})
    assert other["series"][0]["not_rest"] == "not what cohort.select.rest asks for"


def test_the_regressions_of_c_pac_are_chosen_by_their_number_or_name(tmp_path):
    second = CPAC[0].replace("preproc-1", "preproc-2")
    data = lay_out(tmp_path, f"{CPAC[0]}.nii.gz", f"{second}.nii.gz")

    (sentence,) = said_of_folders(data, "derivatives")

    assert "{description: preproc-1} or {description: preproc-2}" in sentence
    assert [one["label"] for one in chosen(data, description="preproc-2")] == [f"{second}.nii.gz"]
    named = CPAC[1].replace("default", "noGSR")
    data = lay_out(tmp_path / "new", f"{CPAC[1]}.nii.gz", f"{named}.nii.gz")
    assert [one["label"] for one in chosen(data, regression="noGSR")] == [f"{named}.nii.gz"]


def test_a_setting_of_halfpipe_is_taken_with_its_mask_and_its_confounds(tmp_path):
    stem = "sub-01_task-rest_setting-preproc"
    data = lay_out(tmp_path, f"{stem}_bold.nii.gz")
    func = data / "sub-01" / "func"
    write_image(func / f"{stem}_desc-brain_mask.nii.gz", SHAPE[:3])
    confounds = func / f"{stem}_desc-confounds_regressors.tsv"
    confounds.write_text("\n".join(["csf", *("1" * SHAPE[3])]) + "\n")

    (run,) = chosen(data)

    assert run["space"] == "MNI152NLin2009cAsym"
    assert run["mask_path"] == f"func/{stem}_desc-brain_mask.nii.gz"
    assert run["confounds"] == {"n_rows": 40, "gaps": {"csf": []}}
    (sentence,) = said_of_folders(data, "derivatives")
    assert "a series of a HALFpipe setting, which may be smoothed, filtered or cleaned" in sentence

    write_image(func / "sub-01_task-rest_setting-smooth_bold.nii.gz", SHAPE, seed=9)
    (sentence,) = said_of_folders(data, "derivatives")
    assert "{setting: preproc} or {setting: smooth}" in sentence
    assert [one["label"] for one in chosen(data, setting="smooth")] == [
        "sub-01_task-rest_setting-smooth_bold.nii.gz"
    ]
