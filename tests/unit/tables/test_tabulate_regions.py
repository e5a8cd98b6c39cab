"""Table 2 from the cluster tables of all measures."""

import numpy as np
import pandas as pd

from restpain.atlas import composition_text, harvard_oxford
from restpain.io.images import write_volume
from restpain.io.tables import read_table, write_table
from restpain.report.section_regions import region_rows
from restpain.tables.manuscript import regions_sheet
from scripts.tables.tabulate_regions import COLUMNS as REGION
from scripts.tables.tabulate_regions import tabulate_regions
from study import REGIONS

NO_ATLAS = {"atlases": [], "atlas_images_paths": [], "atlas_labels_paths": []}


def test_regions_of_all_measures_stand_in_one_table_with_every_digit(tmp_path, made, sidecar):
    found = REGIONS.assign(measure=["alff", "alff", "fc"], t=[-6.123456789, 4.9, -5.5])
    write_table(tmp_path / "alff.tsv", found.iloc[:2])
    write_table(tmp_path / "reho.tsv", found.iloc[:0])
    write_table(tmp_path / "fc.tsv", found.iloc[2:])
    paths = [tmp_path / f"{measure}.tsv" for measure in ("alff", "reho", "fc")]

    tabulate_regions(clusters_paths=paths, labels_paths=paths, source="bids", **NO_ATLAS, **made)

    table = read_table(made["table_path"], dtype={"brodmann_area": str})
    assert table["measure"].tolist() == ["ALFF", "ALFF", "FC"]
    assert table["t"].iloc[0] == -6.123456789
    assert table["brodmann_area"].iloc[0] == "20"
    assert list(table)[:8] == list(REGION)[:8]
    assert sidecar()["SimulatedData"] is False


def test_no_region_is_a_table_with_its_columns_and_no_row(tmp_path, made, sidecar):
    write_table(tmp_path / "empty.tsv", REGIONS.iloc[:0])

    empty = [tmp_path / "empty.tsv"] * 2
    tabulate_regions(
        clusters_paths=empty, labels_paths=empty, source="simulated", **NO_ATLAS, **made
    )

    assert made["table_path"].read_text() == "\t".join(REGION) + "\n"
    assert set(REGION) < set(sidecar())


def test_atlases_of_the_user_are_columns_in_their_order(tmp_path, made, sidecar):
    labels = np.zeros((40, 40, 40), np.float32)
    labels[5:8, 5:8, 5:8] = 1
    affine = np.diag([3.0, 3, 3, 1])
    affine[:3, 3] = -60
    write_volume(tmp_path / "dseg.nii.gz", labels, affine)
    write_table(tmp_path / "clusters.tsv", REGIONS.iloc[:1])
    write_volume(tmp_path / "atlas.nii.gz", np.full((40, 40, 40), 4, np.float32), affine)
    write_table(tmp_path / "atlas.tsv", pd.DataFrame({"index": [4], "name": ["Whole_brain"]}))

    tabulate_regions(
        clusters_paths=[tmp_path / "clusters.tsv"],
        labels_paths=[tmp_path / "dseg.nii.gz"],
        atlases=["Own", "harvard_oxford", "Again"],
        atlas_images_paths=[tmp_path / "atlas.nii.gz"] * 2,
        atlas_labels_paths=[tmp_path / "atlas.tsv"] * 2,
        source="bids",
        **made,
    )

    table = read_table(made["table_path"])
    added = ["Own_region", "Own_distance_mm", "Own_composition"]
    named = [f"harvard_oxford{name[3:]}" for name in added]
    assert list(table)[len(REGION) :] == added + named + [f"Again{name[3:]}" for name in added]
    assert table[added].iloc[0].tolist() == ["Whole_brain", 0, "Whole_brain 100 %"]
    near, distance = harvard_oxford().nearest(REGIONS.loc[0, ["x_mm", "y_mm", "z_mm"]].tolist())
    places = np.argwhere(labels) * 3.0 - 60
    composition = composition_text(harvard_oxford().composition(places))
    assert table[named].iloc[0].tolist() == [near, distance, composition]
    assert set(table) < set(sidecar())
    assert "at least 25 %" in sidecar()["harvard_oxford_region"]["Description"]
    assert "of the user" in sidecar()["Own_region"]["Description"]
    sheet = regions_sheet(table, simulated=False)
    assert sheet.head[3:6] == ["Own", "Harvard-Oxford", "Again"]
    assert [sheet.rows[0][3], sheet.rows[0][5]] == ["Whole brain", "Whole brain"]
    assert any(
        note.startswith("Own, Harvard-Oxford and Again: region of the peak")
        and "in Harvard-Oxford, the most probable region where" in note
        for note in sheet.notes
    )
    assert [atlas["name"] for atlas in region_rows(table, 0)[0]["atlases"]] == sheet.head[3:6]
    assert region_rows(table, 0)[0]["atlases"][2]["region"] == "Whole brain"
