"""Labels of columns, from the sidecar ``participants.json`` (BIDS), and remarks on seeds."""

import pandas as pd

from restpain.presentation.numbers import is_missing, number

# features of an arm of the classification that has none
NO_REGION = "none: no fold has a significant region, so that no participant is classified"
# column of participants.tsv and the row's name, in the order of the paper's Table 1
PAPER_ROWS = {
    "age": "Age (years)",
    "sex": "Male/Female",
    "education": "Education (years)",
    "phq9": "Depression Patient Health Questionnaire-9",
    "nrs": "Numeric Rating Scale",
    "cancer_days": "Duration of cancer (days)",
    "pain_days": "Duration of cancer pain (days)",
    "ome_mg": "Oral Morphine Equivalent daily dose (mg)",
    "breakthrough": "Breakthrough cancer pain",
}
# letter of the footnote of each test of Table 1
TEST_MARKS = {
    "two-sample t": "a",
    "chi-square": "b",
    "Mann-Whitney U": "c",
    "Fisher's exact": "d",
}
# columns that the workflow adds
ADDED = {"mean_fd": {"LongName": "Mean framewise displacement", "Units": "mm"}}


OTHER_CORRECTION = {"grf": "permutation", "permutation": "grf"}


def inference_name(inference: str) -> str:
    """Name of a correction of clusters, "grf" or "permutation", in parentheses."""
    return {"grf": "GRF", "permutation": "permutation"}[inference]


def correction_name(inference: str) -> str:
    """Name of a correction of clusters, "grf" or "permutation", within a sentence."""
    names = {"grf": "GRF correction", "permutation": "the permutation test of cluster size"}
    return names[inference]


def column_label(name: str, described: dict, *, unit: bool = False) -> str:
    """LongName of a column, or its name where the sidecar has none; ``unit`` appends (Units)."""
    entry = ADDED.get(name, {}) | described.get(name, {})
    label, units = entry.get("LongName") or name, entry.get("Units")
    return f"{label} ({units})" if unit and units else label


def level_label(level: str, name: str, described: dict) -> str:
    """Label of a level of a column in its sidecar (Levels), or the level where it has none."""
    levels = described.get(name, {}).get("Levels")
    entry = levels.get(level) if isinstance(levels, dict) else None
    text = entry.get("Description") if isinstance(entry, dict) else entry
    return " ".join(str(text).split()) if text else level


def labelled_counts(counts: pd.DataFrame, described: dict) -> pd.DataFrame:
    """Name levels of categories (columns ``covariate`` and ``level``) by their labels."""
    pairs = list(zip(counts["level"], counts["covariate"], strict=True))
    return counts.assign(
        covariate=[column_label(name, described) for _, name in pairs],
        level=[level_label(str(level), name, described) for level, name in pairs],
    )


def row_label(name: str, described: dict) -> str:
    """Name of a column in Table 1: as the paper prints it, else its LongName and Units."""
    return PAPER_ROWS.get(name) or column_label(name, described, unit=True)


def shown_columns(
    configured: list[str] | None, covariates: list[str], score: str | None
) -> list[str]:
    """Columns of Table 1 in their order: as configured, else the paper's and those analysed."""
    if configured is not None:
        return configured
    return list(dict.fromkeys([*PAPER_ROWS, *covariates, *([score] if score else [])]))


def column_labels(names: list[str], described: dict) -> list[str]:
    """Labels of several columns as they stand within a sentence."""
    return [within_sentence(column_label(name, described)) for name in names]


def within_sentence(label: str) -> str:
    """Label with a small first letter, but for abbreviations and names of persons."""
    kept = label[:2].isupper() or label.startswith("Heschl")
    return label if kept else label[:1].lower() + label[1:]


def score_label(score: str | None, described: dict) -> str | None:
    """Clinical score within a sentence; None without one."""
    return f"the clinical score ({column_label(score, described)})" if score else None


def own_seed(row) -> str:
    """Remark on a row of Table 2 whose cluster reaches into its own seed; nothing on others."""
    if is_missing(row.seed_share) or row.seed_share == 0:
        return ""
    return f", {number(100 * row.seed_share, 0)} % of the cluster in or at the seed itself"
