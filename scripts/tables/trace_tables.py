"""Source of each cell of Tables 1 to 4, back to the files of the participants."""

import hashlib
import logging
from pathlib import Path

import pandas as pd

from restpain.cohort.participants import of_analysed, participant_of
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table, write_table
from restpain.tables.atlas_columns import atlas_columns, atlases_of
from restpain.tables.provenance import (
    COLUMNS,
    DATA,
    INPUT_COLUMNS,
    MAP,
    TABLE,
    Source,
    inputs_digest,
    trace_copied,
    trace_demographics,
)

logger = logging.getLogger("trace_tables")


def checksum(path: str) -> str:
    """SHA-256 of a file of any size."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inputs_of(stage: str, paths: list[str], rule: str) -> list[dict]:
    """List files of participants with their checksums."""
    return [
        {
            "stage": stage,
            "participant_id": None if stage == TABLE else participant_of(path),
            "file": str(path),
            "rule": rule,
            "sha256": checksum(path),
        }
        for path in paths
    ]


def source_of(path: str, rule: str) -> Source:
    """Read a table that others are made from; all its cells are text."""
    return Source(str(path), rule, checksum(path), read_table(path, dtype=str))


def trace_tables(
    *,
    tables_paths: list[str],
    participants_path: str,
    described_path: str,
    clusters_paths: list[str],
    published_path: str,
    nested_path: str,
    association_path: str,
    data_paths: list[str],
    maps_paths: list[str],
    seed_maps_paths: list[str],
    traces_paths: list[str],
    inputs_path: str,
    participants_rule: str,
    data_rule: str,
) -> None:
    data_paths = of_analysed(data_paths, participants_path)
    maps_paths = of_analysed(maps_paths, participants_path)
    seed_maps_paths = of_analysed(seed_maps_paths, participants_path)
    demographics, regions, classification, correlation = (
        read_table(path, dtype=str) for path in tables_paths
    )
    clusters = [source_of(path, "correct_clusters") for path in clusters_paths]
    arms = [
        source_of(published_path, "collect_published"),
        source_of(nested_path, "collect_nested"),
    ]
    association = [source_of(association_path, "correlate_score")]
    by_id = {"keys": ["cluster_id"], "renamed": {}, "name": "cluster_id"}
    traces = [
        trace_demographics(
            demographics,
            source_of(participants_path, participants_rule),
            read_json(described_path),
        ),
        trace_copied(
            regions, clusters, **by_id, computed=tuple(atlas_columns(atlases_of(regions)))
        ),
        trace_copied(
            classification,
            arms,
            keys=["measure", "cluster_id", "arm", "features"],
            renamed={"region": "features"},
            name="arm",
        ),
        trace_copied(correlation, association, **by_id),
    ]
    inputs = pd.DataFrame(
        inputs_of(TABLE, [participants_path], participants_rule)
        + inputs_of(DATA, data_paths, data_rule)
        + inputs_of(MAP, maps_paths, "compute_metrics")
        + inputs_of(MAP, seed_maps_paths, "correlate_seeds")
    )
    write_table(inputs_path, inputs, INPUT_COLUMNS)
    rests_on = [inputs_digest(inputs, stages) for stages in ((TABLE,), (TABLE, DATA, MAP))]
    for index, (path, table) in enumerate(zip(traces_paths, traces, strict=True)):
        table["inputs_sha256"] = rests_on[min(index, 1)]
        logger.info("%s: %d cells", Path(path).name, len(table))
        write_table(path, table, COLUMNS)


if __name__ == "__main__":
    run_job(trace_tables, snakemake)
