"""Table 3: classification by the published protocol (arm A) and without leakage (B to D)."""

import logging

import pandas as pd

from restpain.classification.columns import NESTED, PUBLISHED
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_sidecar, write_table
from restpain.presentation.numbers import measure_name

logger = logging.getLogger("tabulate_classification")

# first the columns of the published table, in its order
NAMES = (
    "measure", "region", "hemisphere", "auc", "cv_auc", "cutoff", "sensitivity_percent",
    "specificity_percent", "accuracy_percent", "cluster_id", "arm", "cutoff_rule", "auc_sd",
    "auc_undefined_splits", "auc_low", "auc_high", "p_permutation",
    "n_permutations", "auc_first_repeat", "p_shuffle", "feature_auc",
    "feature_auc_low", "feature_auc_high", "feature_cutoff", "feature_patients",
    "feature_sensitivity_percent", "feature_specificity_percent",
    "sensitivity_low", "sensitivity_high", "specificity_low", "specificity_high",
    "balanced_accuracy_percent", "brier", "n", "n_train", "n_test", "cv_folds",
    "folds_without_region", "learners",
)  # fmt: skip
OWN = {
    "measure": "Measure of the feature; all for the pooled features of all measures",
    "region": "AAL label of the feature's cluster; the features in words in arms B to D",
    "arm": "A: published protocol, regions chosen on all participants; " + NESTED["arm"],
}
COLUMNS = {name: ({**NESTED, **PUBLISHED} | OWN)[name] for name in NAMES}


def classification_table(published: pd.DataFrame, nested: pd.DataFrame) -> pd.DataFrame:
    """Rows of arm A (published protocol), then one row per other arm."""
    published = published.assign(arm="A", measure=published["measure"].map(measure_name))
    nested = nested.rename(columns={"features": "region"})
    nested = nested.assign(measure="all")
    tables = [table.reindex(columns=list(COLUMNS)) for table in (published, nested)]
    filled = [table.astype(object) for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else tables[0]


def tabulate_classification(
    *, published_path: str, nested_path: str, table_path: str, columns_path: str, source: str
) -> None:
    table = classification_table(read_table(published_path), read_table(nested_path))
    logger.info("%d rows", len(table))

    write_table(table_path, table)
    description = "Classification of patients and controls from regional features"
    write_sidecar(columns_path, COLUMNS, description=description, source=source)


if __name__ == "__main__":
    run_job(tabulate_classification, snakemake)
