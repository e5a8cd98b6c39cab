"""Table 3, robustness analyses: optimism, permuted groups, stability, learning curve."""

import logging

import numpy as np
import pandas as pd

from restpain.classification.robustness import (
    COLUMNS,
    curve_rows,
    optimism_rows,
    permuted_rows,
    stability_rows,
)
from restpain.io.images import read_mask, read_masked
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_sidecar, write_table
from restpain.random_seeds import step_seed

logger = logging.getLogger("tabulate_robustness")


def tabulate_robustness(
    *,
    published_path: str,
    published_predictions_path: str,
    nested_path: str,
    nested_predictions_path: str,
    permuted_path: str,
    curve_path: str,
    mask_path: str,
    fold_voxels_paths: list[str],
    clusters_paths: list[str],
    table_path: str,
    columns_path: str,
    measures: list[str],
    patients: str,
    n_bootstrap: int,
    seed: int,
    source: str,
) -> None:
    published, nested = read_table(published_path), read_table(nested_path)
    predictions = read_table(nested_predictions_path)
    first = predictions.drop_duplicates("participant_id").set_index("participant_id")
    labels = (first["group"] == patients).astype(int)
    rows = optimism_rows(
        published,
        read_table(published_predictions_path),
        predictions,
        labels,
        n_bootstrap=n_bootstrap,
        seed=step_seed(seed, "optimism"),
    )
    rows += permuted_rows(published, nested, read_table(permuted_path))

    mask, affine = read_mask(mask_path)
    repeats = [read_masked(path, mask, affine) != 0 for path in fold_voxels_paths]
    for index, (measure, path) in enumerate(zip(measures, clusters_paths, strict=True)):
        folds = [np.array_split(voxels.T, len(measures))[index] for voxels in repeats]
        whole = read_masked(path, mask, affine).reshape(mask.sum(), -1) != 0
        rows += stability_rows(measure, np.concatenate(folds), whole.any(axis=1))
    rows += curve_rows(read_table(curve_path))
    logger.info("%d rows", len(rows))

    write_table(table_path, pd.DataFrame(rows, columns=list(COLUMNS)))
    description = "Robustness of the classification"
    write_sidecar(columns_path, COLUMNS, description=description, source=source)


if __name__ == "__main__":
    run_job(tabulate_robustness, snakemake)
