"""Where every cell of Tables 1 to 4 comes from, one file beside each table."""

import hashlib
import logging
from pathlib import Path

from restpain.provenance import COLUMNS, Source, trace_copied, trace_demographics
from restpain.runlog import start_log
from restpain.tables import read_table, write_table

logger = logging.getLogger("trace_tables")


def source_of(path: str, rule: str) -> Source:
    """Read a table that others are made from; all its cells are text."""
    content = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return Source(str(path), rule, content, read_table(path, dtype=str))


def trace_tables(
    *,
    tables_paths: list[str],
    participants_path: str,
    clusters_paths: list[str],
    published_path: str,
    nested_path: str,
    association_path: str,
    traces_paths: list[str],
    participants_rule: str,
) -> None:
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
        trace_demographics(demographics, source_of(participants_path, participants_rule)),
        trace_copied(regions, clusters, **by_id),
        trace_copied(
            classification,
            arms,
            keys=["measure", "cluster_id", "arm", "features"],
            renamed={"region": "features"},
            name="arm",
        ),
        trace_copied(correlation, association, **by_id),
    ]
    for path, table in zip(traces_paths, traces, strict=True):
        logger.info("%s: %d cells", Path(path).name, len(table))
        write_table(path, table, COLUMNS)


if __name__ == "__main__":
    start_log(snakemake.log[0])
    trace_tables(
        tables_paths=snakemake.input.tables,
        participants_path=snakemake.input.participants,
        clusters_paths=snakemake.input.clusters,
        published_path=snakemake.input.published,
        nested_path=snakemake.input.nested,
        association_path=snakemake.input.association,
        traces_paths=snakemake.output.traces,
        participants_rule=snakemake.params.participants_rule,
    )
