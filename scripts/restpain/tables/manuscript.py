"""Tables 1 to 4 as printed in a manuscript: the published columns as text."""

from dataclasses import dataclass

import pandas as pd

from restpain.atlas import NO_LABEL
from restpain.classification.folds import LEAVE_ONE_OUT, training_folds_in_words
from restpain.presentation.labels import TEST_MARKS, own_seed
from restpain.presentation.numbers import (
    EN_DASH,
    MINUS,
    arm_name,
    atlas_name,
    integer,
    is_missing,
    number,
    p_value,
    region_name,
)
from restpain.tables.atlas_columns import (
    atlases_note,
    atlases_of,
    near_words,
    region_in_words,
    side_letter,
)
from restpain.tables.demographics import MEDIAN_LEVEL

LARGEST_SHARES, SMALLEST_SHARE = 3, 5  # regions of a cluster that Table 2 names, and their %


@dataclass(frozen=True)
class Sheet:
    """A table for readers.

    Attributes
    ----------
    title : str
        Caption.
    head : list of str
        Names of the columns.
    rows : list of list of str
        Cells, one list per row.
    notes : list of str
        Footnotes, a sentence each.
    n_words : int
        Columns of text, on the left; the others hold numbers and are right-aligned.
    """

    title: str
    head: list[str]
    rows: list[list[str]]
    notes: list[str]
    n_words: int


def demographics_sheet(table: pd.DataFrame, *, simulated: bool) -> Sheet:
    """Table 1; a letter at each p refers to the test in the footnotes."""
    n = {group: _largest(table[f"{group}_n"]) for group in ("patients", "controls")}
    rows = [
        [
            row.row,
            _text(row.patients),
            _text(row.controls),
            "" if is_missing(row.p) else f"{p_value(row.p)} ({TEST_MARKS[row.test]})",
        ]
        for row in table.itertuples()
    ]
    notes = [
        "Mean±SD (range), n (%) or n/n.",
        "(a) Two-sample t-test with pooled variance, two-sided.",
        "(b) Chi-square test without continuity correction.",
    ]
    if MEDIAN_LEVEL in set(table["level"]):
        notes[0] = "Mean±SD (range), median (interquartile range), n (%) or n/n."
        notes.append("(c) Mann-Whitney U test, two-sided.")
    if "Fisher's exact" in set(table["test"]):
        notes.append("(d) Fisher's exact test (Freeman-Halton), from random tables.")
    if missing := missing_words(table):
        notes.append(f"Without a value: {missing}.")
    head = ["Variable", f"Patients (n = {n['patients']})", f"Controls (n = {n['controls']})", "p"]
    title = "Table 1. Demographic and clinical characteristics"
    return Sheet(_titled(title, simulated), head, rows, notes, 1)


def missing_words(table: pd.DataFrame) -> str:
    """Participants without a value of each variable of Table 1; an empty text if there are none.

    Levels and categories of scores are not listed beside the variable that they belong to.
    """
    names = set(table["row"])
    return ", ".join(
        f"{row.row} {integer(row.missing)}"
        for row in table.itertuples()
        if row.missing and "(NRS" not in row.row and row.row.rpartition(": ")[0] not in names
    )


def regions_sheet(table: pd.DataFrame, *, simulated: bool) -> Sheet:
    """Table 2; connectivity is shown with its seed, a peak outside the atlas with what is near."""
    regions = _regions(table)
    seeds = list(dict.fromkeys(table["seed"].dropna()))
    atlases = atlases_of(table)
    rows = [
        [
            row.measure if is_missing(row.seed) else f"{row.measure} ({row.seed})",
            near_words(regions[row.Index], row.region_distance_mm),
            largest_shares(row.composition),
            *(region_in_words(table.loc[row.Index], name) for name in atlases),
            _text(row.hemisphere),
            EN_DASH if is_missing(row.brodmann_area) else str(row.brodmann_area),
            *(number(value, 0) for value in (row.x_mm, row.y_mm, row.z_mm)),
            number(row.t, 2),
        ]
        for row in table.itertuples()
    ]
    notes = [
        f"t: two-sample t-test of the group model at the peak, patients {MINUS} controls.",
        *_corrections(table),
        "BA: Brodmann area at the peak; x, y, z: peak in MNI space, mm.",
    ]
    if seeds:
        named = "; ".join(_seed_words(table, seed) for seed in seeds)
        notes.append(f"In parentheses after FC, the seed: {named}.")
    if any(row.region_distance_mm > 0 for row in table.itertuples()):
        notes.append("Near: the peak lies outside every AAL2 region, that far from the nearest.")
    notes += filter(None, [atlases_note(atlases)])
    for row in table.itertuples():
        remark = own_seed(row).removeprefix(", ")
        notes += [f"{row.cluster_id}: {remark}."] if remark else []
    head = ["Measure", "Region", "Share of the cluster", *map(atlas_name, atlases)]
    head += ["Hemisphere", "BA", "x", "y", "z", "t"]
    title = "Table 2. Regions that differ between patients and controls"
    return Sheet(_titled(title, simulated), head, rows, _noted(notes, rows), 4 + len(atlases))


def classification_sheet(table: pd.DataFrame, *, simulated: bool) -> Sheet:
    """Table 3: arm A (published protocol), then arms B to D."""
    rows = []
    regions = _regions(table)
    for row in table.itertuples():
        features = regions[row.Index]
        if row.arm != "A":
            features = f"arm {arm_name(row.arm)}: {_text(row.region)}"
        elif row.cluster_id == "all":
            features = "all features pooled"
        rows.append(
            [
                row.measure,
                features,
                _text(row.hemisphere),
                *(number(value, 3) for value in (row.auc, row.cv_auc, row.cutoff)),
                *(
                    number(value, 1)
                    for value in (
                        row.sensitivity_percent,
                        row.specificity_percent,
                        row.accuracy_percent,
                    )
                ),
            ]
        )
    cross_validation = training_folds_in_words(table)
    short = "LOO" if cross_validation == LEAVE_ONE_OUT else "CV"
    notes = [
        "Rows without an arm: arm A, published protocol, regions chosen on all participants "
        "(circular), means over the test sets.",
        "Arms B to D: regions and models fitted in the training folds only, out-of-fold "
        "predictions.",
        f"AUC: area under the ROC curve; {short}: {cross_validation} in the training sets.",
    ]
    head = ["Measure", "Region", "Hemisphere", "AUC", f"{short} AUC", "Cutoff"]
    head += ["Sensitivity (%)", "Specificity (%)", "Accuracy (%)"]
    title = "Table 3. Classification of patients and controls"
    return Sheet(_titled(title, simulated), head, rows, notes, 3)


def correlation_sheet(table: pd.DataFrame, *, simulated: bool) -> Sheet:
    """Table 4."""
    regions = _regions(table)
    rows = [
        [
            row.measure,
            regions[row.Index],
            _text(row.hemisphere),
            number(row.rho, 3),
            p_value(row.p),
        ]
        for row in table.itertuples()
    ]
    n = sorted({integer(value) for value in table["n"]})
    notes = ["Spearman's rank correlation in patients, two-sided p, not corrected."]
    notes += [f"n = {', '.join(n)}."] if n else []
    head = ["Measure", "Region", "Hemisphere", "ρ", "p"]
    title = "Table 4. Correlation of the features with the clinical score in patients"
    return Sheet(_titled(title, simulated), head, rows, _noted(notes, rows), 3)


SHEETS = {
    "table1_demographics": demographics_sheet,
    "table2_regions": regions_sheet,
    "table3_classification": classification_sheet,
    "table4_correlation": correlation_sheet,
}


def _regions(table: pd.DataFrame) -> pd.Series:
    """Names of the regions, with the cluster id where a measure has several in one region."""
    names = table["region"].map(region_name)
    several = table.duplicated(["measure", "region", "hemisphere"], keep=False)
    labels = " (" + table["cluster_id"].astype(str) + ")"
    return names.where(~(several & table["region"].notna()), names + labels)


def largest_shares(composition) -> str:
    """Share of the cluster in its largest AAL2 regions, in all others and outside, in words."""
    if is_missing(composition):
        return ""
    parts = dict(part.rsplit(" ", 2)[:2] for part in str(composition).split("; "))
    outside = int(parts.pop(NO_LABEL, 0))
    named = [
        (f"{region_name(name)}{side_letter(name)}", int(share)) for name, share in parts.items()
    ]
    shown = [part for part in named[:LARGEST_SHARES] if part[1] >= SMALLEST_SHARE] or named[:1]
    rest = 100 - outside - sum(share for _, share in shown)
    shown += [("others", rest)] if len(shown) < len(named) and rest > 0 else []
    shown += [(NO_LABEL, outside)] if outside else []
    return "; ".join(f"{name} {share} %" for name, share in shown)


def _seed_words(table: pd.DataFrame, seed: str) -> str:
    """Seed with the region of the cluster that it is, if it is one."""
    cluster = table[table["cluster_id"] == seed]
    if not len(cluster):
        return seed
    hemisphere = _text(cluster["hemisphere"].iloc[0])
    return ", ".join(
        filter(None, [f"{seed} {region_name(cluster['region'].iloc[0])}", hemisphere])
    )


def _corrections(table: pd.DataFrame) -> list[str]:
    """Sentence about how many of the clusters survive GRF correction and permutation."""
    if table.empty:
        return []
    survived = [str(text).split(",") for text in table["survives"]]
    n = {name: sum(name in some for some in survived) for name in ("grf", "permutation")}
    grf = f"Gaussian random field (GRF) correction ({n['grf']} of {len(table)} clusters)"
    if table["p_permutation"].isna().all():
        return [f"Clusters that survive {grf}."]
    permuted = f"permutation of cluster size ({n['permutation']} of {len(table)})"
    return [f"Clusters that survive {grf} or {permuted}."]


def _titled(title: str, simulated: bool) -> str:
    return f"SIMULATED DATA. {title}" if simulated else title


def _noted(notes: list[str], rows: list) -> list[str]:
    return notes if rows else ["No cluster survived the correction.", *notes]


def _text(value) -> str:
    return "" if is_missing(value) else str(value)


def _largest(values: pd.Series) -> str:
    return integer(values.max()) if len(values.dropna()) else "0"
