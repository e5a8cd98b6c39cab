"""Sites of a study: checks of the column, and participants per site."""

from dataclasses import replace
from itertools import count

import pandas as pd

from restpain.cohort.design import Design, two_sample_design
from restpain.cohort.design_warnings import category_counts
from restpain.cohort.participants import Comparison
from restpain.presentation.numbers import counted

SMALLEST_SITE = 3  # participants that mean and spread of a site are estimated on


def checked_design(
    table: pd.DataFrame,
    comparison: Comparison,
    *,
    harmonise: bool,
    n_folds: int,
) -> Design:
    """Two-sample design of participants whose sites are fit for it.

    Parameters
    ----------
    table, comparison
        See `two_sample_design`; the site is one of the covariates.
    harmonise : bool
        Whether each training set of ``n_folds`` outer folds estimates ComBat across the sites.

    Raises
    ------
    ValueError
        With all problems of design and sites, one per line.
    """
    site = comparison.site
    problems = site_problems(table, site)
    usable = [name for name in comparison.covariates if name != site or not problems]
    if harmonise and not problems:
        problems = small_site_problems(table[site], n_folds=n_folds)
    try:
        design = two_sample_design(table, replace(comparison, covariates=usable))
    except ValueError as error:
        problems = [*str(error).splitlines(), *problems]
    if problems:
        raise ValueError("\n".join(problems))
    return design


def site_problems(table: pd.DataFrame, site: str | None) -> list[str]:
    """Problems of the column of the site, a sentence each."""
    if site is None:
        return []
    if site not in table:
        return [
            f"participants.tsv has no column {site}, which cohort.site names, but "
            f"{', '.join(table.columns)}; set cohort.site to one of them or to null"
        ]
    problems = []
    missing = table.loc[table[site].isna(), "participant_id"]
    if len(missing):
        problems.append(
            f"participants.tsv has no value of {site} for {', '.join(missing)}, but cohort.site "
            "needs the site of all participants; give it or exclude the participant"
        )
    numbers = table[pd.to_numeric(table[site], errors="coerce").notna()]
    if len(numbers):
        found = numbers.iloc[0]
        problems.append(
            f"participants.tsv has the number {found[site]} as {site} for "
            f"{found['participant_id']}{_and_others(len(numbers) - 1)}, but a site is a name and "
            f"no quantity; write it as one, such as site{found[site]}"
        )
    if table[site].nunique() == 1 and not len(missing):
        problems.append(
            f"participants.tsv has the {site} {table[site].iloc[0]} for all participants, but "
            "cohort.site needs at least two sites; set cohort.site to null"
        )
    return problems


def small_site_problems(sites: pd.Series, *, n_folds: int) -> list[str]:
    """Name the sites too small for ComBat in every training set, a sentence each.

    Folds share out each group of each site evenly (`stratified_folds`). Of the n
    participants of a site, a and b in the groups, a fold tests at most
    ceil(a / k) + ceil(b / k) <= floor((n - 2) / k) + 2, however the groups are permuted; 3 must be
    left. The smaller training sets of the learning curve keep 3 of each that has them.
    """
    needed = next(n for n in count(2) if n - ((n - 2) // n_folds + 2) >= SMALLEST_SITE)
    return [
        f"participants.tsv has {counted(size, 'participant')} of the {sites.name} {level}, but "
        f"ComBat in {n_folds} folds needs {needed}, so that {SMALLEST_SITE} are in every training "
        "set; merge the site with another, exclude it or set classification.harmonise to false"
        for level, size in sites.value_counts().sort_index().items()
        if size < needed
    ]


def site_counts(table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Patients and controls of each site; no row without sites. See `category_counts`."""
    sites = [comparison.site] if comparison.site else []
    return category_counts(table, replace(comparison, covariates=sites))


def _and_others(n: int) -> str:
    return f" and {counted(n, 'other')}" if n else ""
