"""Section Summary: key figures and findings, confidence, limitations."""

import pandas as pd

from restpain.cohort.participants import configured_comparison
from restpain.presentation.pages import Section
from restpain.report.assumptions import error_rate_sentence, normality_sentence, searched_sentences
from restpain.report.findings import findings, key_figures
from restpain.report.sentences import certainty, classification_sentence, limits, score_sentence


def summary_section(
    flow: list[dict],
    tables: dict[str, pd.DataFrame],
    quality: pd.DataFrame,
    *,
    settings: dict,
    models: dict[str, dict],
    corrections: dict[str, list[dict]],
    error_rates: list[dict],
    searched: dict[str, dict],
    normality: pd.DataFrame,
    score: str | None,
) -> Section:
    """Key figures and sentences.

    Parameters
    ----------
    flow : list of dict
        Recruited, excluded and analysed of each group (``workflow_content.exclusion_flow``).
    tables : dict of DataFrame
        ``regions``, ``classification``, ``correlation``: Tables 2 to 4.
    quality : DataFrame
        Quality numbers of the analysed participants (``section_quality.quality_table``).
    settings : dict
        The configuration in force.
    models, corrections : dict
        Of the group level, by measure.
    error_rates : list of dict
        Family-wise error of GRF correction in this cohort, of each local measure.
    searched : dict
        Voxels that were not searched, by measure, see `searched_sentences`.
    normality : DataFrame
        Jarque-Bera and three tests of every feature.
    score : str or None
        Label of the clinical score.
    """
    regions, classification = tables["regions"], tables["classification"]
    inference = settings["group"]["inference"]
    n_test = classification.loc[classification["arm"] == "A", "n_test"].dropna()
    return Section(
        "summary",
        "Summary",
        "",
        {
            "facts": key_figures(flow, regions, classification, corrections, inference=inference),
            "findings": [
                *findings(regions, corrections, inference=inference),
                score_sentence(tables["correlation"], score),
                classification_sentence(classification),
            ],
            "certainty": [
                *certainty(
                    regions,
                    classification,
                    corrections,
                    quality,
                    configured_comparison(settings),
                    inference=inference,
                ),
                *searched_sentences(searched),
                error_rate_sentence(error_rates),
                normality_sentence(models, normality),
            ],
            "limits": limits(
                flow, classification, settings, float(n_test.iloc[0]) if len(n_test) else None
            ),
        },
    )
