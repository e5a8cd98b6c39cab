"""Checks of derivatives: what BIDS derivatives ask of a sidecar."""

import pytest

from restpain.cohort.derivatives import (
    anatomical_sidecars,
    bids_uri,
    functional_sidecars,
    map_keys,
    template_sidecar,
)

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


def test_a_file_of_no_dataset_has_no_uri():
    message = r"^mask.nii.gz lies in no folder of a dataset; expected a folder sub-LABEL"
    with pytest.raises(ValueError, match=message):
        bids_uri("mask.nii.gz")


def test_a_map_names_its_sources_in_the_dataset():
    sources = map_keys(OUTPUTS["mask"], "results/group/seeds.nii.gz")["Sources"]

    assert sources == [
        "bids::sub-07/anat/sub-07_desc-brain_mask.nii.gz",
        "bids::group/seeds.nii.gz",
    ]


def test_keys_that_bids_requires_of_the_rest_series_are_there():
    series = {"Description": "series", "RepetitionTime": 2.5}
    sidecars = functional_sidecars(series, sources=["bids:raw:a"], boldref_stripped=False)

    for name in ("denoised", "carpet"):
        assert (sidecars[name]["TaskName"], sidecars[name]["RepetitionTime"]) == ("rest", 2.5)
        assert sidecars[name]["SkullStripped"] is True
    assert sidecars["boldref"]["SkullStripped"] is False
    assert sidecars["mask"]["Type"] == "Brain"
    for sidecar in sidecars.values():
        assert sidecar["Sources"] == ["bids:raw:a"]


def test_images_from_outside_of_both_datasets_name_no_sources():
    series = {"Description": "series", "RepetitionTime": 2.5}
    sidecars = functional_sidecars(series, sources=[], boldref_stripped=True)

    assert not [name for name, sidecar in sidecars.items() if "Sources" in sidecar]


@pytest.mark.parametrize("name", ["T1w", "mask", "GM", "WM", "CSF"])
def test_an_image_of_the_template_states_its_resolution(name):
    sidecar = template_sidecar(name, voxel_mm=[3.0, 3.0, 3.0])

    assert sidecar["Resolution"] == "isotropic voxels of 3 mm"
    longer = template_sidecar(name, voxel_mm=[3.0, 3.0, 4.0])
    assert longer["Resolution"] == "voxels of 3 x 4 mm"
    assert ("SkullStripped" in sidecar) == (name == "T1w")


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
