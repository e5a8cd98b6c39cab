"""The sentences of the page: what was asked and found, how sure it is, and how it was done.

Every function takes numbers and settings and gives plain text, which the page escapes.
"""

import pandas as pd
from scipy import stats

from restpain.figures_flow import NUISANCE_NAMES
from restpain.formatting import (
    EN_DASH,
    counted,
    integer,
    interval,
    is_missing,
    joined,
    measure_name,
    number,
    p_clause,
    region_name,
    shortest,
)

LONG_MEASURES = {
    "alff": "the amplitude of slow fluctuations (ALFF)",
    "falff": "their share of the whole amplitude (fALFF)",
    "reho": "local synchrony (ReHo)",
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
    "autogluon": (
        "Erickson N et al. AutoGluon-Tabular: robust and accurate AutoML for structured data. "
        "arXiv 2020",
        "10.48550/arXiv.2003.06505",
    ),
    "eklund": (
        "Eklund A et al. Cluster failure: why fMRI inferences for spatial extent have inflated "
        f"false-positive rates. Proc Natl Acad Sci USA 2016;113:7900{EN_DASH}7905",
        "10.1073/pnas.1602413113",
    ),
}


def direction(t: float) -> str:
    """Say on which side the patients lie."""
    return "higher" if t > 0 else "lower"


def findings(regions: pd.DataFrame, measures: list[str]) -> list[str]:
    """Say for each measure where patients are higher and lower, or that nothing survived."""
    sentences = []
    for measure in [*measures, "fc"]:
        name = "Functional connectivity" if measure == "fc" else measure_name(measure)
        rows = regions[regions["measure"] == measure_name(measure)]
        if rows.empty:
            sentences.append(f"{name}: no cluster survived the correction.")
            continue
        parts = []
        for sign in ("lower", "higher"):
            some = rows[[direction(t) == sign for t in rows["t"]]]
            if len(some):
                places = [_place(row, measure) for row in some.itertuples()]
                parts.append(f"{sign} in patients in the {joined(places)}")
        sentences.append(f"{name}: {counted(len(rows), 'cluster')}; {'; '.join(parts)}.")
    return sentences


def _place(row, measure: str) -> str:
    side = "" if row.hemisphere == "midline" else f"{row.hemisphere} "
    name = region_name(row.region)
    name = name if name[:2].isupper() or name.startswith("Heschl") else name[0].lower() + name[1:]
    seed = f" (seed {row.seed})" if measure == "fc" and not is_missing(row.seed) else ""
    return f"{side}{name}{seed}"


def leak_free(classification: pd.DataFrame) -> pd.Series | None:
    """Row of the leak-free arm of Table 3, or None."""
    rows = classification[classification["arm"].astype(str).str.startswith("B")]
    return rows.iloc[0] if len(rows) else None


def score_sentence(correlation: pd.DataFrame, score: str | None) -> str:
    """Say what the correlation with the clinical score gave."""
    if not score:
        return "No clinical score was named, so none was correlated."
    if correlation.empty:
        return f"There was no regional feature to correlate with {score}."
    hits = correlation[correlation["q_fdr"] < 0.05]
    if hits.empty:
        return (
            f"No feature correlated with {score} in patients "
            f"({counted(len(correlation), 'feature')}, smallest "
            f"{p_clause(correlation['p'].min())}, "
            f"smallest {p_clause(correlation['q_fdr'].min(), 'q')})."
        )
    names = [f"{row.cluster_id} (rho {number(row.rho, 2)})" for row in hits.itertuples()]
    return f"Correlated with {score} in patients at q < 0.05: {joined(names)}."


def classification_sentence(classification: pd.DataFrame) -> str:
    """Say what the classification gave, the leak-free arm first."""
    honest = leak_free(classification)
    published = classification[classification["arm"] == "A"]
    text = "The leak-free classifier was not run."
    if honest is not None:
        text = (
            f"With everything refitted in each training fold, patients and controls were told "
            f"apart with an AUC of {number(honest['auc'], 2)} "
            f"(95 % interval {interval(honest['auc_low'], honest['auc_high'], 2)}, "
            f"permutation {p_clause(honest['p_permutation'])})."
        )
    aucs = published["auc"].dropna().astype(float)
    if len(aucs):
        text += (
            f" The published protocol, whose regions were chosen on everybody, gave "
            f"{number(aucs.min(), 2)} to {number(aucs.max(), 2)}."
        )
    elif published.empty:
        text += " The published protocol had no significant region to start from."
    return text


def certainty(
    regions: pd.DataFrame,
    classification: pd.DataFrame,
    corrections: dict[str, list[dict]],
    quality: pd.DataFrame,
    *,
    patients: str,
    controls: str,
) -> list[str]:
    """How far the findings can be trusted: other corrections, thresholds, optimism, motion."""
    sentences = []
    if len(regions):
        survives = regions["survives"].fillna("").astype(str)
        tested = regions["p_permutation"].notna().any()
        counts = f"{survives.str.contains('fdr').sum()} hold voxelwise FDR at the peak"
        if tested:
            counts = f"{survives.str.contains('permutation').sum()} also survive the permutation "
            counts += f"test of cluster size, {survives.str.contains('fdr').sum()} hold FDR"
        sentences.append(f"Of {counted(len(regions), 'cluster')}, {counts}.")
    sizes = [
        (measure, volume["cluster_size_threshold"], volume.get("cluster_size_permutation"))
        for measure, volumes in corrections.items()
        for volume in volumes[:1]
    ]
    compared = [
        f"{measure_name(measure)} {integer(field)} against {integer(permuted)}"
        for measure, field, permuted in sizes
        if not is_missing(permuted) and not is_missing(field)
    ]
    if compared:
        lenient = sum(permuted > field for _, field, permuted in sizes if not is_missing(permuted))
        verdict = (
            "where permutation asks for more, the random field is lenient in these data"
            if lenient
            else "the random field is not lenient in these data"
        )
        sentences.append(
            "Smallest significant cluster, random field against permutation of the groups "
            f"(voxels): {joined(compared)}; {verdict}."
        )
    honest = leak_free(classification)
    published = classification.loc[classification["arm"] == "A", "auc"].dropna().astype(float)
    if honest is not None and len(published):
        gap = published.max() - float(honest["auc"])
        if abs(gap) < 0.005:
            where = "equals"
        else:
            where = f"lies {number(abs(gap), 2)} {'above' if gap > 0 else 'below'}"
        sentences.append(
            f"The best AUC of the published protocol {where} the leak-free one; what is above is "
            "optimism."
        )
    motion = quality["mean_fd_jenkinson_mm"].astype(float)
    groups = [motion[quality["group"] == label].dropna() for label in (patients, controls)]
    if min(map(len, groups)) > 0:
        sentences.append(f"Motion (mean FD): {compared_groups(groups, 2, 'mm')}.")
    return sentences


def limits(
    flow: list[dict], classification: pd.DataFrame, settings: dict, n_test: float | None
) -> list[str]:
    """Say what the study cannot."""
    n = [group["analysed"] for group in flow]
    sentences = [
        "The published protocol chooses its regions on all participants and then classifies the "
        "same participants: its accuracy is circular and says little about new people. The "
        "leak-free arm is the one to quote.",
        "The random field correction does not hold its 5 % exactly: for comparisons of two groups "
        f"at this threshold the empirical error was 6.0 % (median; 2.2{EN_DASH}14.4 % over "
        "studies), and more with less smoothing.",
        f"With {n[0]} patients and {n[1]} controls only large differences can be found, and those "
        "found look larger than they are; a region that is not listed is not a region without a "
        "difference.",
    ]
    honest = leak_free(classification)
    if honest is not None and not is_missing(honest["auc_low"]):
        width = honest["auc_high"] - honest["auc_low"]
        if width > 0:
            sentences.append(
                f"The interval of the leak-free AUC is {number(width, 2)} wide: "
                "many verdicts are compatible with it."
            )
        else:
            sentences.append(
                "No bootstrap sample gave another leak-free AUC, so its interval has no width: "
                "that says how few participants there are, not that the next ones would be told "
                "apart."
            )
    if n_test is not None:
        sentences.append(
            f"A test set of the published protocol holds {integer(n_test)} participants; an AUC "
            "of so few takes only a handful of values."
        )
    sentences.append(
        "Patients differ from controls in more than the disorder, in medication and mood for "
        "instance; a difference between groups does not say what causes it."
    )
    if settings["cohort"]["source"] == "simulated":
        sentences.insert(
            0,
            "The participants are simulated. The numbers show that the workflow runs and what it "
            "finds of the effects planted in the data; they say nothing about patients.",
        )
    return sentences


def question(settings: dict) -> str:
    """Say what was asked."""
    measures = joined([LONG_MEASURES[name] for name in settings["metrics"]["measures"]])
    score = settings["cohort"]["score"]
    follow = f"Do these features follow the score {score}? " if score else ""
    return (
        f"Do patients differ from controls in {measures} of the resting brain, and in the "
        f"functional connectivity of the places where they do? {follow}"
        "Can the groups be told apart by them?"
    )


def methods_text(settings: dict, facts: dict) -> tuple[list[str], list[tuple[str, str]]]:
    """Paragraphs of the methods with the settings in force, and the references in their order.

    ``facts`` has ``kept`` (volumes, in words), ``timing``, ``df``, ``n_voxels``,
    ``n_permutations``. A reference stands as ``[1]`` behind what it backs.
    """
    cited: list[str] = []

    def cite(*keys: str) -> str:
        for key in keys:
            if key not in cited:
                cited.append(key)
        return "[" + ", ".join(str(cited.index(key) + 1) for key in keys) + "]"

    preprocessing, metrics = settings["preprocessing"], settings["metrics"]
    group, classification = settings["group"], settings["classification"]
    low, high = metrics["band_hz"]
    band = f"{low:g}{EN_DASH}{high:g} Hz"
    fwhm = f"{shortest(metrics['fwhm_mm'])} mm"
    if settings["cohort"]["source"] == "derivatives":
        first = (
            "Preprocessed series in MNI152NLin2009aSym space were taken and resampled to "
            f" {shortest(preprocessing['voxel_mm'])} mm."
        )
    else:
        first = (
            f"The first {counted(preprocessing['drop_volumes'], 'volume')} of each series "
            f"{'was' if preprocessing['drop_volumes'] == 1 else 'were'} dropped "
            f"({facts['kept']}). Slice timing: {facts['timing']}. Series were realigned rigidly "
            "to their mean, in two passes; framewise displacement follows Jenkinson "
            f"{cite('jenkinson')}. T1 images were corrected for bias, the brain was extracted and "
            "segmented, and they were registered nonlinearly to the MNI152 template (2009a, "
            f"symmetric) at {shortest(preprocessing['normalisation_mm'])} mm; the mean functional "
            "image was registered rigidly to the T1. All transforms were applied in one "
            f"interpolation, to {shortest(preprocessing['voxel_mm'])} mm voxels."
        )
    removed = joined([NUISANCE_NAMES.get(name, name) for name in preprocessing["nuisance"]])
    sources = [key for key in ("friston24", "acompcor") if key in preprocessing["nuisance"]]
    nuisance = (
        f"Regressed out of every voxel: {removed}{' ' + cite(*sources) if sources else ''}."
        if removed
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
    origin = {
        "clusters": "each significant cluster of these measures",
        "union": "the union of the significant clusters of these measures",
        "coordinates": f"spheres of {shortest(settings['connectivity']['radius_mm'])} mm radius "
        "at given coordinates",
        "masks": "given masks",
    }[settings["connectivity"]["seeds"]]
    parts.append(
        "Maps were divided by their mean over the participant's brain. Functional connectivity is "
        f"the Fisher-transformed Pearson correlation of a seed's mean series ({origin}) with "
        f"every voxel, at {band} and smoothed with {fwhm} {cite('fc')}."
    )
    covariates = settings["cohort"]["covariates"]
    sides = "two-tailed (both p halved for each sign)" if group["tails"] == 2 else "for each sign"
    smooth = {"residuals": "the residuals", "zmap": "the map of z"}[group["smoothness"]]
    third = (
        "Groups were compared by a two-sample t-test, patients minus controls"
        + (f", adjusted for {joined(covariates)}" if covariates else ", without covariates")
        + f" ({facts['df']} degrees of freedom, {integer(facts['n_voxels'])} voxels covered in "
        f"at least {100 * group['mask_coverage']:g} % of participants). Clusters were corrected "
        f"by Gaussian random field theory: voxel p < {group['voxel_p']:g}, cluster p < "
        f"{group['cluster_p']:g}, {sides}, {group['connectivity']}-connected, smoothness "
        f"estimated from {smooth}, as in DPABI {cite('grf', 'dpabi')}."
    )
    if group["n_permutations"]:
        third += (
            f" Beside it, {integer(group['n_permutations'])} permutations (Freedman-Lane) of the "
            f"maximal cluster size {cite('freedman')} and of threshold-free enhanced scores, and "
            f"the false discovery rate {cite('fdr')}."
        )
    if settings["connectivity"]["correct_across_seeds"]:
        third += " The connectivity maps of all seeds were corrected together."
    relabelled = " and by relabelling the participants" if group["n_permutations"] else ""
    third += (
        " The means of surviving clusters were tested for normality (Jarque-Bera) and, "
        f"unadjusted, compared by Student's and Welch's t-test{relabelled}."
    )
    third += f" Peaks were labelled with the AAL2 atlas {cite('aal')}."
    fourth = ""
    if settings["cohort"]["score"]:
        adjusted = settings["association"]["covariates"]
        kind = f"partial Spearman, adjusted for {joined(adjusted)}" if adjusted else "Spearman"
        fourth = (
            f"Cluster means of patients were correlated with {settings['cohort']['score']} "
            f"({kind}; {integer(settings['association']['n_bootstrap'])} bootstrap samples). "
        )
    fourth += (
        "Classification used an AutoGluon ensemble of "
        f"{joined(classification['learners'])} {cite('autogluon')}. Published protocol: one model "
        f"per region, {classification['n_repeats']} splits with "
        f"{100 * classification['test_fraction']:g} % for the test, leave-one-out in the training "
        "set. Leak-free protocol: group test, correction, seeds, connectivity, features and model "
        f"recomputed in the training part of {classification['n_folds']} folds. No learner stops "
        "early on the participant left out. Intervals of the AUC come from "
        f"{integer(classification['n_bootstrap'])} bootstrap samples of participants, those of "
        "sensitivity and specificity are Wilson's; cutoffs are chosen in the training set. Every "
        f"random step derives from the seed {settings['seed']}."
    )
    return [first, " ".join(parts), third, fourth], [REFERENCES[key] for key in cited]


def compared_groups(groups: list[pd.Series], digits: int, unit: str) -> str:
    """Means of patients and controls, and Welch's p of their difference, in words."""
    unit = f" {unit}" if unit else ""
    means = [number(group.mean(), digits) if len(group) else "n/a" for group in groups]
    text = f"patients {means[0]}, controls {means[1]}{unit}"
    if min(map(len, groups)) > 1 and groups[0].var() + groups[1].var() > 0:
        moments = [value for group in groups for value in (group.mean(), group.std(), len(group))]
        welch = stats.ttest_ind_from_stats(*moments, equal_var=False)
        text += f"; Welch {p_clause(welch.pvalue)}"
    return text


def key_figures(
    flow: list[dict], regions: pd.DataFrame, classification: pd.DataFrame
) -> list[dict]:
    """Collect the four numbers on top of the page."""
    n = [group["analysed"] for group in flow]
    excluded = sum(group["recruited"] - group["analysed"] for group in flow)
    honest = leak_free(classification)
    aucs = classification.loc[classification["arm"] == "A", "auc"].dropna().astype(float)
    split = [
        f"{count} {measure}"
        for measure, count in regions["measure"].value_counts(sort=False).items()
    ]
    facts = [
        {"value": f"{n[0]} + {n[1]}", "name": "patients and controls analysed",
         "note": f"{excluded} excluded"},
        {"value": str(len(regions)), "name": "significant clusters",
         "note": ", ".join(split) or "nothing survived the correction"},
    ]  # fmt: skip
    if honest is None:
        facts.append({"value": EN_DASH, "name": "leak-free AUC", "note": "not run"})
    else:
        facts.append(
            {"value": number(honest["auc"], 2), "name": "leak-free AUC",
             "note": f"95 % interval {interval(honest['auc_low'], honest['auc_high'], 2)}"}
        )  # fmt: skip
    best = number(aucs.max(), 2) if len(aucs) else EN_DASH
    note = "circular: regions chosen on everybody" if len(aucs) else "no region to classify with"
    facts.append({"value": best, "name": "best AUC, published protocol", "note": note})
    return facts
