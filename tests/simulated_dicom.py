"""DICOM series of the simulated scanner for tests, and the images that dcm2niix makes of them."""

import subprocess
from datetime import datetime

import dcm2niix
import nibabel as nib
import numpy as np

from restpain.cohort.dicom_conversion import ARGUMENTS
from restpain.io.tables import read_json
from restpain.simulation.dicom_classic import write_series
from restpain.simulation.geometry import oblique_affine, rotation
from restpain.simulation.protocol import rest_sequence, simulated_person, t1_sequence

START = datetime(2020, 1, 6, 9, 53, 59)  # of the session; the rest series starts at 9:59:59
SEQUENCES = {"rest": rest_sequence(START, repetition_time=2.0), "T1": t1_sequence(START)}
SHAPE = (12, 10, 6, 5)
TILT = rotation(np.deg2rad([-9, 3, 4]))[:3, :3]
AXIAL = TILT @ np.diag([-1.0, -1.0, 1.0])
SAGITTAL = TILT @ np.array([[0, 0, -1.0], [-1, 0, 0], [0, -1, 0]])


def series(folder, *, axes=AXIAL, shape=SHAPE, seed=0, write=write_series, name="rest"):
    """Write a random image; return it with its affine and the number of files."""
    image = np.random.default_rng(seed).uniform(0, 900, size=shape)
    affine = oblique_affine(shape[:3], [4.6, 4.1, 5.0], axes=axes, centre_mm=[3.0, -20.0, 11.0])
    person = simulated_person("03", age=61, sex="F")
    n_files = write(folder, image, affine, person=person, sequence=SEQUENCES[name], seed=[7, 2])
    return image, affine, n_files


def converted(folder, target):
    """Image and sidecar that dcm2niix makes of a folder, and what it printed."""
    target.mkdir()
    command = [dcm2niix.bin, *ARGUMENTS, "-o", target, folder]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert sorted(path.name for path in target.iterdir()) == ["image.json", "image.nii"]
    sidecar = read_json(target / "image.json")
    return nib.load(target / "image.nii"), sidecar, run.stdout + run.stderr
