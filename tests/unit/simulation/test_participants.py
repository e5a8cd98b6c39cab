"""Checks of participants against the published moments and against itself."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from restpain.cohort.participants import Comparison, read_participants
from restpain.io.tables import read_table, write_table
from restpain.simulation.participants import (
    BREAKTHROUGH,
    COLUMNS,
    EXCLUSION,
    MOMENTS,
    NRS,
    SEX,
    beta_shape,
    scaled_counts,
    simulated_participants,
    simulated_roster,
)

PUBLISHED = Path(__file__).parents[3] / "resources" / "published" / "table1.csv"
ROWS = {
    "age": "Age (years)",
    "education": "Education (years)",
    "phq9": "Depression Patient Health Questionnaire-9",
    "cancer_days": "Duration of cancer (days)",
    "pain_days": "Duration of cancer pain (days)",
    "ome_mg": "Oral Morphine Equivalent daily dose (mg)",
}


def published():
    """Cells of the published Table 1 by row, of patients and controls."""
    with PUBLISHED.open(encoding="utf-8") as file:
        return {
            row["row"]: {"patients": row["cp_n21"], "controls": row["hc_n25"]}
            for row in csv.DictReader(file)
        }


def roster(n_patients, n_controls, n_excluded):
    return simulated_roster(
        Comparison("patient", "control"),
        n_patients=n_patients,
        n_controls=n_controls,
        n_excluded=n_excluded,
    )


def table(n_patients=21, n_controls=25, n_excluded=4, seed=1):
    return simulated_participants(
        roster(n_patients, n_controls, n_excluded), patients="patient", seed=seed
    )


@pytest.mark.parametrize("group", ["patients", "controls"])
def test_moments_are_those_of_the_published_table(group):
    cells = published()

    for name, moments in MOMENTS[group].items():
        cell = cells[ROWS[name]][group]
        mean, sd, smallest, largest = map(float, re.findall(r"[\d.]+", cell))
        assert moments == (mean, sd, smallest, largest), name
    patient_only = set(MOMENTS["patients"]) - set(MOMENTS["controls"])
    assert all(cells[ROWS[name]]["controls"] == "NA" for name in patient_only)


def test_counts_are_those_of_the_published_table():
    cells = published()

    for group in ("patients", "controls"):
        assert cells["Male/Female"][group] == f"{SEX[group]['M']}/{SEX[group]['F']}"
    assert cells["Breakthrough cancer pain"]["patients"].startswith(f"{BREAKTHROUGH['yes']} (")
    scores = np.repeat(list(NRS), list(NRS.values()))
    for row, low, high in (
        ("Mild pain (NRS 1–3)", 1, 3),
        ("Moderate pain (NRS 4–6)", 4, 6),
        ("Severe pain (NRS 7–10)", 7, 10),
    ):
        n = ((scores >= low) & (scores <= high)).sum()
        assert cells[row]["patients"] == f"{n} ({100 * n / len(scores):.2f}%)"
    expected = f"{scores.mean():.2f}±{scores.std(ddof=1):.2f} ({scores.min()}–{scores.max()})"
    assert cells["Numeric Rating Scale"]["patients"] == expected


@pytest.mark.parametrize("seed", range(5))
def test_days_and_years_of_a_participant_are_consistent(seed):
    rows = table(seed=seed)
    patients = rows[rows["group"] == "patient"]

    # nobody was at school or ill before birth, and who takes opioids has pain
    assert (rows["education"] + 4 < rows["age"]).all()
    assert (patients["cancer_days"] < 365 * (patients["age"] - 18)).all()
    assert (patients["nrs"] > 0).all()
    assert (patients["ome_mg"] > 0).all()


def test_roster_lists_patients_controls_and_the_excluded_with_the_reason():
    rows = roster(2, 1, 1)

    assert rows["participant_id"].tolist() == ["sub-01", "sub-02", "sub-03", "sub-04"]
    assert rows["group"].tolist() == ["patient", "patient", "control", "patient"]
    assert rows["exclude"].tolist() == ["", "", "", EXCLUSION]


def test_roster_pads_labels_so_that_they_sort():
    ids = roster(60, 60, 0)["participant_id"]

    assert ids.iloc[0] == "sub-001"
    assert ids.is_monotonic_increasing


@pytest.mark.parametrize("group", ["patients", "controls"])
def test_a_cohort_of_the_papers_size_has_the_papers_moments(group):
    rows = table()
    rows = rows[rows["exclude"].isna() & (rows["group"] == group[:-1])]

    for name, (mean, sd, smallest, largest) in MOMENTS[group].items():
        values = rows[name].astype(float)
        assert values.mean() == pytest.approx(mean, abs=0.1 * sd), name
        assert values.std() == pytest.approx(sd, rel=0.15), name
        assert values.between(smallest, largest).all(), name


def test_counts_of_the_papers_categories_are_those_of_the_paper():
    rows = table()
    analysed = rows[rows["exclude"].isna()]
    patients = analysed[analysed["group"] == "patient"]
    controls = analysed[analysed["group"] == "control"]

    nrs = patients["nrs"].astype(int)
    assert [(nrs <= 3).sum(), nrs.between(4, 6).sum(), (nrs >= 7).sum()] == [13, 7, 1]
    assert nrs.mean() == pytest.approx(3.62, abs=0.005)
    assert nrs.std() == pytest.approx(1.60, abs=0.005)
    assert (patients["sex"] == "M").sum() == 16
    assert (controls["sex"] == "M").sum() == 15
    assert (patients["breakthrough"] == "yes").sum() == 13


@pytest.mark.parametrize("seed", range(5))
def test_nobody_has_pain_for_longer_than_cancer(seed):
    rows = table(n_patients=10, n_controls=3, n_excluded=2, seed=seed)
    patients = rows[rows["group"] == "patient"]

    assert (patients["pain_days"] <= patients["cancer_days"]).all()


def test_controls_have_no_clinical_values():
    rows = table()
    clinical = ["nrs", "cancer_days", "pain_days", "ome_mg", "breakthrough"]

    assert rows.loc[rows["group"] == "control", clinical].isna().all(axis=None)
    assert rows.loc[rows["group"] == "patient", clinical].notna().all(axis=None)


def test_the_same_seed_gives_the_same_table_and_another_seed_another():
    assert table(seed=1).equals(table(seed=1))
    assert not table(seed=1).equals(table(seed=2))


def test_the_table_without_excluded_patients_has_no_reason():
    rows = table(n_patients=3, n_controls=3, n_excluded=0)

    assert len(rows) == 6
    assert rows["exclude"].isna().all()


def test_the_written_table_is_read_as_the_roster_it_came_from(tmp_path):
    path = tmp_path / "participants.tsv"
    write_table(path, table(10, 10, 2), COLUMNS)

    rows = read_participants(path, Comparison("patient", "control"))

    expected = roster(10, 10, 2)
    for name in ("participant_id", "group", "exclude"):
        assert rows[name].tolist() == expected[name].tolist()
    assert "." not in "".join(read_table(path, dtype=str)["cancer_days"].dropna())


def test_scaled_counts_go_to_the_largest_remainders():
    # shares of 10 patients: 2.38, 3.81, 1.43, 0.95, 0.95, 0.48
    assert scaled_counts(NRS, 10) == {2: 2, 3: 4, 4: 1, 5: 1, 6: 1, 8: 1}
    assert scaled_counts({"M": 16, "F": 5}, 21) == {"M": 16, "F": 5}


def test_beta_shape_has_the_mean_and_sd_asked_for():
    a, b = beta_shape(3.0, 1.5, 0.0, 10.0)

    assert 10 * a / (a + b) == pytest.approx(3.0)
    assert 10 * np.sqrt(a * b / (a + b + 1)) / (a + b) == pytest.approx(1.5)


def test_beta_shape_names_moments_that_no_distribution_has():
    with pytest.raises(ValueError, match=r"between 0 and 10 has mean 5 and SD 6"):
        beta_shape(5, 6, 0, 10)
