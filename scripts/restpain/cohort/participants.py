"""Table of participants: groups, covariates and exclusions."""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from restpain.cohort.levels import with_joined_sex
from restpain.cohort.table_cells import read_cells
from restpain.io.tables import read_json, read_table
from restpain.presentation.numbers import counted

PARTICIPANT_ID = re.compile(r"sub-[A-Za-z0-9]+")
SIGNS = re.compile(r"(?<=[A-Za-z0-9])[._-]+(?=[A-Za-z0-9])")
COLUMNS = {"participant": "participant_id", "group": "group", "exclude": "exclude"}
REQUIRED_COLUMNS = ("participant_id", "group")
OTHER_GROUP = "not part of this comparison"
MISSING = frozenset({"", "n/a", "na", "nan"})  # compared in lower case
NO_REASONS = frozenset({"no", "0", "false", "none"})  # compared in lower case
SMALLEST_GROUP = 3  # for a comparison of two groups


@dataclass(frozen=True)
class Comparison:
    """Comparison of two groups: labels, covariates and site, all of the table of participants.

    Attributes
    ----------
    patients, controls : str
        Labels of the groups in the column ``group``.
    covariates : tuple of str
        Columns that the group model adjusts for, the site among them.
    site : str, optional
        Column of the site.
    """

    patients: str
    controls: str
    covariates: tuple[str, ...] = ()
    site: str | None = None

    def __post_init__(self):
        object.__setattr__(self, "covariates", tuple(self.covariates))  # a list in configurations

    @property
    def groups(self) -> tuple[str, str]:
        """Labels of the groups, patients first."""
        return self.patients, self.controls


def with_site(covariates: list[str], site: str | None) -> list[str]:
    """Covariates with the column of the site, if there is one, among them."""
    return list(covariates) if site in [None, *covariates] else [*covariates, site]


def configured_comparison(settings: dict) -> Comparison:
    """Comparison of a configuration."""
    keys = ("patients", "controls", "covariates", "site")
    return Comparison(**{key: settings["cohort"][key] for key in keys})


def read_participants(
    path: str | Path,
    comparison: Comparison,
    columns: dict[str, str] | None = None,
    *,
    judge_groups: bool = True,
) -> pd.DataFrame:
    """Read a BIDS participants.tsv and check what every later step relies on.

    Participants of a third group are left out, with that as the reason. The spellings that BIDS
    has for a sex are joined, see `with_joined_sex`.

    Parameters
    ----------
    path : str or Path
        UTF-8 text, see `read_cells`, with the columns participant_id and group; the column
        exclude is optional and gives, in words, why a participant is left out.
    comparison : Comparison
        Names the two labels of the column group.
    columns : dict of str, optional
        Names of the columns ``participant``, ``group`` and ``exclude`` in the file, where they
        are not participant_id, group and exclude.
    judge_groups : bool
        False for what is done before the group level: any group will do, or none (an empty text).

    Returns
    -------
    pandas.DataFrame
        All rows and columns as text, in the order of the file, missing cells as NaN; in the
        column exclude missing cells are empty strings. Every participant_id is one of BIDS; see
        `with_prefix`. ``attrs["written"]`` has the ids as they are in the file, by participant_id.

    Raises
    ------
    ValueError
        With one sentence per problem, one per line.
    """
    name = Path(path).name
    header, rows = read_cells(path)
    required = REQUIRED_COLUMNS[: 1 + judge_groups]
    problems = _lacking(name, header, columns or {}, required)
    problems += [
        f"{name} has the column {column} more than once"
        for column in dict.fromkeys(header)
        if header.count(column) > 1
    ]
    for line, cells in rows:
        if len(cells) != len(header) and any("\n" in cell for cell in cells):
            problems.append(
                f"{name} has a quotation mark before line {line} that is not closed; remove it"
            )
        elif len(cells) != len(header):
            problems.append(
                f"{name} has {counted(len(cells), 'cell')} in line {line}, but "
                f"{counted(len(header), 'column')}"
            )
    if problems:
        raise ValueError("\n".join(problems))

    table = pd.DataFrame([cells for _, cells in rows], columns=header, dtype=object)
    table = table.drop(columns="", errors="ignore")  # row numbers, as pandas writes them
    table = _renamed(table, columns or {})
    table = table.map(lambda cell: None if cell.lower() in MISSING else cell)
    table = with_joined_sex(table)
    for column in {"group", "exclude"} - set(table):
        table[column] = ""
    written = table["participant_id"].fillna("").tolist()
    table["participant_id"] = [with_prefix(label) for label in written]
    for column in ("group", "exclude"):
        table[column] = table[column].fillna("")
    labels = set(comparison.groups)
    if labels <= set(table["group"]):
        other = ~table["group"].map(lambda label: _plain(label) in {*map(_plain, labels), ""})
        table.loc[other & (table["exclude"] == ""), "exclude"] = OTHER_GROUP
    problems = _problems(table, [line for line, _ in rows], name)
    if judge_groups:
        problems += group_problems(table, comparison, name)
    if problems:
        raise ValueError("\n".join(problems))
    table.attrs["written"] = dict(zip(table["participant_id"], written, strict=True))
    return table


def _lacking(
    name: str, header: list[str], columns: dict[str, str], required: tuple[str, ...]
) -> list[str]:
    problems = []
    for key, usual in COLUMNS.items():
        column = columns.get(key, usual)
        if column not in header and (usual in required or column != usual):
            problems.append(
                f"{name} has no column {column}; its columns are {', '.join(header)}; name the "
                f"right one in cohort.columns.{key}"
            )
    return problems


def _renamed(table: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Give the columns that have a meaning their names; others of these names are dropped."""
    names = {columns[key]: usual for key, usual in COLUMNS.items() if key in columns}
    replaced = [usual for column, usual in names.items() if column != usual and usual in table]
    return table.drop(columns=replaced).rename(columns=names)


def _plain(label: str) -> str:
    """Label without what makes no other group: case and blanks."""
    return "".join(label.lower().split())


def with_prefix(label: str | None) -> str:
    """participant_id of BIDS: with ``sub-``, without dots, underscores and hyphens.

    >>> with_prefix("Sub_001")
    'sub-Sub001'
    """
    return f"sub-{SIGNS.sub('', (label or '').removeprefix('sub-'))}"


def _problems(table: pd.DataFrame, lines: list[int], name: str) -> list[str]:
    problems = []
    for line, label in zip(lines, table["participant_id"], strict=True):
        if not PARTICIPANT_ID.fullmatch(label):
            problems.append(
                f"{name} has the participant_id {label.removeprefix('sub-')!r} in line {line}; "
                "expected sub- and letters or digits only, such as sub-01"
            )
    repeated = table["participant_id"][table["participant_id"].duplicated()]
    for label in dict.fromkeys(repeated):
        problems.append(f"{name} has {label} more than once; expected one row per participant")
    for reason in sorted({text for text in table["exclude"] if text.lower() in NO_REASONS}):
        problems.append(
            f"{name} has {reason!r} in the column exclude; expected n/a for participants who "
            "are analysed and the reason in words for those who are not"
        )
    if included(table).empty:
        problems.append(f"{name} leaves no participant to analyse")
    return problems


def group_problems(
    table: pd.DataFrame, comparison: Comparison, name: str = "participants.tsv"
) -> list[str]:
    """Sentences about groups of included participants that are missing or not those compared."""
    groups = included(table)["group"]
    expected = " and ".join(repr(label) for label in sorted(comparison.groups))
    problems = []
    if n_missing := int((groups == "").sum()):
        problems.append(
            f"{name} has no group for {n_missing} of {counted(len(groups), 'participant')}; "
            f"expected {expected} in the column group; fill it, name another one in "
            "cohort.columns.group, or give the reason in the column exclude"
        )
    if unknown := sorted(set(groups) - {*comparison.groups, ""}):
        found = ", ".join(repr(label) for label in unknown)
        problems.append(
            f"{name} has the group {found}, but config.yaml expects {expected}; set "
            "cohort.patients and cohort.controls to the labels of the table, or give the reason "
            "in the column exclude for participants who belong to neither"
        )
    return problems


def is_pilot(table: pd.DataFrame) -> bool:
    """Tell a table in which fewer than two groups have 3 included participants from a study.

    Whatever the labels are: participants of a pilot are processed, and no group is judged.
    """
    groups = included(table)["group"]
    return int((groups[groups != ""].value_counts() >= SMALLEST_GROUP).sum()) < 2


def participant_of(path: str | Path) -> str:
    """participant_id in the name of a file."""
    return Path(path).name.split("_")[0]


def of_analysed(
    paths: list[str], participants_path: str, *, group: str | None = None
) -> list[str]:
    """Files of the analysed participants by the names of the files; their order is kept.

    Rules give the files of all preprocessed participants, since exclusions are known only after
    the quality control.

    Parameters
    ----------
    paths : list of str
        Files of all participants, one or several (such as one per measure) of each; may be empty
        if no participant has such a file.
    participants_path : str
        ``results/cohort/analysed.tsv``.
    group : str, optional
        The group whose files are given; by default both.

    Raises
    ------
    ValueError
        If analysed participants differ in their number of files, or have none.
    """
    table = read_table(participants_path, dtype=str)
    analysed = table["exclude"].isna()
    if group is not None:
        analysed &= table["group"] == group
    count = dict.fromkeys(table.loc[analysed, "participant_id"], 0)
    kept = [path for path in paths if participant_of(path) in count]
    for path in kept:
        count[participant_of(path)] += 1
    if paths and count and min(count.values()) < max(max(count.values()), 1):
        fewest = min(count, key=count.get)
        raise ValueError(
            f"{fewest} is analysed and has {count[fewest]} of the files, but others have "
            f"{max(count.values())}; delete {participants_path} so that it is made again"
        )
    return kept


def patients_first(paths: list[str], participants_path: str, comparison: Comparison) -> list[str]:
    """Put the files of patients first, else keep the order.

    Then each group is a slice of the maps, which costs no memory.
    """
    table = read_participants(participants_path, comparison)
    group = dict(zip(table["participant_id"], table["group"], strict=True))
    return sorted(paths, key=lambda path: group[participant_of(path)] != comparison.patients)


def participants_table(
    participants_path: str,
    motion_paths: list[str],
    comparison: Comparison,
) -> pd.DataFrame:
    """Read the analysed participants, with motion if it is a covariate; see `read_design`."""
    table = included(read_participants(participants_path, comparison))
    if MEAN_FD in comparison.covariates:
        table[MEAN_FD] = table["participant_id"].map(mean_displacement(motion_paths))
    return table


def mean_displacement(qc_paths: list[str]) -> dict[str, float]:
    """Mean framewise displacement (Jenkinson) in mm of each participant, by participant_id."""
    key, found = (
        "mean_fd_jenkinson_mm",
        {participant_of(path): read_json(path) for path in qc_paths},
    )
    return {who: one[key] for who, one in found.items() if key in one}  # none of maps


MEAN_FD = "mean_fd"  # known only after preprocessing


def included(table: pd.DataFrame) -> pd.DataFrame:
    """Participants that are analysed: those without a reason for exclusion, in table order."""
    return table[table["exclude"] == ""].reset_index(drop=True)
