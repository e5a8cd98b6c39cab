"""Leak-free arms: model and features of each.

Importing this module imports AutoGluon, which takes seconds.
"""

import pandas as pd

from restpain.classification.ensemble import fit_and_predict
from restpain.classification.logistic import Fitter, Prediction, logistic_fitter
from restpain.classification.nested import Arm
from restpain.cohort.design import Design
from restpain.cohort.participants import MEAN_FD
from restpain.presentation.labels import NO_REGION
from restpain.presentation.numbers import counted, measure_name


def ensemble_fitter(learners: list[str], n_folds: int, n_search_trials: int) -> Fitter:
    """AutoGluon's ensemble with inner folds of the training rows."""

    def fit(training, labels, test, seed) -> Prediction:
        return fit_and_predict(
            training,
            labels,
            test,
            learners=learners,
            n_folds=n_folds,
            seed=seed,
            n_search_trials=n_search_trials,
        )

    return fit


def plain_arms(
    design: Design, motion: dict[str, float], folds: list[int], *, n_folds: int
) -> list[Arm]:
    """Arms of demographics alone and of motion alone, by logistic regression.

    ``folds`` are the numbers of the folds. Without a covariate in the design there is no arm of
    demographics, of maps without any known motion none of motion. Of participants whose motion is
    partly unknown (NaN) the arm of motion says how many, and classifies nobody; see
    `predict_folds`.
    """
    index = pd.Index(design.participants, name="participant_id")
    table = pd.DataFrame(design.matrix, index=index, columns=design.columns)
    demographics = table.drop(columns=["group", "intercept", MEAN_FD], errors="ignore")
    movement = pd.DataFrame({MEAN_FD: index.map(motion)}, index=index)
    unknown = int(movement[MEAN_FD].isna().sum())
    moved = "mean framewise displacement"
    if unknown:
        moved += f", unknown of {unknown} of {counted(len(index), 'participant')}: not classified"
    logistic = logistic_fitter(n_folds)
    arms = [
        Arm(
            "D demographics", ", ".join(demographics), dict.fromkeys(folds, demographics), logistic
        ),
        Arm("D motion", moved, dict.fromkeys(folds, movement), logistic),
    ]
    known = {"D demographics": demographics.shape[1] > 0, "D motion": len(motion) > 0}
    return [arm for arm in arms if known[arm.name]]


def leak_free_arms(
    regional: dict[int, pd.DataFrame],
    atlas: pd.DataFrame,
    design: Design,
    motion: dict[str, float],
    *,
    measures: list[str],
    learners: list[str],
    n_folds: int,
    n_search_trials: int,
    sites: pd.Series | None = None,
    connectivity: bool = True,
) -> list[Arm]:
    """Arm B (nested cross-validation), arm C (atlas) and the comparisons of arm D.

    Parameters
    ----------
    regional : dict of int to DataFrame of shape (n_participants, n_features)
        By fold, the features of the regions selected in its training set.
    atlas : DataFrame of shape (n_participants, n_features)
        Means of all atlas regions, without selection.
    design : Design
        Its covariates are the demographics; without any that arm is omitted.
    motion : dict of str to float
        Mean framewise displacement by participant_id, mm.
    measures, learners, n_folds, n_search_trials
        As in the configuration; FC comes with the measures of series.
    sites : Series, optional
        Site of each participant, across which all features of maps are harmonised.
    connectivity : bool
        False where maps are given, without series.
    """
    index = pd.Index(design.participants, name="participant_id")
    nothing = dict.fromkeys(regional, pd.DataFrame(index=index))
    everywhere = dict.fromkeys(regional, atlas.loc[index])
    local = ", ".join(measure_name(measure) for measure in measures)
    any_region = any(features.shape[1] for features in regional.values())
    scale = "" if sites is None else f", harmonised across {sites.name}"
    seeded = ", FC" if connectivity else ""
    selected = f"{local}{seeded} of the regions of each fold{scale}" if any_region else NO_REGION
    all_regions = f"{local} in AAL regions, {counted(atlas.shape[1], 'feature')}{scale}"
    ensemble = ensemble_fitter(learners, n_folds, n_search_trials)
    return [
        Arm("B nested", selected, regional, ensemble, sites),
        Arm("C atlas", all_regions, everywhere, ensemble, sites),
        Arm("D logistic", selected, regional, logistic_fitter(n_folds), sites),
        *plain_arms(design, motion, list(regional), n_folds=n_folds),
        Arm("D dummy", "none: the share of patients", nothing, logistic_fitter(n_folds)),
    ]
