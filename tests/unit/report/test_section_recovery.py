"""What the page and the figure say of the truth: found, missed, false, nothing planted."""

import numpy as np
import pytest

from restpain.io.tables import read_table, write_table
from restpain.recovery.figure import effect_title, false_words, recovery_figure
from restpain.report.section_recovery import recovery_content
from study import recovery_tables

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])


def section(n_effects=2, n_clusters=2):
    (effects, clusters, stages, participants), _ = recovery_tables(n_effects)
    return recovery_content(effects, clusters.iloc[:n_clusters], stages, participants)


def test_the_summary_counts_what_was_found_and_names_what_is_false():
    found = section()

    assert found["summary"] == (
        "1 of 2 simulated effects was recovered. Of 2 significant clusters, 1 is false (ALFF2), "
        "that is, without overlap with a simulated effect."
    )
    assert [row["verdict"] for row in found["effects"]] == ["found", "not found"]
    assert [row["cluster"] for row in found["others"]] == ["ALFF2"]


def test_without_a_cluster_or_an_effect_the_summary_says_so():
    assert section(n_effects=2, n_clusters=0)["summary"].endswith(
        "There is no significant cluster, so none is false."
    )
    assert section(n_effects=0)["summary"].startswith("No effect was simulated: a null cohort")
    assert section(n_effects=0)["stages"] == []


def test_each_stage_has_its_change_what_it_kept_and_its_size():
    alff, reho = section()["stages"]

    assert [cell["change"] for cell in alff["cells"]][0] == "\N{MINUS SIGN}50.0 %"
    assert all(cell["g"].startswith("g ") for cell in alff["cells"][1:])
    assert "left" in alff["cells"][1]["kept"]
    assert reho["cells"][1]["kept"] == ""


def figure_of(n_effects, n_clusters=2):
    (effects, clusters, stages, participants), _ = recovery_tables(n_effects)
    template = np.zeros((12, 12, 12))
    template[1:11, 1:11, 1:11] = 1
    places = [np.zeros(template.shape, bool) for _ in range(n_effects)]
    for place in places:
        place[3:6, 3:6, 3:6] = True
    return recovery_figure(
        template=template,
        affine=AFFINE,
        effects=effects,
        simulated=places,
        found=places,
        clusters=clusters.iloc[:n_clusters],
        stages=stages,
        participants=participants,
        patients="CP",
    )


@pytest.mark.parametrize(("n_effects", "n_clusters", "n_axes"), [(2, 2, 5), (1, 0, 4), (0, 2, 1)])
def test_the_figure_has_a_place_per_effect_two_courses_and_the_errors(
    n_effects, n_clusters, n_axes
):
    figure = figure_of(n_effects, n_clusters)

    words = " ".join(text.get_text() for text in figure.texts)
    assert len(figure.axes) == n_axes
    assert "SIMULATED DATA" in words
    assert ("No effect was simulated" in words) == (n_effects == 0)
    assert ("No significant cluster" in words) == (n_clusters == 0)


def test_titles_and_words_name_effects_and_false_clusters():
    (effects, clusters, *_), _ = recovery_tables()

    head, tail = effect_title(effects.iloc[0]).split("\n")
    assert head == "1  ALFF \N{MINUS SIGN}50 %  Inferior temporal gyrus, left"
    assert tail.startswith("found (ALFF1): Dice 1.00")
    assert effect_title(effects.iloc[1]).endswith("\nnot found")
    assert "1 of 2 (ALFF2 <b>Lingual_L)" in false_words(clusters)


def test_tables_of_false_clusters_alone_are_read_back_as_they_were_written(tmp_path):
    tables, _ = recovery_tables(n_effects=0)
    names = {"effects": str, "clusters": str}
    for number, table in enumerate(tables):
        write_table(tmp_path / f"{number}.tsv", table)

    read = [read_table(tmp_path / f"{number}.tsv", dtype=names) for number in range(4)]

    assert set(read[1]["verdict"]) == {"false cluster"}
    assert len(recovery_content(*read)["others"]) == 2
    assert false_words(read[1]).startswith(
        "False clusters, which overlap no simulated effect: 2 of 2"
    )
