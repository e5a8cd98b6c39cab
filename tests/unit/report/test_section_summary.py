"""Key figures and sentences of the summary."""

import pandas as pd

from restpain.report.section_summary import summary_section
from scripts.tables.tabulate_classification import classification_table
from study import ASSOCIATION, ERROR_RATE, MODEL, NESTED, NORMALITY, PUBLISHED, REGIONS, settings

FLOW = [
    {"group": "CP", "recruited": 12, "excluded": [("moved", 2)], "analysed": 10},
    {"group": "HC", "recruited": 10, "excluded": [], "analysed": 10},
]


def summary(rows=slice(None)):
    return summary_section(
        FLOW,
        {
            "regions": REGIONS.iloc[rows],
            "classification": classification_table(PUBLISHED.iloc[rows], NESTED),
            "correlation": ASSOCIATION.iloc[rows],
        },
        pd.DataFrame({"group": ["CP", "HC"], "mean_fd_jenkinson_mm": [0.1, 0.1]}),
        settings=settings(),
        models={"alff": MODEL},
        corrections={},
        error_rates=[ERROR_RATE],
        searched={},
        normality=NORMALITY,
        score="the clinical score (NRS)",
    )


def test_the_key_figures_are_those_of_the_tables():
    facts = summary().content["facts"]

    assert [fact["value"] for fact in facts] == ["10 + 10", "2", "0.60", "0.90"]
    assert [fact["note"] for fact in facts] == [
        "2 excluded",
        "2 ALFF, GRF correction alone adds 1",
        "95 % CI 0.35 to 0.80",
        "circular: regions chosen on all participants",
    ]


def test_a_summary_without_findings_says_so():
    content = summary(slice(0)).content

    assert content["facts"][1]["note"] == "none survived the permutation test of cluster size"
    assert content["facts"][3]["value"] == "–"
    assert (
        "There was no regional feature to correlate with the clinical score (NRS)."
        in (content["findings"])
    )
    assert not any("test set of arm A" in sentence for sentence in content["limits"])
