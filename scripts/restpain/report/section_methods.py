"""Section Methods: text from the settings in force, with references."""

from collections.abc import Callable

from restpain.cohort.derivatives import SPACE
from restpain.cohort.done_before import DONE, left_to_regress
from restpain.cohort.measures import has_series
from restpain.figures.workflow_content import NUISANCE_NAMES
from restpain.presentation.labels import column_label, column_labels, score_label
from restpain.presentation.numbers import EN_DASH, counted, integer, joined, shortest
from restpain.presentation.pages import Section
from restpain.report.methods_of_groups import group_paragraph
from restpain.report.methods_of_maps import maps_paragraphs
from restpain.report.methods_of_seeds import seeds_text

# keys of learners that do not say whose they are
LEARNERS = {
    "MLP": "MLP (multilayer perceptron of scikit-learn)",
    "NN_TORCH": "NN_TORCH (neural network of AutoGluon in PyTorch)",
}
REFERENCES = {
    "filter": (
        "Lindquist MA et al. Modular preprocessing pipelines can reintroduce artifacts into fMRI "
        f"data. Hum Brain Mapp 2019;40:2358{EN_DASH}2376",
        "10.1002/hbm.24528",
    ),
    "friston24": (
        "Friston KJ et al. Movement-related effects in fMRI time-series. Magn Reson Med "
        f"1996;35:346{EN_DASH}355",
        "10.1002/mrm.1910350312",
    ),
    "jenkinson": (
        "Jenkinson M et al. Improved optimization for the robust and accurate linear "
        f"registration and motion correction of brain images. NeuroImage 2002;17:825{EN_DASH}841",
        "10.1006/nimg.2002.1132",
    ),
    "acompcor": (
        "Behzadi Y et al. A component based noise correction method (CompCor) for BOLD and "
        f"perfusion based fMRI. NeuroImage 2007;37:90{EN_DASH}101",
        "10.1016/j.neuroimage.2007.04.042",
    ),
    "alff": (
        "Zang YF et al. Altered baseline brain activity in children with ADHD revealed by "
        f"resting-state functional MRI. Brain Dev 2007;29:83{EN_DASH}91",
        "10.1016/j.braindev.2006.07.002",
    ),
    "falff": (
        "Zou QH et al. An improved approach to detection of amplitude of low-frequency "
        f"fluctuation (ALFF) for resting-state fMRI. J Neurosci Methods 2008;172:137{EN_DASH}141",
        "10.1016/j.jneumeth.2008.04.012",
    ),
    "reho": (
        "Zang Y et al. Regional homogeneity approach to fMRI data analysis. NeuroImage "
        f"2004;22:394{EN_DASH}400",
        "10.1016/j.neuroimage.2003.12.030",
    ),
    "fc": (
        "Biswal B et al. Functional connectivity in the motor cortex of resting human brain using "
        f"echo-planar MRI. Magn Reson Med 1995;34:537{EN_DASH}541",
        "10.1002/mrm.1910340409",
    ),
    "grf": (
        "Friston KJ et al. Assessing the significance of focal activations using their spatial "
        f"extent. Hum Brain Mapp 1994;1:210{EN_DASH}220",
        "10.1002/hbm.460010306",
    ),
    "dpabi": (
        "Yan CG et al. DPABI: data processing and analysis for (resting-state) brain imaging. "
        f"Neuroinformatics 2016;14:339{EN_DASH}351",
        "10.1007/s12021-016-9299-4",
    ),
    "freedman": (
        "Winkler AM et al. Permutation inference for the general linear model. NeuroImage "
        f"2014;92:381{EN_DASH}397",
        "10.1016/j.neuroimage.2014.01.060",
    ),
    "fdr": (
        "Benjamini Y, Hochberg Y. Controlling the false discovery rate. J R Stat Soc B "
        f"1995;57:289{EN_DASH}300",
        "10.1111/j.2517-6161.1995.tb02031.x",
    ),
    "aal": (
        "Rolls ET, Joliot M, Tzourio-Mazoyer N. Implementation of a new parcellation of the "
        "orbitofrontal cortex in the automated anatomical labeling atlas. NeuroImage "
        f"2015;122:1{EN_DASH}5",
        "10.1016/j.neuroimage.2015.07.075",
    ),
    "harvard_oxford": (
        "Desikan RS et al. An automated labeling system for subdividing the human cerebral cortex "
        f"on MRI scans into gyral based regions of interest. NeuroImage 2006;31:968{EN_DASH}980",
        "10.1016/j.neuroimage.2006.01.021",
    ),
    "autogluon": (
        "Erickson N et al. AutoGluon-Tabular: robust and accurate AutoML for structured data. "
        "arXiv 2020",
        "10.48550/arXiv.2003.06505",
    ),
    "combat": (
        "Johnson WE, Li C, Rabinovic A. Adjusting batch effects in microarray expression data "
        f"using empirical Bayes methods. Biostatistics 2007;8:118{EN_DASH}127",
        "10.1093/biostatistics/kxj037",
    ),
    "combat_imaging": (
        "Fortin JP et al. Harmonization of cortical thickness measurements across scanners and "
        f"sites. NeuroImage 2018;167:104{EN_DASH}120",
        "10.1016/j.neuroimage.2017.11.024",
    ),
    "newcombe": (
        "Newcombe RG. Confidence intervals for an effect size measure based on the Mann-Whitney "
        f"statistic. Part 2. Stat Med 2006;25:559{EN_DASH}573",
        "10.1002/sim.2324",
    ),
    "eklund": (
        "Eklund A et al. Cluster failure: why fMRI inferences for spatial extent have inflated "
        f"false-positive rates. Proc Natl Acad Sci USA 2016;113:7900{EN_DASH}7905",
        "10.1073/pnas.1602413113",
    ),
}


def methods_section(
    settings: dict,
    func_qc: list[dict],
    described: dict,
    *,
    df: int,
    n_voxels: int,
    grid: str,
    cross_validation: str,
) -> Section:
    """Methods of this run; ``func_qc`` has the quality numbers of each participant.

    ``grid`` is that of the maps, ``cross_validation`` that of the training sets of arm A, both in
    words.
    """
    kept = sorted({int(metrics.get("n_volumes", 0)) for metrics in func_qc})
    times = sorted({metrics.get("repetition_time_s") or 0 for metrics in func_qc})
    timing = sorted({str(metrics.get("slice_timing", "not recorded")) for metrics in func_qc})
    paragraphs, references = methods_text(
        settings,
        {
            "kept": f"{kept[0]} kept" if len(kept) == 1 else f"{kept[0]} to {kept[-1]} kept",
            "volumes": f"{_range(kept)} volumes, {_range(times)} s apart",
            "timing": joined(timing),
            "spaces": _named(func_qc, "space_of_input"),
            "programs": _named(func_qc, "preprocessed_by"),
            "before": _before(func_qc),
            "resampled": any(metrics.get("resampled") for metrics in func_qc),
            "df": df,
            "n_voxels": n_voxels,
            "grid": grid,
            "cross_validation": cross_validation,
        },
        described,
    )
    return Section(
        "methods", "Methods", "Methods", {"methods": paragraphs, "references": references}
    )


def _range(values: list[float]) -> str:
    return " to ".join(f"{value:g}" for value in dict.fromkeys([values[0], values[-1]]))


def _named(func_qc: list[dict], key: str) -> str:
    """Texts that the participants have for a key, such as the programs behind their series."""
    return joined(sorted({str(metrics.get(key) or "not stated") for metrics in func_qc}))


def _before(func_qc: list[dict]) -> str:
    """Sentences about the steps that names of preprocessed series state, and volumes dropped."""
    stated = sorted(
        {joined(metrics["steps_before"]) for metrics in func_qc if metrics.get("steps_before")}
    )
    dropped = sorted(
        {metrics["dropped_before"] for metrics in func_qc if metrics.get("dropped_before")}
    )
    texts = [f"By their names, they had undergone {' or '.join(stated)}."] if stated else []
    if dropped:
        n = (
            counted(dropped[0], "volume")
            if len(dropped) == 1
            else f"{dropped[0]} to {dropped[-1]} volumes"
        )
        texts.append(f"Before, {n} had been dropped.")
    return "".join(f" {text}" for text in texts)


def methods_text(
    settings: dict, facts: dict, described: dict
) -> tuple[list[str], list[tuple[str, str]]]:
    """Paragraphs of the methods with the settings in force, and the references in their order.

    ``facts`` has ``kept`` (volumes, in words), ``volumes`` (of series beside maps, in words),
    ``timing``, ``spaces`` and ``programs`` (of series that were preprocessed before), ``before``
    (sentences about them), ``resampled`` (True if any of them was), ``grid`` (of maps), ``df``,
    ``n_voxels``, ``n_permutations``, ``cross_validation`` (of training sets of arm A, in words);
    ``described`` is the sidecar of the table of participants. A
    reference stands as ``[1]`` behind the statement that it supports.
    """
    cited: list[str] = []

    def cite(*keys: str) -> str:
        for key in keys:
            if key not in cited:
                cited.append(key)
        return "[" + ", ".join(str(cited.index(key) + 1) for key in keys) + "]"

    classification = settings["classification"]
    of_maps = settings["cohort"]["source"] == "maps"
    first, second = (maps_paragraphs if of_maps else series_paragraphs)(settings, facts, cite)
    third = group_paragraph(settings, facts, described, cite)
    fourth = ""
    if settings["cohort"]["score"]:
        adjusted = column_labels(settings["association"]["covariates"], described)
        kind = f"partial Spearman, adjusted for {joined(adjusted)}" if adjusted else "Spearman"
        fourth = (
            "Cluster means of patients were correlated with "
            f"{score_label(settings['cohort']['score'], described)} ({kind}; "
            f"{integer(settings['association']['n_bootstrap'])} bootstrap samples). "
        )
    learners = [LEARNERS.get(name, name) for name in classification["learners"]]
    fourth += (
        "Classification used an AutoGluon ensemble of "
        f"{joined(learners)} {cite('autogluon')}. Arm A, published protocol: "
        f"one model per region, {classification['n_repeats']} splits with "
        f"{100 * classification['test_fraction']:g} % for the test, "
        f"{facts['cross_validation']} in the training set. "
        "Arm B, nested cross-validation: group test, GRF correction, "
        f"{'seeds, connectivity, ' * has_series(settings)}features and model recomputed in the "
        "training set of each of "
        f"{classification['n_folds']} outer folds; its p comes from "
        f"{integer(classification['n_permutations'])} permutations of the group labels, "
        "each with all of these steps recomputed. "
    )
    if classification["harmonise"]:
        site = column_label(settings["cohort"]["site"], described)
        fourth += (
            "Its features were harmonised across the levels of "
            f"{site} by ComBat {cite('combat', 'combat_imaging')}, location "
            "and scale of each feature without empirical Bayes and without preserving the group, "
            "fitted in the training set of each fold; the folds were stratified by group and "
            f"{site}. "
        )
    fourth += (
        "No learner uses the left-out participant for early stopping. Confidence intervals of the "
        f"AUC are Newcombe's {cite('newcombe')}, those of sensitivity and specificity Wilson's; "
        "cutoffs are chosen in the training set. Every random step derives from the seed "
        f"{settings['seed']}."
    )
    return [first, second, third, fourth], [REFERENCES[key] for key in cited]


def series_paragraphs(settings: dict, facts: dict, cite: Callable[..., str]) -> tuple[str, str]:
    """Preprocessing, and measures of series; see `methods_text`."""
    preprocessing, metrics = settings["preprocessing"], settings["metrics"]
    low, high = metrics["band_hz"]
    band = f"{low:g}{EN_DASH}{high:g} Hz"
    fwhm = f"{shortest(metrics['fwhm_mm'])} mm"
    dropped = (
        f"No volume was dropped ({facts['kept']})."
        if not preprocessing["drop_volumes"]
        else f"The first {counted(preprocessing['drop_volumes'], 'volume')} of each series "
        f"{'was' if preprocessing['drop_volumes'] == 1 else 'were'} dropped ({facts['kept']})."
    )
    if settings["cohort"]["source"] == "derivatives":
        placed = (
            f"They were resampled to the grid of the maps, {facts['grid']}"
            if facts["resampled"]
            else f"They kept their own grid of {facts['grid']}: nothing was resampled"
        )
        first = (
            f"Series preprocessed before (by: {facts['programs']}; space: {facts['spaces']}) were "
            f"taken.{facts['before']} {dropped} {placed}. No transform led from their space to "
            f"that of the template, {SPACE}."
        )
    else:
        estimated = (
            ", the motion estimated before slice timing"
            if preprocessing["motion_estimation"] == "before_slice_timing"
            else ""
        )
        first = (
            f"{dropped} Slice timing: {facts['timing']}. Series were realigned rigidly "
            f"to their mean, in two passes{estimated}; framewise displacement follows Jenkinson "
            f"{cite('jenkinson')}. T1 images were corrected for bias, the brain was extracted and "
            "segmented, and they were registered nonlinearly to the MNI152 template (2009a, "
            f"symmetric) at {shortest(preprocessing['normalisation_mm'])} mm; the mean functional "
            "image was registered rigidly to the T1. All transforms were applied in one "
            f"interpolation, to {shortest(preprocessing['voxel_mm'])} mm voxels."
        )
    regressed = left_to_regress(preprocessing["nuisance"])
    removed = joined([NUISANCE_NAMES.get(name, name) for name in regressed])
    sources = [key for key in ("friston24", "acompcor") if key in regressed]
    nuisance = (
        f"Regressed out of every voxel: {removed}{' ' + cite(*sources) if sources else ''}."
        if removed
        else "Nuisance had been regressed out before, and nothing more was here."
        if preprocessing["nuisance"] == DONE
        else "No nuisance signal was regressed out."
    )
    if removed and preprocessing["filter"] == "simultaneous":
        nuisance += (
            f" Their weights were fitted at {band}, data and regressors filtered alike "
            f"{cite('filter')}."
        )
    elif removed:
        nuisance += " Their weights were fitted before any filter."
    first += f" {nuisance}"
    parts = []
    if "alff" in metrics["measures"]:
        parts.append(
            f"ALFF is the mean amplitude over {band} of the detrended series, smoothed with "
            f"{fwhm} (full width at half maximum) before {cite('alff')}."
        )
    if "falff" in metrics["measures"]:
        parts.append(f"fALFF is its share of the whole amplitude {cite('falff')}.")
    if "reho" in metrics["measures"]:
        parts.append(
            f"ReHo is Kendall's W of a voxel and its {metrics['reho_neighbours'] - 1} neighbours "
            f"after band-pass filtering, smoothed with {fwhm} afterwards {cite('reho')}."
        )
    parts.append("Maps were divided by their mean over the participant's brain.")
    parts.append(seeds_text(settings, cite))
    return first, " ".join(parts)
