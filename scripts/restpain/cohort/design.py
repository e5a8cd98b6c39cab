"""Design of the group comparison: columns, and checks that it can be estimated."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from restpain.cohort.participants import SMALLEST_GROUP, Comparison
from restpain.presentation.numbers import counted

RANK_TOLERANCE = 1e-8  # of columns scaled to length 1
DECIMAL_COMMA = r"[-+]?\d+,\d+"


@dataclass(frozen=True)
class Design:
    """Two-sample design: columns ``group`` (+1 patients, -1 controls), ``intercept``, covariates.

    Attributes
    ----------
    matrix : ndarray of shape (n_participants, n_columns)
        Covariates as they are, not centred; t of the first column does not depend on it.
    columns : tuple of str
        Name of each column; a category is named ``column=level``.
    participants : tuple of str
        participant_id of each row.
    """

    matrix: np.ndarray
    columns: tuple[str, ...]
    participants: tuple[str, ...]

    @property
    def patients(self) -> np.ndarray:
        """Rows of the patients, as booleans."""
        return self.matrix[:, 0] > 0

    @property
    def controls(self) -> np.ndarray:
        """Rows of the controls, as booleans."""
        return self.matrix[:, 0] < 0

    @property
    def df(self) -> int:
        """Degrees of freedom of the residuals."""
        return self.matrix.shape[0] - self.matrix.shape[1]

    def permuted(self, order: np.ndarray) -> "Design":
        """Design in which participant ``i`` has the group of participant ``order[i]``.

        Covariates stay with their participants.
        """
        matrix = self.matrix.copy()
        matrix[:, 0] = matrix[order, 0]
        return replace(self, matrix=matrix)

    def subset(self, rows: np.ndarray) -> "Design":
        """Design of some of the participants; covariates that they cannot estimate are dropped.

        Parameters
        ----------
        rows : ndarray
            Booleans or indices of the rows to keep.

        Raises
        ------
        ValueError
            If a group is left with fewer than 3 participants.
        """
        matrix = self.matrix[rows]
        keep = [0, 1]
        for column in range(2, matrix.shape[1]):
            if not _null_space_columns(matrix[:, [*keep, column]]):
                keep.append(column)
        part = Design(
            matrix=matrix[:, keep],
            columns=tuple(self.columns[column] for column in keep),
            participants=tuple(np.asarray(self.participants)[rows]),
        )
        problems = _group_size_problems(
            {"patients": part.patients.sum(), "controls": part.controls.sum()}
        )
        if problems:
            raise ValueError("; ".join(problems))
        return part


def two_sample_design(table: pd.DataFrame, comparison: Comparison) -> Design:
    """Design of patients against controls.

    Parameters
    ----------
    table : DataFrame
        One row per analysed participant with participant_id, group and the covariates, text or
        numbers. A column whose values are not numbers is a category: one column per level but
        the first (in alphabetical order).
    comparison : Comparison
        Labels of the groups and columns to adjust for.

    Raises
    ------
    ValueError
        With all problems of the design, one per line: a covariate that the table does not have, a
        missing value, a constant covariate, a group with fewer than 3 participants, more columns
        than the participants can estimate, collinear columns.
    """
    problems = _column_problems(table, comparison.covariates)
    groups = {label: (table["group"] == label).sum() for label in comparison.groups}
    problems += _group_size_problems(groups)
    usable = [
        name
        for name in comparison.covariates
        if name in table and table[name].notna().all() and not _with_commas(table[name]).all()
    ]
    columns = {
        "group": np.where(table["group"] == comparison.patients, 1.0, -1.0),
        "intercept": np.ones(len(table)),
    }
    columns |= _covariate_columns(table, usable)
    matrix = np.column_stack(list(columns.values()))
    problems += _estimability_problems(matrix, list(columns))
    if problems:
        raise ValueError("\n".join(problems))
    return Design(matrix=matrix, columns=tuple(columns), participants=tuple(table.participant_id))


def covariate_matrix(
    table: pd.DataFrame, covariates: list[str]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Covariates as numbers ``(n_participants, n_columns)`` and the names of the columns.

    Categories become columns as in `two_sample_design`.

    Raises
    ------
    ValueError
        With all problems of the covariates, one per line.
    """
    problems = _column_problems(table, covariates)
    if problems:
        raise ValueError("\n".join(problems))
    columns = _covariate_columns(table, covariates)
    matrix = np.array(list(columns.values())).reshape(len(columns), len(table)).T
    return matrix, tuple(columns)


def collinear_ranks(matrix: np.ndarray, names: tuple[str, ...]) -> list[str]:
    """Names of columns ``(n_participants, n_columns)`` whose ranks follow from one another."""
    ranks = stats.rankdata(matrix, axis=0) - (len(matrix) + 1) / 2
    return [names[index] for index in _null_space_columns(ranks)]


def score_problems(table: pd.DataFrame, score: str | None, covariates: list[str]) -> list[str]:
    """Problems of the clinical score of the patients, a sentence each.

    A patient without a score is no problem: the correlation excludes the patient. Covariates
    are those of the correlation.
    """
    if score is None:
        return []
    if score not in table:
        return [
            f"the score {score} is no column of the participants table, which has "
            f"{', '.join(table.columns)}; set cohort.score to one of them or to null"
        ]
    given = table[table[score].notna()]
    scores = pd.to_numeric(given[score], errors="coerce").replace([np.inf, -np.inf], np.nan)
    odd = given.loc[scores.isna(), ["participant_id", score]]
    problems = [
        f"the score {score} is {value!r} for {label}, but must be a number or n/a"
        for label, value in odd.itertuples(index=False)
    ]
    if not covariates or given.empty:
        return problems
    place = "association.covariates: "
    try:
        matrix, names = covariate_matrix(given, covariates)
    except ValueError as error:
        return [*problems, *(f"{place}{line}" for line in str(error).splitlines())]
    columns = np.column_stack([scores, matrix])
    if not problems and len(given) > columns.shape[1] + 1 and scores.nunique() > 1:
        involved = collinear_ranks(columns, (score, *names))
        others = [name for name in involved if name != score]
        if involved:
            problems.append(
                f"{place}the ranks of {', '.join(involved)} follow from one another in the "
                f"patients with a score; drop {' or '.join(others)}"
            )
    return problems


def _group_size_problems(sizes: dict[str, int]) -> list[str]:
    return [
        f"the group {label} has {counted(size, 'participant')}, but a group needs at least "
        f"{SMALLEST_GROUP} participants"
        for label, size in sizes.items()
        if size < SMALLEST_GROUP
    ]


def _column_problems(table: pd.DataFrame, covariates: list[str]) -> list[str]:
    problems = []
    for name in covariates:
        if name not in table:
            problems.append(
                f"the covariate {name} is no column of the participants table, which has "
                f"{', '.join(table.columns)}; correct the name or add the column"
            )
            continue
        missing = table.loc[table[name].isna(), "participant_id"]
        if len(missing):
            problems.append(
                f"the covariate {name} is missing for {', '.join(missing)}; give the value, "
                "exclude the participant or drop the covariate"
            )
        elif table[name].nunique() == 1:
            problems.append(
                f"the covariate {name} is {table[name].iloc[0]} for all participants; drop it"
            )
        else:
            problems += unusual_value_problems(table, name)
    return problems


def unusual_value_problems(table: pd.DataFrame, name: str) -> list[str]:
    """Values of a column that are no numbers where most are, or have decimal commas."""
    if (numbers := numbers_of(table[name])) is not None:
        odd = table[numbers.isna()]
        return [
            f"the column {name} is {value!r} for {label}, but a number for most others; "
            "correct the value"
            for label, value in zip(odd["participant_id"], odd[name], strict=True)
        ]
    if _with_commas(table[name]).mean() > 0.5:
        example = table[_with_commas(table[name])].iloc[0]
        return [
            f"the column {name} has decimal commas, such as {example[name]!r} for "
            f"{example['participant_id']}; write decimal points"
        ]
    return []


def _with_commas(values: pd.Series) -> pd.Series:
    """Mark values that are numbers with a decimal comma."""
    return values.astype(str).str.fullmatch(DECIMAL_COMMA).astype(bool)


def numbers_of(values: pd.Series) -> pd.Series | None:
    """Numbers of a column, NaN where a value is none; None if most are none: a category."""
    numbers = pd.to_numeric(values, errors="coerce").replace([np.inf, -np.inf], np.nan)
    return numbers.astype(float) if numbers.notna().mean() > 0.5 else None


def _covariate_columns(table: pd.DataFrame, covariates: list[str]) -> dict[str, np.ndarray]:
    """Columns of covariates: numbers, or an indicator of each level but the first."""
    columns = {}
    for name in covariates:
        numbers, texts = numbers_of(table[name]), table[name].astype(str)
        if numbers is not None:
            columns[name] = numbers.fillna(0.0).to_numpy()  # what is no number has been reported
        else:
            for level in sorted(texts.unique())[1:]:
                columns[f"{name}={level}"] = (texts == level).to_numpy(float)
    return columns


def _null_space_columns(matrix: np.ndarray) -> list[int]:
    """Columns that a linear dependence of the matrix involves; none if its rank is full."""
    length = np.linalg.norm(matrix, axis=0)
    centred = matrix / np.where(length > 0, length, 1.0)
    _, values, directions = np.linalg.svd(centred, full_matrices=True)
    values = np.append(values, np.zeros(matrix.shape[1] - len(values)))
    dependent = directions[values < RANK_TOLERANCE * values[0]]
    if not len(dependent):
        return []
    return np.flatnonzero(np.abs(dependent).max(axis=0) > np.sqrt(RANK_TOLERANCE)).tolist()


def _estimability_problems(matrix: np.ndarray, names: list[str]) -> list[str]:
    n_participants, n_columns = matrix.shape
    if n_participants <= n_columns:
        return [
            f"the design has {n_columns} columns ({', '.join(names)}), but "
            f"{counted(n_participants, 'participant')}; it needs at least {n_columns + 1}"
        ]
    varying = [
        index for index in range(n_columns) if index == 1 or np.ptp(matrix[:, index]) > 0
    ]  # what is constant has been reported as such
    involved = [names[varying[index]] for index in _null_space_columns(matrix[:, varying])]
    covariates = [name for name in involved if name not in ("group", "intercept")]
    if not covariates:
        return []
    reason = "separate the groups completely or " * ("group" in involved) + "repeat each other"
    shown = [name for name in involved if name != "intercept"]
    return [
        f"the columns {', '.join(shown)} of the design are collinear: they {reason}, so that "
        f"their effects cannot be estimated apart; drop {' or '.join(covariates)}"
    ]
