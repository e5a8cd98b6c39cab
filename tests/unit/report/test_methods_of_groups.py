"""Methods of the group comparison: what corrects the clusters, and the order of the references."""

import pytest

from restpain.report.methods_of_groups import group_paragraph
from study import settings

FACTS = {"df": 15, "n_voxels": 60000}


def paragraph(atlases=(), **group):
    """Text with each reference by its key."""
    changed = settings()
    changed["group"] |= group
    changed["table2"]["atlases"] = list(atlases)
    return group_paragraph(changed, FACTS, {}, lambda *keys: "[" + ", ".join(keys) + "]")


def test_the_permutation_is_described_as_what_corrects_and_grf_beside_it():
    text = paragraph(n_permutations=500)

    assert (
        "corrected by the largest cluster of each of 500 permutations of the participants "
        "(Freedman-Lane) [freedman]: voxel p < 0.001, cluster p < 0.05, two-tailed" in text
    )
    assert "In addition: correction by Gaussian random field theory, smoothness estimated" in text


@pytest.mark.parametrize(("n_permutations", "said"), [(0, False), (500, True)])
def test_grf_correction_is_described_as_published(n_permutations, said):
    text = paragraph(inference="grf", n_permutations=n_permutations)

    assert "Clusters were corrected by Gaussian random field theory: voxel p < 0.001" in text
    assert ("In addition: 500 permutations" in text) is said


def test_one_tail_searches_both_signs_and_says_at_what_level():
    text = paragraph(tails=1)

    assert "the two together have a voxel p < 0.002 and a cluster p < 0.1" in text


def test_the_atlases_of_the_peaks_are_named_with_the_threshold_of_probabilities():
    own = {"name": "AAL3", "image": "a.nii", "labels": "a.tsv"}

    assert paragraph().endswith("Peaks were labelled with the AAL2 atlas [aal].")
    assert paragraph(["harvard_oxford", own]).endswith(
        "with the AAL2 atlas [aal] and with the Harvard-Oxford atlas (the most probable region "
        "where its probability is at least 25 %) [harvard_oxford] and, from files of the user, "
        "with AAL3."
    )
