import numpy as np
import pytest

from restpain.cohort.companions import add_companions
from restpain.cohort.confounds import MOTION

OLDER = "sub-01_task-rest_run-1_space-template_desc-preproc-1_bold"
NEWER = "sub-01_task-rest_run-1_space-MNI152NLin6ASym_reg-default_desc-preproc_bold"
N = 40


def companions(folder, name):
    """The run with what lies beside it, and what is said of that."""
    run = {"label": f"{name}.nii.gz", "readable": True, "n_volumes": N, "companions": []}
    run |= {"confounds": None, "mask_path": None, "confounds_path": None, "fd_path": None}
    return run, add_companions(run, folder, "sub-01", sorted(folder.iterdir()))


@pytest.mark.parametrize(
    ("name", "motion", "displacement"),
    [
        (OLDER, "movement-parameters", "framewise-displacement-jenkinson"),
        (NEWER, "desc-movementParameters_motion", "desc-FDJenkinson_motion"),
    ],
)
def test_motion_of_c_pac_has_the_entities_of_the_run(tmp_path, name, motion, displacement):
    stem = name[: name.index("_space")]
    np.savetxt(tmp_path / f"{stem}_{motion}.1D", np.zeros((N, 6)))
    np.savetxt(tmp_path / f"{stem}_{displacement}.1D", np.zeros(N))
    np.savetxt(tmp_path / f"{stem.replace('run-1', 'run-2')}_{motion}.1D", np.zeros((N, 6)))

    run, said = companions(tmp_path, name)

    assert run["confounds_path"] == f"{stem}_{motion}.1D"
    assert run["fd_path"] == f"{stem}_{displacement}.1D"
    assert run["confounds"] == {"n_rows": N, "gaps": {name: [] for name in MOTION}}
    assert len(run["companions"]) == 2
    assert said == []


def test_a_displacement_of_another_length_is_computed_instead(tmp_path):
    stem = NEWER[: NEWER.index("_space")]
    np.savetxt(tmp_path / f"{stem}_desc-movementParameters_motion.1D", np.zeros((N, 6)))
    np.savetxt(tmp_path / f"{stem}_desc-FDJenkinson_motion.1D", np.zeros(N - 2))

    run, (row,) = companions(tmp_path, NEWER)

    assert run["fd_path"] is None
    assert [file["path"] for file in run["companions"]] == [run["confounds_path"]]
    assert (row["severity"], row["found"]) == ("warning", "another number of rows than volumes")


@pytest.mark.parametrize("name", ["desc-confounds_timeseries.tsv", "desc-FDJenkinson_motion.1D"])
def test_a_damaged_file_is_an_error_and_no_companion(tmp_path, name):
    stem = NEWER[: NEWER.index("_space")]
    (tmp_path / f"{stem}_{name}").symlink_to(tmp_path / "nowhere")

    run, (row,) = companions(tmp_path, NEWER)

    assert row["severity"] == "error"
    assert run["confounds"] is None
    assert run["companions"] == []
