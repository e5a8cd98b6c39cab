"""Checks of derivatives: what BIDS derivatives ask of a sidecar."""

import pytest

from restpain.cohort.derivatives import anatomical_sidecars, bids_uri

RAW = "results/rawdata/sub-07/anat/sub-07_T1w.nii.gz"
FOLDER = "results/sub-07/anat"
OUTPUTS = {
    "t1w": f"{FOLDER}/sub-07_desc-preproc_T1w.nii.gz",
    "mask": f"{FOLDER}/sub-07_desc-brain_mask.nii.gz",
    "GM": f"{FOLDER}/sub-07_label-GM_probseg.nii.gz",
    "WM": f"{FOLDER}/sub-07_label-WM_probseg.nii.gz",
    "CSF": f"{FOLDER}/sub-07_label-CSF_probseg.nii.gz",
    "normalised": f"{FOLDER}/sub-07_space-MNI152NLin2009aSym_desc-preproc_T1w.nii.gz",
    "xfm": f"{FOLDER}/sub-07_from-MNI152NLin2009aSym_to-T1w_mode-image_xfm.nii.gz",
}


def test_a_uri_starts_at_the_participant_and_names_its_dataset():
    assert bids_uri(RAW, dataset="raw") == "bids:raw:sub-07/anat/sub-07_T1w.nii.gz"
    assert bids_uri(f"/a/b/{OUTPUTS['mask']}") == "bids::sub-07/anat/sub-07_desc-brain_mask.nii.gz"


def test_a_file_of_no_participant_has_no_uri():
    with pytest.raises(ValueError, match=r"group/mask.nii.gz lies in no participant's folder"):
        bids_uri("results/group/mask.nii.gz")


def test_every_image_has_a_description_and_sources_that_are_other_files_of_the_participant():
    sidecars = anatomical_sidecars(RAW, OUTPUTS)

    assert set(sidecars) == set(OUTPUTS)
    known = {bids_uri(path) for path in OUTPUTS.values()} | {bids_uri(RAW, dataset="raw")}
    for name, sidecar in sidecars.items():
        assert sidecar["Description"]
        assert sidecar["Sources"]
        assert set(sidecar["Sources"]) <= known - {bids_uri(OUTPUTS[name])}


def test_fields_that_bids_requires_by_suffix_are_there():
    sidecars = anatomical_sidecars(RAW, OUTPUTS)

    for name in ("t1w", "normalised"):
        assert sidecars[name]["SkullStripped"] is False
    assert sidecars["mask"]["Type"] == "Brain"
    assert (sidecars["xfm"]["Units"], sidecars["xfm"]["Axes"]) == ("mm", "RAS")
    assert {sidecars[name]["Description"].split(";")[0] for name in ("GM", "WM", "CSF")} == {
        "Probability of grey matter",
        "Probability of white matter",
        "Probability of cerebrospinal fluid",
    }
