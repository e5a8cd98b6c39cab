"""Settings in force beside their defaults and remarks."""

from restpain.report.section_settings import setting_rows
from study import (
    CONFIG,
    settings,
)


def rows_by_key(chosen):
    text = CONFIG.read_text(encoding="utf-8")
    return {row["key"]: row for row in setting_rows(text, chosen)}


def test_a_changed_setting_is_marked_with_its_default():
    chosen = settings()
    chosen["group"]["voxel_p"] = 0.01

    rows = rows_by_key(chosen)

    assert (rows["group.voxel_p"]["changed"], rows["group.voxel_p"]["default"]) == (True, "0.001")
    assert rows["group.voxel_p"]["remark"] == "paper"
    assert not rows["group.cluster_p"]["changed"]


def test_volumes_dropped_by_default_are_not_said_to_be_the_choice_of_the_user():
    own = settings()
    own["preprocessing"]["drop_volumes"] = 4

    default, chosen = (rows_by_key(s)["preprocessing.drop_volumes"] for s in (settings(), own))

    assert (default["value"], default["changed"]) == ("10", False)
    assert (chosen["value"], chosen["changed"], chosen["default"]) == ("4", True, "10")


def test_coordinates_are_shown_as_points():
    points = settings()
    points["connectivity"]["coordinates"] = [[-20, -42, -24], [24, -42, -24]]

    value = rows_by_key(points)["connectivity.coordinates"]["value"]

    assert value == "(-20, -42, -24), (24, -42, -24)"


def test_paths_of_the_machine_and_an_unused_simulation_are_not_shown():
    chosen = settings()
    chosen["cohort"] |= {"source": "bids", "data": "/home/somebody/data"}

    own = {"name": "AAL3", "image": "/home/somebody/a.nii", "labels": "/home/somebody/a.tsv"}
    chosen["table2"]["atlases"] = ["harvard_oxford", own]

    rows = rows_by_key(chosen)

    assert "somebody" not in str(rows)
    assert rows["table2.atlases"]["value"] == "harvard_oxford, AAL3"
    assert not any(key.startswith("simulation.") for key in rows)
