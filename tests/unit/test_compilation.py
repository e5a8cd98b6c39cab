"""For which processor functions are compiled."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import numpy as np
from restpain.preprocessing.splines import _filter_volume
_filter_volume(np.ones((3, 3, 3), np.float32))
print("zmm" in "".join(_filter_volume.inspect_asm().values()))
import numba
print(numba.config.CPU_NAME)
"""


def test_functions_are_compiled_for_any_processor(tmp_path):
    environment = {"PYTHONPATH": str(Path(__file__).parents[2] / "scripts")}
    environment["NUMBA_CACHE_DIR"] = str(tmp_path)

    output = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert output == ["False", "generic"]
