"""The script of the cohort check: what it leaves behind when it finds something."""

import pytest

from cohort_inputs import TABLE, write_image
from restpain.cohort.index import participant_index
from restpain.io.tables import write_json
from scripts.cohort.check_cohort import check_cohort


def test_the_index_of_whoever_has_problems_is_kept_and_made_again_next_time(tmp_path):
    (tmp_path / "participants.tsv").write_text(TABLE)
    indices = []
    for name in ("sub-01", "sub-02"):
        folder = tmp_path / "data" / name
        if name == "sub-02":  # the other has no images
            write_image(folder / "func" / f"{name}_task-rest_bold.nii.gz", (10, 10, 8, 40))
            write_image(folder / "anat" / f"{name}_T1w.nii.gz", (44, 44, 44))
        folder.mkdir(parents=True, exist_ok=True)
        indices.append(tmp_path / f"{name}.json")
        write_json(
            indices[-1], participant_index(folder, participant_id=name, source="bids", select={})
        )

    with pytest.raises(ValueError, match="sub-01, participant's folder: no T1-weighted image"):
        check_cohort(
            participants_path=str(tmp_path / "participants.tsv"),
            indices_paths=[str(path) for path in indices],
            ratings_path=None,
            summary_path=str(tmp_path / "summary.txt"),
            complete_path=str(tmp_path / "complete.tsv"),
            comparison={"patients": "patient", "controls": "control"},
            source="bids",
            incomplete="stop",
            n_permutations=0,
            maps=None,
            check_path=str(tmp_path / "check.tsv"),
            description_path=str(tmp_path / "description.json"),
            ignored_path=str(tmp_path / ".bidsignore"),
            places=[str(tmp_path / "data")],
            drop_volumes=5,
            min_volumes=30,
            slice_order="off",
            band_hz=(0.01, 0.1),
            nuisance=[],
            measures=["alff", "reho"],
            fwhm_mm=6.0,
            normalisation_mm=2.0,
            voxel_mm=3.0,
        )

    # older than any folder: Snakemake makes it again
    assert [path.stat().st_mtime == 1 for path in indices] == [True, False]
