"""Paragraph of Methods about the comparison of the groups and its correction."""

from collections.abc import Callable

from restpain.cohort.measures import has_series
from restpain.presentation.labels import column_labels
from restpain.presentation.numbers import atlas_name, integer, joined
from restpain.tables.atlas_columns import most_probable_words


def group_paragraph(settings: dict, facts: dict, described: dict, cite: Callable[..., str]) -> str:
    """Model, thresholds and corrections of the group comparison; see `methods_text`.

    ``facts`` has ``df`` and ``n_voxels``.
    """
    group = settings["group"]
    covariates = column_labels(settings["cohort"]["covariates"], described)
    sides = "two-tailed (both p halved for each sign)"
    if group["tails"] == 1:
        sides = (
            "for each sign (one-tailed; both signs are searched, so that the two together have a "
            f"voxel p < {2 * group['voxel_p']:g} and a cluster p < {2 * group['cluster_p']:g})"
        )
    smooth = {"residuals": "the residuals", "zmap": "the map of z"}[group["smoothness"]]
    text = (
        "Groups were compared by a two-sample t-test, patients minus controls"
        + (f", adjusted for {joined(covariates)}" if covariates else ", without covariates")
        + f" ({facts['df']} degrees of freedom, {integer(facts['n_voxels'])} voxels covered in "
        f"at least {100 * group['mask_coverage']:g} % of participants). "
    )
    thresholds = (
        f"voxel p < {group['voxel_p']:g}, cluster p < {group['cluster_p']:g}, {sides}, "
        f"{group['connectivity']}-connected"
    )
    field = f"smoothness estimated from {smooth}, as in DPABI"
    n_permutations = integer(group["n_permutations"])
    if group["inference"] == "permutation":
        text += (
            f"Clusters were corrected by the largest cluster of each of {n_permutations} "
            f"permutations of the participants (Freedman-Lane) {cite('freedman')}: {thresholds}. "
            f"In addition: correction by Gaussian random field theory, {field} "
            f"{cite('grf', 'dpabi')}, TFCE scores in the same permutations, and the false "
            f"discovery rate {cite('fdr')}."
        )
    else:
        text += (
            f"Clusters were corrected by Gaussian random field theory: {thresholds}, {field} "
            f"{cite('grf', 'dpabi')}."
        )
        if group["n_permutations"]:
            text += (
                f" In addition: {n_permutations} permutations (Freedman-Lane) of the maximal "
                f"cluster size {cite('freedman')} and of TFCE scores, and the false discovery "
                f"rate {cite('fdr')}."
            )
    if has_series(settings) and settings["connectivity"]["correct_across_seeds"]:
        text += " The connectivity maps of all seeds were corrected together."
    text += (
        " The mean of each group was tested by one-sample t and corrected by Gaussian random "
        "field theory at the same thresholds."
    )
    relabelled = " and by relabelling the participants" if group["n_permutations"] else ""
    text += (
        " The means of surviving clusters were tested for normality (Jarque-Bera) and, "
        f"unadjusted, compared by Student's and Welch's t-test{relabelled}."
    )
    text += f" Peaks were labelled with the AAL2 atlas {cite('aal')}"
    atlases = settings["table2"]["atlases"]
    for name in (atlas for atlas in atlases if isinstance(atlas, str)):
        text += f" and with the {atlas_name(name)} atlas ({most_probable_words()}) {cite(name)}"
    own = [atlas["name"] for atlas in atlases if isinstance(atlas, dict)]
    text += f" and, from files of the user, with {joined(own)}." if own else "."
    return text
