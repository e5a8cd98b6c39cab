"""One table of the leak-free arms of all repeats, with the permutations of the groups."""

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
from restpain.io.job import run_job
from restpain.io.tables import stacked, write_table
from restpain.random_seeds import step_seed

logger = logging.getLogger("collect_nested")


def collect_nested(
    *,
    repeat_predictions_paths: list[str],
    repeat_weights_paths: list[str],
    repeat_arms_paths: list[str],
    repeat_regions_paths: list[str],
    batch_permuted_paths: list[str],
    nested_path: str,
    predictions_path: str,
    calibration_path: str,
    regions_path: str,
    permuted_path: str,
    patients: str,
    n_bootstrap: int,
    seed: int,
) -> None:
    predictions = stacked(repeat_predictions_paths)
    weights, arms = stacked(repeat_weights_paths), stacked(repeat_arms_paths)
    permuted = stacked(batch_permuted_paths)
    first = predictions.drop_duplicates("participant_id").set_index("participant_id")
    labels = (first["group"] == patients).astype(int)
    rows, bins = [], []
    for name, predicted in predictions.groupby("arm", sort=False):
        numbers = nested_summary(
            predicted, labels, n_bootstrap=n_bootstrap, seed=step_seed(seed, "interval", name)
        )
        nulls = permuted.loc[permuted["arm"] == name, "auc"].to_numpy()
        arm_rows = arms[arms["arm"] == name].sort_values("folds_without_region", kind="stable")
        rows.append(
            {
                "arm": name,
                "features": arm_rows["features"].iloc[0],
                **numbers,
                "p_permutation": exceedance_p(numbers["auc_first_repeat"], nulls),
                "n_permutations": len(nulls) or None,
                "cutoff_rule": CUTOFF_RULE,
                "folds_without_region": int(arm_rows["folds_without_region"].sum()),
                "learners": weights_in_words(weights[weights["arm"] == name]),
            }
        )
        bins.append(calibration_table(name, predicted, labels))
    logger.info("%d arms, %d predictions", len(rows), len(predictions))

    table = pd.DataFrame(rows).astype({"n_permutations": "Int64"})
    write_table(nested_path, table[list(NESTED)], NESTED)
    write_table(predictions_path, predictions, NESTED_PREDICTIONS)
    write_table(calibration_path, pd.concat(bins), CALIBRATION)
    write_table(regions_path, stacked(repeat_regions_paths), REGIONS)
    write_table(permuted_path, permuted, PERMUTED)


if __name__ == "__main__":
    run_job(collect_nested, snakemake)
