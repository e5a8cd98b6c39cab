"""Checks of openmp: LightGBM on a machine that has no libgomp.so.1."""

import subprocess
import sys
from pathlib import Path

import pytest

from restpain.classification.openmp import bundled_openmp, provide_openmp, renamed

SCRIPTS = Path(__file__).parents[3] / "scripts"
# a machine without the library: neither found by name nor, hence, loaded by it
WITHOUT = """
import ctypes
system = ctypes.CDLL
def none_installed(name, *rest, **options):
    if name == "libgomp.so.1":
        raise OSError("libgomp.so.1: cannot open shared object file")
    return system(name, *rest, **options)
ctypes.CDLL = none_installed
from restpain.classification.openmp import provide_openmp
assert provide_openmp()
ctypes.CDLL = system
import lightgbm
import numpy as np
rows = np.arange(40.0)[:, None]
model = lightgbm.LGBMClassifier(n_estimators=2, min_child_samples=2, verbose=-1, n_jobs=2)
print(len(model.fit(rows, rows[:, 0] > 20).predict(rows)))
print("".join(line for line in open("/proc/self/maps") if "libgomp" in line))
"""

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or bundled_openmp() is None,
    reason="only wheels for Linux ship the library",
)


def test_lightgbm_is_fitted_with_the_library_of_scikit_learn_where_the_system_has_none():
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        env={"PYTHONPATH": str(SCRIPTS), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )

    predicted, *maps = result.stdout.splitlines()
    assert predicted == "40"
    used = {line.split()[5] for line in maps if line and "scikit_learn" not in line}
    assert len(used) == 1
    assert Path(used.pop()).name.startswith("libgomp.so.1.")  # the copy, none of the system


def test_the_library_of_the_system_is_used_where_there_is_one(monkeypatch):
    loaded = []
    monkeypatch.setattr("ctypes.CDLL", loaded.append)

    assert not provide_openmp()
    assert loaded == ["libgomp.so.1"]


def test_the_name_is_written_in_place():
    library = b"\0libgomp-e985bcbb.so.1.0.0\0GOMP_4.0\0"

    assert renamed(library, "libgomp-e985bcbb.so.1.0.0") == (
        b"\0libgomp.so.1" + b"\0" * 14 + b"GOMP_4.0\0"
    )
