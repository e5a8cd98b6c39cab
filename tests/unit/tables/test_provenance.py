"""Every cell is traced to the cell it comes from; a table that is not its source's is refused."""

import hashlib
import subprocess

import pandas as pd
import pytest

from restpain.cohort.participants import Comparison
from restpain.io.tables import read_table, write_json, write_table
from restpain.presentation.labels import PAPER_ROWS
from restpain.tables.demographics import demographics
from restpain.tables.provenance import Source, trace_copied
from scripts.tables.tabulate_classification import tabulate_classification
from scripts.tables.tabulate_correlation import tabulate_correlation
from scripts.tables.tabulate_regions import tabulate_regions
from scripts.tables.trace_tables import trace_tables
from study import ASSOCIATION, NESTED, PUBLISHED, REGIONS

PEOPLE = pd.DataFrame(
    {
        "participant_id": ["sub-1", "sub-2", "sub-3", "sub-4", "sub-5", "sub-6"],
        "exclude": [None, None, "moved", "moved", "moved", "moved"],
        "group": ["CP"] * 3 + ["HC"] * 3,
        "age": ["60", "61", "62", "63", "64", "65"],
        "site": ["a", "b", "a", "a", "b", "b"],
        "nrs": ["2", "5", "8", None, None, None],
    }
)
DESCRIBED = {"site": {"LongName": "Site: scanner"}}
BY_ID = {"keys": ["cluster_id"], "renamed": {}, "name": "cluster_id"}


def traced(folder, *, rows=slice(None), content={}):  # noqa: B006
    """Make the four tables by their scripts, trace them, and read the traces."""
    paths = {name: folder / f"{name}.tsv" for name in ("people", "alff", "fc", "a", "b", "rho")}
    write_table(paths["people"], PEOPLE)
    write_json(folder / "people.json", DESCRIBED)
    found = REGIONS.assign(measure=["alff", "alff", "fc"], t=[-6.123456789, 4.9, -5.5]).iloc[rows]
    write_table(paths["alff"], found[found["measure"] == "alff"])
    write_table(paths["fc"], found[found["measure"] == "fc"])
    write_table(paths["a"], PUBLISHED.iloc[rows])
    write_table(paths["b"], NESTED)
    write_table(paths["rho"], ASSOCIATION.iloc[rows])
    tables = [folder / f"table{number}.tsv" for number in (1, 2, 3, 4)]
    table1 = demographics(
        PEOPLE, Comparison("CP", "HC"), columns=[*PAPER_ROWS, "site"], described=DESCRIBED, seed=1
    )
    write_table(tables[0], table1)
    made = {"columns_path": folder / "x.json", "source": "bids"}
    clusters = [paths["alff"], paths["fc"]]
    no_atlas = {"atlases": [], "atlas_images_paths": [], "atlas_labels_paths": []}
    inputs = {"clusters_paths": clusters, "labels_paths": clusters} | no_atlas
    tabulate_regions(table_path=tables[1], **inputs, **made)
    tabulate_classification(
        published_path=paths["a"], nested_path=paths["b"], table_path=tables[2], **made
    )
    tabulate_correlation(association_path=paths["rho"], table_path=tables[3], **made)
    files = {
        kind: [folder / f"sub-{person}_{kind}.nii.gz" for person in ("1", "2")]
        for kind in ("bold", "alff", "fc")
    }
    for kind, some in files.items():
        for path in some:
            path.write_text(content.get(path.name, kind))
    traces = [folder / f"trace{number}.tsv" for number in (1, 2, 3, 4)]

    trace_tables(
        tables_paths=tables,
        participants_path=paths["people"],
        described_path=folder / "people.json",
        clusters_paths=clusters,
        published_path=paths["a"],
        nested_path=paths["b"],
        association_path=paths["rho"],
        data_paths=files["bold"],
        maps_paths=files["alff"],
        seed_maps_paths=files["fc"],
        traces_paths=traces,
        inputs_path=folder / "inputs.tsv",
        participants_rule="import_participants",
        data_rule="link_bids",
    )

    return [read_table(path, dtype=str) for path in traces], [read_table(path) for path in tables]


@pytest.mark.parametrize("rows", [slice(None), slice(0)])
def test_every_cell_of_every_table_is_traced_once(tmp_path, rows):
    for trace, table in zip(*traced(tmp_path, rows=rows), strict=True):
        assert len(trace) == table.size
        assert not trace.duplicated(["row", "column"]).any()


def test_a_cell_of_table_2_is_traced_to_its_cluster_with_the_checksum_of_the_file(tmp_path):
    trace = traced(tmp_path)[0][1]

    t = trace[(trace["name"] == "FC1") & (trace["column"] == "t")].iloc[0]
    assert (t["file"], t["file_rows"]) == (str(tmp_path / "fc.tsv"), "cluster_id = FC1")
    assert (t["value"], t["rule"], t["how"]) == ("-5.5", "correct_clusters", "copied")
    assert t["sha256"] == hashlib.sha256((tmp_path / "fc.tsv").read_bytes()).hexdigest()


def test_cells_of_tables_1_3_and_4_are_traced_to_their_columns(tmp_path):
    (first, _, third, fourth), _ = traced(tmp_path)

    columns = first.drop_duplicates("name").set_index("name")["file_column"]
    assert columns["Age (years)"] == "age"
    assert columns["Mild pain (NRS 1–3)"] == "nrs"
    assert columns["Site: scanner: a/b"] == "site"
    arm = third[(third["name"] == "B nested") & (third["column"] == "region")].iloc[0]
    assert (arm["file_column"], arm["how"], arm["rule"]) == (
        "features",
        "renamed",
        "collect_nested",
    )
    rho = fourth[fourth["column"] == "rho"]
    assert rho["file_rows"].tolist() == ["cluster_id = ALFF1", "cluster_id = ALFF2"]


def test_every_file_of_a_participant_stands_with_its_rule_and_checksum(tmp_path):
    traced(tmp_path)

    inputs = read_table(tmp_path / "inputs.tsv", dtype=str)

    assert inputs["stage"].tolist() == ["table"] + ["data"] * 2 + ["map"] * 4
    assert inputs["participant_id"].tolist()[1:] == ["sub-1", "sub-2"] * 3
    assert inputs["rule"].unique().tolist() == [
        "import_participants", "link_bids", "compute_metrics", "correlate_seeds",
    ]  # fmt: skip
    for row in inputs.itertuples():
        with open(row.file, "rb") as file:
            assert hashlib.sha256(file.read()).hexdigest() == row.sha256


def test_one_changed_file_of_a_participant_shows_in_every_cell_but_those_of_table_1(tmp_path):
    before = [trace["inputs_sha256"].unique() for trace in traced(tmp_path)[0]]
    changed = {"sub-2_bold.nii.gz": "another scan"}
    after = [trace["inputs_sha256"].unique() for trace in traced(tmp_path, content=changed)[0]]

    assert all(len(digests) == 1 for digests in before)
    assert [one[0] == other[0] for one, other in zip(before, after, strict=True)] == [
        True, False, False, False,
    ]  # fmt: skip


def test_the_digest_of_the_inputs_is_that_of_what_sha256sum_prints(tmp_path):
    trace = traced(tmp_path)[0][1]
    files = read_table(tmp_path / "inputs.tsv", dtype=str)["file"].tolist()

    printed = subprocess.run(["sha256sum", *files], capture_output=True, check=True).stdout

    assert trace["inputs_sha256"].iloc[0] == hashlib.sha256(printed).hexdigest()


def test_a_table_that_is_not_its_sources_is_refused():
    source = Source("s.tsv", "some_rule", "0", pd.DataFrame({"cluster_id": ["FC1"], "t": ["4.1"]}))

    with pytest.raises(ValueError, match=r"t of row 1 is 4\.2, but t in s\.tsv is 4\.1"):
        trace_copied(source.table.assign(t="4.2"), [source], **BY_ID)
    last_digit = source.table.assign(t="4.1000000000000005")
    assert trace_copied(last_digit, [source], **BY_ID)["how"].tolist() == ["copied"] * 2
    with pytest.raises(ValueError, match="the table has 0 rows and its sources have 1"):
        trace_copied(source.table.iloc[:0], [source], **BY_ID)


def test_a_column_that_the_rule_computes_is_traced_as_such():
    table = pd.DataFrame({"cluster_id": ["ALFF1"], "t": ["5"], "AAL3_region": ["Insula_L"]})
    source = Source("clusters.tsv", "correct_clusters", "0", table[["cluster_id", "t"]])

    traces = trace_copied(
        table,
        [source],
        keys=["cluster_id"],
        renamed={},
        name="cluster_id",
        computed=("AAL3_region",),
    )

    assert traces["how"].tolist() == ["copied", "copied", "computed"]
