"""Cross-validation folds and splits.

Groups are labels, 1 for patients and 0 for controls. The sets depend only on the seed and on the
order of the participants in the table.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from restpain.presentation.numbers import counted
from restpain.random_seeds import step_seed

TRAINING_FOLDS = 10  # of training sets that are too large for leave-one-out
LEAVE_ONE_OUT = "leave-one-out"


def stratified_split(labels: np.ndarray, *, test_fraction: float, seed: int) -> np.ndarray:
    """Draw a test set with the same share of each group.

    Each group gives ``test_fraction`` of its members, rounded half up, at least one and never
    all: 21 patients and 25 controls at 0.1 give 2 and 3.

    Parameters
    ----------
    labels : ndarray of shape (n_participants,)
    test_fraction : float
        Share of each group in the test set.
    seed : int

    Returns
    -------
    ndarray of bool, shape (n_participants,)
        True in the test set.

    Raises
    ------
    ValueError
        If a group has fewer than two members.
    """
    labels = np.asarray(labels)
    generator = np.random.default_rng(seed)
    test = np.zeros(len(labels), dtype=bool)
    for group, name in ((1, "patients"), (0, "controls")):
        members = np.flatnonzero(labels == group)
        if len(members) < 2:
            raise ValueError(f"a split into two sets needs 2 {name}, found {len(members)}")
        size = size_of_test_set(len(members), test_fraction)
        test[generator.permutation(members)[:size]] = True
    return test


def size_of_test_set(n_members: int, test_fraction: float) -> int:
    """Members of a group in a test set: the share, rounded half up, at least one, never all."""
    return min(max(int(np.floor(n_members * test_fraction + 0.5)), 1), n_members - 1)


def training_folds(n_training: int, *, max_leave_one_out: int) -> int | None:
    """Folds of a training set of arm A: None for leave-one-out, ten beyond the limit.

    Leave-one-out fits each learner once per participant, on a set that grows with them.
    """
    return None if n_training <= max_leave_one_out else TRAINING_FOLDS


def inner_folds(labels: np.ndarray, n_folds: int | None) -> int:
    """Folds of a training set that can be had: at most the members of its smaller group.

    None leaves out one participant at a time: as many folds as participants.
    """
    return len(labels) if n_folds is None else int(min(n_folds, *np.bincount(labels)))


def training_folds_in_words(table: pd.DataFrame) -> str:
    """Cross-validation of the training sets of arm A: leave-one-out, or the number of folds.

    ``table`` has ``cv_folds`` and ``n_train`` in the rows of arm A; without such a row no number
    of folds is given.
    """
    rows = table.dropna(subset="cv_folds")
    if not len(rows):
        return "cross-validation"
    row = rows.iloc[0]
    if row["cv_folds"] == row["n_train"]:
        return LEAVE_ONE_OUT
    return f"{int(row['cv_folds'])}-fold cross-validation"


def stratified_folds(
    labels: np.ndarray, *, n_folds: int, seed: int, sites: np.ndarray | None = None
) -> np.ndarray:
    """Random folds, stratified by group, and by site if ``sites`` are given.

    Sizes of the folds differ by at most one, in all, in each group, and in each group of each
    site. With fewer members than folds a group is absent from some.

    Returns
    -------
    ndarray of int, shape (n_participants,)
        Fold of each participant, 1 to ``n_folds``.

    Raises
    ------
    ValueError
        If there are fewer participants than folds, or a group would leave a training set.
    """
    labels = np.asarray(labels)
    if len(labels) < n_folds:
        raise ValueError(f"{n_folds} folds need as many participants, found {len(labels)}")
    for group, name in ((1, "patients"), (0, "controls")):
        n_members = np.count_nonzero(labels == group)
        if n_members < 2:
            raise ValueError(f"folds need 2 {name}, found {n_members}")
    generator = np.random.default_rng(seed)
    order = np.concatenate([generator.permutation(members) for members in _strata(labels, sites)])
    folds = np.empty(len(labels), dtype=int)
    folds[order] = np.arange(len(labels)) % n_folds + 1
    return folds


def _strata(labels: np.ndarray, sites: np.ndarray | None) -> list[np.ndarray]:
    """Rows of patients and of controls, separately for each site if ``sites`` are given."""
    sites = np.zeros(len(labels)) if sites is None else np.asarray(sites)
    return [
        np.flatnonzero((labels == group) & (sites == site))
        for group in (1, 0)
        for site in np.unique(sites)
    ]


@dataclass(frozen=True)
class Fold:
    """One outer fold: its training and test set.

    Attributes
    ----------
    number : int
        Counted from 1 over all repeats.
    repeat : int
        Repeat of the cross-validation, from 1.
    participants : tuple of str
        All participants, in table order.
    test : ndarray of bool, shape (n_participants,)
    unused : ndarray of bool, shape (n_participants,), optional
        Participants in neither set; none by default.
    """

    number: int
    repeat: int
    participants: tuple[str, ...]
    test: np.ndarray
    unused: np.ndarray | None = None

    @property
    def training(self) -> np.ndarray:
        """True in the training set, shape (n_participants,)."""
        return ~self.test if self.unused is None else ~self.test & ~self.unused

    def table(self) -> pd.DataFrame:
        """One row per participant: repeat, fold, participant_id, set."""
        return pd.DataFrame(
            {
                "repeat": self.repeat,
                "fold": self.number,
                "participant_id": self.participants,
                "set": np.select([self.test, self.training], ["test", "train"], "unused"),
            }
        )

    def training_record(self, step: str, participants) -> str:
        """Sentence for the log that names the participants a step was fitted on.

        Raises
        ------
        ValueError
            If a participant is not in the training set.
        """
        held_out = self.test if self.unused is None else self.test | self.unused
        held_out = set(np.array(self.participants)[held_out])
        names = list(participants)
        outside = [name for name in names if name in held_out]
        if outside:
            raise ValueError(
                f"fold {self.number}: {step} was fitted on {', '.join(outside)}, outside the "
                "training set; only training participants may be used before the prediction"
            )
        return (
            f"fold {self.number}: {step} was fitted on {counted(len(names), 'participant')}: "
            f"{' '.join(names)}"
        )


def repeated_folds(
    participants: tuple[str, ...],
    labels: np.ndarray,
    *,
    n_folds: int,
    n_repeats: int,
    seed: int,
    sites: np.ndarray | None = None,
) -> list[Fold]:
    """Outer folds of repeated cross-validation; in each repeat every participant is tested once.

    Each repeat uses `stratified_folds` with a seed of its own.
    """
    folds = []
    for repeat in range(1, n_repeats + 1):
        assigned = stratified_folds(
            labels, n_folds=n_folds, seed=step_seed(seed, "folds", repeat), sites=sites
        )
        for fold in range(1, n_folds + 1):
            number = (repeat - 1) * n_folds + fold
            folds.append(Fold(number, repeat, tuple(participants), assigned == fold))
    return folds


def smaller_training_sets(
    folds: list[Fold],
    labels: np.ndarray,
    *,
    share: float,
    seed: int,
    sites: np.ndarray | None = None,
) -> list[Fold]:
    """Folds with the same test sets and a share of each training set.

    Each group (of each site, if ``sites`` are given) gives its share, rounded half up, at least 3
    members if it has them. For one seed the smaller training set is part of the larger.

    Parameters
    ----------
    folds : list of Fold
    labels : ndarray of shape (n_participants,)
    share : float
        Above 0, at most 1.
    seed : int
    sites : ndarray of shape (n_participants,), optional
    """
    smaller = []
    for fold in folds:
        generator = np.random.default_rng(step_seed(seed, "subset", fold.number))
        used = np.zeros(len(labels), dtype=bool)
        for stratum in _strata(labels, sites):
            members = generator.permutation(stratum[fold.training[stratum]])
            size = max(int(np.floor(share * len(members) + 0.5)), 3)
            used[members[:size]] = True
        unused = ~used & ~fold.test
        smaller.append(Fold(fold.number, fold.repeat, fold.participants, fold.test, unused))
    return smaller


def folds_from_table(table: pd.DataFrame) -> list[Fold]:
    """Outer folds from the concatenated tables of ``Fold.table``."""
    return [
        Fold(
            number=int(number),
            repeat=int(rows["repeat"].iloc[0]),
            participants=tuple(rows["participant_id"]),
            test=(rows["set"] == "test").to_numpy(),
            unused=(rows["set"] == "unused").to_numpy(),
        )
        for number, rows in table.groupby("fold")
    ]
