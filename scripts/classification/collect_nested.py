"""The leak-free arms of all dealings in one table, with the permutations of the groups."""

import logging

import pandas as pd

from restpain.classification.columns import CALIBRATION, NESTED, NESTED_PREDICTIONS, PERMUTED
from restpain.classification.evaluation import exceedance_p
from restpain.classification.fold_regions import REGIONS
from restpain.classification.nested import (
    CUTOFF_RULE,
    calibration_table,
    nested_summary,
    weights_in_words,
)
from restpain.io.log import start_log
from restpain.io.tables import stacked, write_table
from restpain.random_seeds import step_seed

logger = logging.getLogger("collect_nested")


def collect_nested(
    *,
    predictions_parts: list[str],
    weights_parts: list[str],
    arms_parts: list[str],
    regions_parts: list[str],
    permuted_parts: list[str],
    nested_path: str,
    predictions_path: str,
    calibration_path: str,
    regions_path: str,
    permuted_path: str,
    patients: str,
    n_bootstrap: int,
    seed: int,
) -> None:
    predictions = stacked(predictions_parts)
    weights, arms = stacked(weights_parts), stacked(arms_parts)
    permuted = stacked(permuted_parts)
    first = predictions.drop_duplicates("participant_id").set_index("participant_id")
    labels = (first["group"] == patients).astype(int)
    rows, bins = [], []
    for name, predicted in predictions.groupby("arm", sort=False):
        numbers = nested_summary(
            predicted, labels, n_bootstrap=n_bootstrap, seed=step_seed(seed, "interval", name)
        )
        nulls = permuted.loc[permuted["arm"] == name, "auc"].to_numpy()
        of_arm = arms[arms["arm"] == name].sort_values("folds_without_region", kind="stable")
        rows.append(
            {
                "arm": name,
                "features": of_arm["features"].iloc[0],
                **numbers,
                "p_permutation": exceedance_p(numbers["auc_first_repeat"], nulls),
                "n_permutations": len(nulls) or None,
                "cutoff_rule": CUTOFF_RULE,
                "folds_without_region": int(of_arm["folds_without_region"].sum()),
                "learners": weights_in_words(weights[weights["arm"] == name]),
            }
        )
        bins.append(calibration_table(name, predicted, labels))
    logger.info("%d arms, %d predictions", len(rows), len(predictions))

    table = pd.DataFrame(rows).astype({"n_permutations": "Int64"})
    write_table(nested_path, table[list(NESTED)], NESTED)
    write_table(predictions_path, predictions, NESTED_PREDICTIONS)
    write_table(calibration_path, pd.concat(bins), CALIBRATION)
    write_table(regions_path, stacked(regions_parts), REGIONS)
    write_table(permuted_path, permuted, PERMUTED)


if __name__ == "__main__":
    start_log(snakemake.log[0])
    collect_nested(
        predictions_parts=snakemake.input.predictions,
        weights_parts=snakemake.input.weights,
        arms_parts=snakemake.input.arms,
        regions_parts=snakemake.input.regions,
        permuted_parts=snakemake.input.permuted,
        nested_path=snakemake.output.nested,
        predictions_path=snakemake.output.predictions,
        calibration_path=snakemake.output.calibration,
        regions_path=snakemake.output.regions,
        permuted_path=snakemake.output.permuted,
        patients=snakemake.params.patients,
        n_bootstrap=snakemake.params.n_bootstrap,
        seed=snakemake.params.seed,
    )
