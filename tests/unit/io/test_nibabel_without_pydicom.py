"""The import of nibabel, each time in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[3] / "scripts"


@pytest.mark.parametrize(
    ("statement", "brings_pydicom"),
    [
        ("from restpain.io.nibabel_without_pydicom import nib", False),
        ("import nibabel as nib", True),  # else the module has no purpose any more
    ],
)
def test_nibabel_brings_pydicom_but_here(statement, brings_pydicom):
    program = f"import sys; {statement}; print('pydicom' in sys.modules); import pydicom"

    process = subprocess.run(
        [sys.executable, "-c", f"{program}; print(pydicom.__name__, nib.__name__)"],
        env=os.environ | {"PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert process.stdout.split() == [str(brings_pydicom), "pydicom", "nibabel"]
