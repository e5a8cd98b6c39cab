import numpy as np
import pytest

from restpain.cohort.motion_files import has_rows, motion_facts, read_displacement, read_motion

MCFLIRT = [0.01, -0.02, 0.03, 1.0, 2.0, -3.0]  # rotations x, y, z in rad, shifts x, y, z in mm


def test_parameters_of_spm_are_taken_as_they_are(tmp_path):
    rows = np.arange(12.0).reshape(2, 6)
    np.savetxt(tmp_path / "rp_a.txt", rows)

    np.testing.assert_array_equal(read_motion(tmp_path / "rp_a.txt"), rows)


def test_parameters_that_c_pac_turned_into_those_of_afni_are_turned_back(tmp_path):
    rx, ry, rz, x, y, z = MCFLIRT
    # C-PAC writes roll, pitch, yaw, dS, dL, dP: z, x, -y in degrees, then z, x, -y in mm
    afni = [np.rad2deg(rz), np.rad2deg(rx), np.rad2deg(-ry), z, x, -y]
    path = tmp_path / "sub-01_desc-movementParameters_motion.1D"
    np.savetxt(path, [afni, np.zeros(6)], header="roll pitch yaw dS dL dP")

    np.testing.assert_allclose(read_motion(path), [[x, y, z, rx, ry, rz], np.zeros(6)])


@pytest.mark.parametrize("text", ["1 2 3\n", "a b c d e f\n"])
def test_rows_without_six_numbers_are_no_motion(tmp_path, text):
    path = tmp_path / "rp_a.txt"
    path.write_text(text)

    assert motion_facts(path) == {"n_rows": None, "gaps": {}}


def test_rows_without_a_number_are_gaps(tmp_path):
    path = tmp_path / "rp_a.txt"
    path.write_text("0 0 0 0 0 0\n0 nan 0 0 0 0\n")

    facts = motion_facts(path)

    assert facts["n_rows"] == 2
    assert facts["gaps"]["trans_y"] == [1]
    assert facts["gaps"]["rot_x"] == []


def test_displacement_of_the_first_kept_volume_is_not_known(tmp_path):
    path = tmp_path / "FD_Jenkinson_a.txt"
    np.savetxt(path, [0, 0.1, 0.2, 0.3])

    np.testing.assert_array_equal(read_displacement(path, drop=1), [np.nan, 0.2, 0.3])
    assert has_rows(path, 4)
    assert not has_rows(path, 3)
