"""Quality numbers, ratings and limits of every participant; motion of the groups compared."""

import logging

import numpy as np
import pandas as pd

from restpain.cohort.participants import Comparison, included, participant_of, read_participants
from restpain.cohort.ratings import COLUMNS as RATING_COLUMNS
from restpain.cohort.ratings import read_ratings
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table, write_sidecar, write_table
from restpain.quality.group_motion import MOTION_COLUMNS, motion_of_groups
from restpain.quality.limits import COLUMNS, quality_row

logger = logging.getLogger("tabulate_quality")

FD = "framewise_displacement_jenkinson"
UNKNOWN = np.full(1, np.nan)  # displacement of participants without series


def tabulate_quality(
    *,
    participants_path: str,
    ratings_path: str | None,
    func_qc_paths: list[str],
    anat_qc_paths: list[str],
    confounds_paths: list[str],
    quality_path: str,
    columns_path: str,
    motion_path: str,
    template_path: str,
    comparison: dict,
    limits: dict[str, float | None],
) -> None:
    comparison = Comparison(**comparison)
    table = read_participants(participants_path, comparison, judge_groups=False)
    ratings = read_ratings(ratings_path, table["participant_id"])
    func, anat = (
        {participant_of(path): read_json(path) for path in paths}
        for paths in (func_qc_paths, anat_qc_paths)
    )
    displacement = {
        participant_of(path): read_table(path, usecols=[FD])[FD].to_numpy(np.float64)
        for path in confounds_paths
    }
    rows = [
        quality_row(
            who,
            group or None,
            func[who] | anat.get(who, {}),
            displacement.get(who, UNKNOWN),
            *ratings.loc[who, ["rating", "reason"]],
            limits,
        )
        for who, group in included(table)[["participant_id", "group"]].itertuples(index=False)
    ]
    quality = pd.DataFrame(rows, columns=list(COLUMNS))
    for row in quality[quality["exclude"].notna()].itertuples():
        logger.info("%s does not enter the group level: %s", row.participant_id, row.exclude)
    logger.info("%d of %d excluded", quality["exclude"].notna().sum(), len(quality))

    write_table(quality_path, quality)
    write_sidecar(columns_path, COLUMNS)
    motion = motion_of_groups(quality, comparison)
    write_table(motion_path, motion, MOTION_COLUMNS)
    template = quality.rename(columns={"rating_reason": "reason"})[list(RATING_COLUMNS)]
    write_table(template_path, template)


if __name__ == "__main__":
    run_job(tabulate_quality, snakemake)
