"""Two sites in a whole run: a covariate, counts in the report, ComBat in the training folds."""

import pytest
import yaml

from restpain.io.tables import read_table
from runs import SMALL, copy_run, snakemake

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


def test_two_sites_are_a_covariate_are_counted_and_harmonised(finished_run, tmp_path):
    run = tmp_path / "run"
    copy_run(finished_run[0], run)
    two = tmp_path / "two.yaml"
    # simulated participants have no scanner, any column of words will do for one; in three folds
    # five women would be too few
    two.write_text(
        yaml.safe_dump(
            {
                "cohort": {"site": "sex"},
                "classification": {"harmonise": True, "n_folds": 4, "n_permutations": 1},
                "group": {"inference": "grf", "n_permutations": 0},  # nothing here needs them
            }
        )
    )

    process = snakemake(directory=run, configfiles=(SMALL, two))

    assert process.returncode == 0, process.stderr[-5000:]
    assert "preprocess_func" not in process.stderr
    analysed = read_table(run / "results/cohort/analysed.tsv")
    analysed = analysed[analysed["exclude"].isna()]
    patients = analysed[analysed["group"] == "patient"]
    report = (run / "results/report.html").read_text()
    assert "Analysed participants of each Sex" in report  # labels of participants.json
    men = (patients["sex"] == "M").sum()
    assert f'<th scope="row">male</th><td class="num">{men}</td>' in report
    assert "Its features were harmonised across the levels of Sex by ComBat" in report
    with_combat, without = (
        read_table(folder / "results/classification/nested_predictions.tsv")
        for folder in (run, finished_run[0])
    )
    assert set(with_combat["participant_id"]) == set(without["participant_id"])
    for arm in ("B nested", "C atlas", "D logistic"):
        probabilities = with_combat.loc[with_combat["arm"] == arm, "probability"]
        assert probabilities.between(0, 1).all()
        assert probabilities.tolist() != without.loc[without["arm"] == arm, "probability"].tolist()
