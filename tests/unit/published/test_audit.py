"""The audit of whole tables: the published ones, and made-up ones that are consistent."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from restpain.atlas import aal, brodmann
from restpain.io.images import write_volume
from restpain.io.tables import read_json, read_printed, read_table
from restpain.published.arithmetic import CONSISTENT, INCONSISTENT, UNCHECKED
from restpain.published.audit import audit, cell_verdicts, counts_by_table, study_of
from scripts.published.audit_published import audit_published

PUBLISHED = Path(__file__).parents[3] / "resources" / "published"
AFFINE = np.diag([5.0, 5.0, 5.0, 1.0])
AFFINE[:3, 3] = (-90, -125, -75)


def brain():
    """An ellipsoid about the size of the brain."""
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in (37, 44, 38)), indexing="ij"), axis=-1)
    places_mm = grid * 5 + AFFINE[:3, 3]
    return (((places_mm - (0, -18, 8)) / (72, 90, 72)) ** 2).sum(axis=-1) < 1, AFFINE


def audited(tables, study):
    return audit(tables, study, brain=brain(), aal=aal(), brodmann=brodmann())


@pytest.fixture(scope="module")
def findings():
    tables = {f"table{k}": read_printed(PUBLISHED / f"table{k}.csv") for k in (1, 2, 3, 4)}
    return audited(tables, study_of(read_printed(PUBLISHED / "study.csv")))


def found(findings, table, column, rule):
    of_rule = findings[(findings["table"] == table) & (findings["rule"] == rule)]
    return of_rule[of_rule["column"] == column].set_index("row")


def test_the_printed_p_of_age_and_education_do_not_follow_and_that_of_sex_does(findings):
    p = found(findings, 1, "p", "p_from_means")
    assert p.loc["Age (years)", ["recomputed", "verdict"]].tolist() == ["0.547", INCONSISTENT]
    assert p.loc["Education (years)", ["recomputed", "verdict"]].tolist() == [
        "0.023",
        INCONSISTENT,
    ]
    assert p["verdict"].tolist().count(CONSISTENT) == 1  # depression
    sex = found(findings, 1, "p", "p_from_counts").loc["Male/Female"]
    assert (sex["recomputed"], sex["verdict"]) == ("0.243", CONSISTENT)


def test_all_means_deviations_and_percentages_of_table_1_are_possible(findings):
    groups = findings[(findings["table"] == 1) & (findings["column"] != "p")]

    assert len(groups) > 30
    assert (groups["verdict"] == CONSISTENT).all()


def test_no_p_of_table_4_follows_from_its_rho(findings):
    p = found(findings, 4, "p", "p_from_rho")

    assert len(p) == 10
    assert (p["verdict"] == INCONSISTENT).all()
    assert p["recomputed"].iloc[0] == "0.571"


def test_accuracy_is_never_between_sensitivity_and_specificity_nor_a_mean_of_test_sets(findings):
    for rule in ("between", "mean_of_sets"):
        accuracy = found(findings, 3, "accuracy_percent", rule)
        assert len(accuracy) == 10
        assert (accuracy["verdict"] == INCONSISTENT).all()


def test_one_peak_lies_outside_the_brain_and_one_on_the_other_side(findings):
    outside = found(findings, 2, "peak", "in_brain")
    outside = outside[outside["verdict"] == INCONSISTENT]
    assert outside["published"].tolist() == ["-80, 30, -20"]
    side = found(findings, 2, "hemisphere", "side")
    wrong = side[side["verdict"] == INCONSISTENT]
    assert wrong.index.tolist() == ["FC, Precentral gyrus, right"]
    assert wrong["recomputed"].tolist() == ["left"]


def test_the_labels_are_those_of_other_places(findings):
    label = found(findings, 2, "region", "label")

    assert label["recomputed"].iloc[0] == "Cerebelum_4_5_L"
    assert label.loc["FC, Cerebellum_Crus1_L, left", "verdict"] == INCONSISTENT
    right = label[label["verdict"] == CONSISTENT].index.tolist()
    assert [name.split(", ")[1] for name in right] == [
        "Precentral gyrus",
        "Superior frontal gyrus (dorsal)",
        "Middle frontal gyrus",
    ]
    area = found(findings, 2, "brodmann_area", "brodmann")["verdict"]
    assert area[area == CONSISTENT].index.tolist() == ["FC, Precentral gyrus, right"]


def test_one_t_is_below_the_two_tailed_threshold(findings):
    t = found(findings, 2, "t", "threshold")

    assert t[t["verdict"] == INCONSISTENT]["published"].tolist() == ["-3.39"]
    assert set(t["recomputed"]) == {"3.53"}


def test_every_printed_cell_has_a_verdict_and_only_one(findings):
    cells = cell_verdicts(findings)

    # 12 rows of patients and 4 of controls with 4 p; 10 x 5 less 2 areas; 10 x 7; 10 x 3
    assert cells.groupby("table").size().tolist() == [20, 48, 70, 30]
    counts = counts_by_table(findings)
    assert [row[INCONSISTENT] for row in counts] == [2, 17, 38, 10]
    assert [row[UNCHECKED] for row in counts] == [0, 0, 10, 10]


def test_a_cell_is_inconsistent_if_one_check_of_it_is():
    checks = pd.DataFrame(
        {
            "table": 1,
            "row": ["a", "a", "b", "b", "c"],
            "column": "p",
            "verdict": [CONSISTENT, INCONSISTENT, UNCHECKED, CONSISTENT, UNCHECKED],
        }
    )

    verdicts = cell_verdicts(checks).set_index("row")["verdict"]
    assert verdicts.to_dict() == {"a": INCONSISTENT, "b": CONSISTENT, "c": UNCHECKED}


def made_up():
    """Tables of a paper that never was, computed from numbers that agree with each other."""
    table1 = pd.DataFrame(
        [
            # 1 2 3 4 and 3 4 5 6: t = -2.191 with 6 degrees of freedom, p 0.071
            ["Age", "mean±SD (min–max)", "2.50±1.29 (1–4)", "4.50±1.29 (3–6)", "0.071"],
            ["Male/Female", "n", "1/3", "3/1", "0.157"],  # chi-square 2
            ["Mild", "n (%)", "3 (75.0%)", "NA", "NA"],
            ["Severe", "n (%)", "1 (25.0%)", "NA", "NA"],
        ],
        columns=["row", "level", "pain", "healthy", "p"],
    )
    region = ["ReHo", "Precentral gyrus", "left"]
    table2 = pd.DataFrame(
        [[*region, "4", "-48", "-4", "44", "-6.00"], ["ReHo", "Angular_R", "right", *["NA"] * 5]],
        columns=[
            *["measure", "region", "hemisphere", "brodmann_area", "x_mm", "y_mm", "z_mm", "t"]
        ],
    )
    # two test sets of 4: 3 of 4 right and 4 of 4 right; 1 of 2 and 2 of 2 patients
    table3 = pd.DataFrame(
        [[*region, "0.875", "0.90", "0.5", "75.0", "100.0", "87.5"]],
        columns=[
            *["measure", "region", "hemisphere", "auc", "loocv_auc", "cutoff"],
            *(f"{name}_percent" for name in ("sensitivity", "specificity", "accuracy")),
        ],
    )
    table4 = pd.DataFrame(
        [[*region, "0.500", "0.500"]],  # n = 4: t 0.816, 2 degrees of freedom
        columns=["measure", "region", "hemisphere", "rho", "p"],
    )
    study = {
        "n_patients": "4",
        "n_controls": "4",
        "whole_numbers": "Age",
        "categories": "Mild; Severe",
        "voxel_p": "0.001",
        "tails": "2",
        "test_fraction": "0.5",
        "n_splits": "2",
        "reach_mm": "5",
    }
    tables = {"table1": table1, "table2": table2, "table3": table3, "table4": table4}
    return tables, study


def as_table(study):
    return pd.DataFrame({"key": study.keys(), "value": study.values()})


def test_a_consistent_paper_passes_clean():
    tables, study = made_up()

    verdicts = audited(tables, study_of(as_table(study)))

    assert set(verdicts["verdict"]) == {CONSISTENT, UNCHECKED}
    assert (verdicts["verdict"] == CONSISTENT).sum() >= 18
    unchecked = verdicts[verdicts["verdict"] == UNCHECKED]
    assert set(unchecked["rule"]) <= {"none", "label"}


@pytest.mark.parametrize(
    ("table", "column", "text", "rule"),
    [
        ("table1", "pain", "2.60±1.29 (1–4)", "mean_possible"),
        ("table1", "pain", "2.50±1.40 (1–4)", "sd_possible"),
        ("table1", "pain", "2.50±1.90 (1–4)", "sd_in_range"),
        ("table1", "p", "0.171", "p_from_means"),
        ("table2", "hemisphere", "right", "side"),
        ("table2", "brodmann_area", "17", "brodmann"),
        ("table2", "region", "Cuneus", "label"),
        ("table2", "z_mm", "144", "in_brain"),
        ("table2", "t", "-5.00", "threshold"),
        ("table3", "accuracy_percent", "70.0", "between"),
        ("table3", "accuracy_percent", "80.0", "mean_of_sets"),
        ("table3", "auc", "0.600", "auc_of_point"),
        ("table3", "region", "Cuneus", "same_region"),
        ("table4", "p", "0.400", "p_from_rho"),
    ],
)
def test_one_changed_cell_is_found_by_its_rule(table, column, text, rule):
    tables, study = made_up()
    tables[table].loc[0, column] = text

    verdicts = audited(tables, study_of(as_table(study)))

    assert rule in set(verdicts.loc[verdicts["verdict"] == INCONSISTENT, "rule"])


def test_study_names_what_is_wrong_with_it():
    _, study = made_up()

    with pytest.raises(ValueError, match=r"must have the keys n_patients.*\['tails'\]"):
        study_of(as_table({key: value for key, value in study.items() if key != "tails"}))
    with pytest.raises(ValueError, match="n_splits is 'three', not a number"):
        study_of(as_table(study | {"n_splits": "three"}))
    with pytest.raises(ValueError, match="tails is 3, not 1 or 2"):
        study_of(as_table(study | {"tails": "3"}))


def test_the_script_writes_the_findings_with_their_columns(tmp_path):
    write_volume(tmp_path / "brain.nii.gz", brain()[0].astype(np.float32), AFFINE, sidecar={})

    audit_published(
        tables_paths=[PUBLISHED / f"table{k}.csv" for k in (1, 2, 3, 4)],
        study_path=PUBLISHED / "study.csv",
        brain_path=tmp_path / "brain.nii.gz",
        findings_path=tmp_path / "audit.tsv",
        columns_path=tmp_path / "audit.json",
    )

    written = read_table(tmp_path / "audit.tsv", dtype=str)
    columns = read_json(tmp_path / "audit.json")
    assert set(written) < set(columns)
    assert [row["cells"] for row in columns["Cells"]] == [20, 48, 70, 30]


@pytest.mark.parametrize("missing", [(3, 4), (2, 3, 4), (1,)])
def test_a_paper_without_some_of_the_tables_is_audited_for_the_others(tmp_path, missing):
    write_volume(tmp_path / "brain.nii.gz", brain()[0].astype(np.float32), AFFINE, sidecar={})
    paths = []
    for k in (1, 2, 3, 4):
        lines = (PUBLISHED / f"table{k}.csv").read_text(encoding="utf-8").splitlines()
        paths.append(tmp_path / f"table{k}.csv")
        paths[-1].write_text("\n".join(lines[:1] if k in missing else lines) + "\n")

    audit_published(
        tables_paths=paths,
        study_path=PUBLISHED / "study.csv",
        brain_path=tmp_path / "brain.nii.gz",
        findings_path=tmp_path / "audit.tsv",
        columns_path=tmp_path / "audit.json",
    )

    written = read_table(tmp_path / "audit.tsv", dtype=str)
    assert sorted(set(written["table"].astype(int))) == sorted({1, 2, 3, 4} - set(missing))
