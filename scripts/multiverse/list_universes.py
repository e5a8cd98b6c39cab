"""Universes of the study: their choices, those left out, and a check of every design."""

import logging

import pandas as pd

from restpain.cohort.design import two_sample_design
from restpain.cohort.participants import MEAN_FD, Comparison, included, read_participants
from restpain.io.job import run_job
from restpain.io.tables import write_json, write_table
from restpain.multiverse.participants import adjusted
from restpain.multiverse.universes import KEYS, Multiverse, shown_value

logger = logging.getLogger("list_universes")

LEFT_OUT = {
    "choices": "Key, or values that the combinations left out have in common.",
    "reason": "Why they are left out.",
}


def list_universes(
    *,
    participants_path: str,
    universes_path: str,
    left_out_path: str,
    plan_path: str,
    values: dict,
    universes: list,
    left_out: list,
    n_combinations: int,
    plans: dict,
    comparison: dict,
    covariates: list,
) -> None:
    table = included(read_participants(participants_path, Comparison(**comparison)))
    problems = []
    for names in covariates:
        known = [name for name in names if name != MEAN_FD]  # motion follows from preprocessing
        try:
            two_sample_design(table, adjusted(comparison, known))
        except ValueError as error:
            problems += [
                f"{sentence} (covariates {shown_value(names)} of multiverse.alternatives)"
                for sentence in str(error).splitlines()
            ]
    if problems:
        raise ValueError("\n".join(problems))

    multiverse = Multiverse(values, [tuple(one) for one in universes], left_out, n_combinations)
    rows = pd.DataFrame(
        [
            {key: shown_value(value) for key, value in multiverse.settings(one).items()}
            for one in multiverse.universes
        ],
        columns=list(values),
    )
    rows.insert(0, "universe", range(len(rows)))
    described = {"universe": "Number of the universe; 0 is the main analysis."}
    described |= {key: f"{KEYS[key]} ({key} of the configuration)." for key in values}
    for measure, plan in plans.items():
        shared = {tuple(one["choices"]): one["universe"] for one in plan["universes"]}
        places = [list(values).index(key) for key in plan["keys"]]
        rows[measure] = [shared[tuple(one[k] for k in places)] for one in multiverse.universes]
        described[measure] = f"Universe whose results this one shares for {measure}."
    logger.info("%d universes of %d combinations", len(rows), n_combinations)
    write_table(universes_path, rows, described)
    write_table(left_out_path, pd.DataFrame(left_out, columns=list(LEFT_OUT)), LEFT_OUT)
    write_json(plan_path, {"n_combinations": n_combinations, "values": values, "measures": plans})


if __name__ == "__main__":
    run_job(list_universes, snakemake)
