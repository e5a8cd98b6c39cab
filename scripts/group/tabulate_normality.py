"""Normality of every feature within the groups, beside three tests of the group difference."""

import logging

import pandas as pd

from restpain.cohort.participants import Comparison, read_participants
from restpain.group.normality import jarque_bera, two_sample_tests
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_json, write_table
from restpain.random_seeds import step_seed

logger = logging.getLogger("tabulate_normality")

COLUMNS = {
    "cluster_id": "Cluster whose mean is the feature.",
    "group": "Group whose normality is tested; the columns from t on compare both groups.",
    "n": "Participants of the group.",
    "jarque_bera": "Jarque-Bera statistic; n/a if the feature does not vary.",
    "p": "Its p, from chi-squared with 2 degrees of freedom: too large in groups of some tens.",
    "t": "Two-sample t, pooled variance, patients minus controls, without covariates; as the "
    "cluster was chosen for its difference, too large, as are the two below.",
    "p_t": "Its two-sided p.",
    "t_welch": "Welch's t, with separate variances of the groups.",
    "p_welch": "Its two-sided p.",
    "p_permutation": "Two-sided p of the difference by relabelling the participants; n/a if not "
    "run.",
}


def tabulate_normality(
    *,
    participants_path: str,
    features_paths: list[str],
    table_path: str,
    columns_path: str,
    comparison: dict,
    n_permutations: int,
    seed: int,
) -> None:
    comparison = Comparison(**comparison)
    roster = read_participants(participants_path, comparison)
    group = roster.set_index("participant_id")["group"]
    rows = []
    for path in features_paths:
        features = read_table(path).set_index("participant_id")
        labels = group.loc[features.index].to_numpy()
        for cluster_id, feature in features.items():
            values = {label: feature[labels == label].to_numpy() for label in comparison.groups}
            # in capitals, so that the draws do not depend on the spelling of the id
            tests = two_sample_tests(
                *values.values(),
                n_permutations=n_permutations,
                seed=step_seed(seed, "normality", cluster_id.upper()),
            )
            for label, part in values.items():
                (statistic,), (p,) = jarque_bera(part[:, None])
                row = {"group": label, "n": len(part), "jarque_bera": statistic, "p": p}
                rows.append({"cluster_id": cluster_id} | row | tests)
    logger.info("%d features", len(rows) // 2)

    write_table(table_path, pd.DataFrame(rows, columns=list(COLUMNS)))
    write_json(columns_path, {name: {"Description": text} for name, text in COLUMNS.items()})


if __name__ == "__main__":
    run_job(tabulate_normality, snakemake)
