import pandas as pd
import pytest

import outputs_page
import rules_page
from restpain.io.tables import write_sidecar, write_table

RULES = """# Rules

| stage | rule | description | reads | writes |
| --- | --- | --- | --- | --- |
| group | `import_seeds` (other sources) | Seeds as given. | a file | `group/seeds.tsv + json` |
| group | `define_seeds` | Seeds of a map. | `fit` | `group/{{S}_mask.nii.gz, seeds.tsv + json}` |
| group | `correct` | Clusters. | - | `group/{measure}/{S}_{table.tsv + json, map.json}` |
| tables | `extract` | Features of all. | `correct` | `tables/features.tsv` |
| tables | `tabulate` | Both tables. | `correct` | `tables/{one.tsv + json, two.tsv + json}` |
"""
CLUSTERS = pd.DataFrame({"cluster_id": ["ALFF1"], "t": [3.5]})
COLUMNS = {"cluster_id": "Label.", "t": "Peak |t|."}
SECTIONS = """
## `group/`

### `seeds.tsv`

`group/seeds.tsv`: Output of `import_seeds`: Seeds as given. Output of `define_seeds`: Seeds of a map.

| column | meaning |
| --- | --- |
| `seed` | Seed. |

### `{measure}/{S}_table.tsv`

`group/{measure}/{S}_table.tsv`: Output of `correct`: Clusters.

| column | meaning |
| --- | --- |
| `cluster_id` | Label. |
| `t` | Peak \\|t\\|. |

## `tables/`

### `one.tsv`, `two.tsv`

- `tables/one.tsv`: Clusters of the patients (`tabulate`).
- `tables/two.tsv`: Output of `tabulate`: Both tables.

| column | meaning |
| --- | --- |
| `cluster_id` | Label. |
| `t` | Peak \\|t\\|. |

## Tables without a sidecar

| table | content | columns |
| --- | --- | --- |
| `tables/features.tsv` | Output of `extract`: Features of all. | `participant_id`, `ALFF1` |
"""  # noqa: E501


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(rules_page, "PAGE", tmp_path / "rules.md")
    rules_page.PAGE.write_text(RULES)
    folder = tmp_path / "results"
    for name in ("group/alff", "group/reho", "tables", "benchmarks"):
        (folder / name).mkdir(parents=True)
    for name in ("group/alff/space-MNI_table.tsv", "group/reho/space-MNI_table.tsv"):
        write_table(folder / name, CLUSTERS, COLUMNS)
    write_table(folder / "group/seeds.tsv", pd.DataFrame({"seed": []}), {"seed": "Seed."})
    write_table(folder / "tables/one.tsv", CLUSTERS)
    described = "Clusters of the patients (patients: 3, controls: 4)"
    write_sidecar(folder / "tables/one.json", COLUMNS, description=described, source="simulated")
    write_table(folder / "tables/two.tsv", CLUSTERS, COLUMNS)
    features = pd.DataFrame({"participant_id": ["sub-01"], "ALFF1": [0.9]})
    write_table(folder / "tables/features.tsv", features)
    write_table(folder / "benchmarks/fit.tsv", pd.DataFrame({"s": [1.0]}))
    return folder


def test_paths_of_a_cell_are_those_that_were_listed():
    paths = ["a/sub-{s}/{S}_t.tsv", "a/sub-{s}/{S}_t.json", "a/sub-{s}/m.tsv", "b/x.tsv"]

    assert outputs_page.unfolded(rules_page.listed(paths)) == [*paths[:1], *paths[2:]]


def test_tables_of_the_same_columns_are_shown_once_with_what_each_is(results):
    page = outputs_page.page(outputs_page.tables_of_runs(results))

    assert page == outputs_page.HEAD + SECTIONS


def test_a_table_of_several_runs_has_the_columns_of_all_and_the_texts_of_the_first(
    results, tmp_path
):
    other = tmp_path / "other"
    (other / "tables").mkdir(parents=True)
    table = pd.DataFrame({"site": ["A"], "t": [1.0]})
    write_table(other / "tables/two.tsv", table, {"site": "Site.", "t": "T."})

    tables = outputs_page.tables_of_runs(results, other)

    assert tables["tables/two.tsv"].columns == COLUMNS | {"site": "Site."}


def test_a_column_that_a_sidecar_leaves_out_is_named(results):
    write_sidecar(results / "tables/two.json", {"t": "T."})

    with pytest.raises(ValueError, match=r"tables/two\.tsv does not describe cluster_id"):
        outputs_page.tables_of_runs(results)


def test_a_table_that_no_rule_writes_is_named(results):
    write_table(results / "tables/three.tsv", CLUSTERS)

    with pytest.raises(ValueError, match=r"tables/three\.tsv is the output of no rule"):
        outputs_page.tables_of_runs(results)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("Counts", "Counts"),
        ({"LongName": "Age", "Description": "Age in years.", "Units": "years"}, "Age in years."),
        ({"Description": "Wall time.", "Units": "s"}, "Wall time, s"),
        ({"Description": "M male.", "Levels": {"M": "male"}}, "M male."),
        ({"Description": "Pain.", "Levels": {"y": "present"}}, "Pain (y: present)"),
    ],
)
def test_unit_and_levels_are_told_unless_the_description_tells_them(column, text):
    assert outputs_page.meaning(column) == text


@pytest.mark.parametrize(
    ("before", "after", "left_out"),
    [
        ("", "", []),
        ("`tables/two.tsv`", "`tables/2.tsv`", ["tables/two.tsv"]),
        ("| `seed` | Seed. |\n", "", ["group/seeds.tsv"]),
        ("| `seed` | Seed. |", "| `seed` | Its label. |", ["group/seeds.tsv"]),
        ("| `seed` | Seed. |\n", "| `seed` | Seed. |\n| `x` | X. |\n", ["group/seeds.tsv"]),
        ("`tables/features.tsv`", "", ["tables/features.tsv"]),
    ],
)
def test_a_table_that_is_not_on_the_page_as_it_is_in_the_run_is_left_out(
    results, before, after, left_out
):
    tables = outputs_page.tables_of_runs(results)
    text = outputs_page.page(tables).replace(before, after) if before else SECTIONS

    assert outputs_page.left_out(text, tables) == left_out


def test_every_table_of_the_page_of_rules_is_on_the_page_of_tables():
    page = outputs_page.PAGE.read_text()

    names = outputs_page.tables_of_rules(rules_page.PAGE.read_text())
    assert len(names) > 60
    assert [name for name in names if f"`{name}`" not in page] == []
