"""Import all that a run imports, each in a process of its own, and say what is to be installed.

Ends with an error and one sentence per package that does not work, before anything is computed.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
OPENMP = "from restpain.classification.openmp import provide_openmp; provide_openmp(); "
# what is run for each package: its import, or its program
PACKAGES = {
    "numpy": "import numpy.linalg",
    "scipy": "import scipy.ndimage, scipy.stats, scipy.fft",
    "pandas": "import pandas",
    "nibabel": "import nibabel",
    "nilearn": "import nilearn.datasets",
    "pydicom": "import pydicom",
    "dcm2niix": "import subprocess, dcm2niix; subprocess.run([dcm2niix.bin, '-h'], check=True)",
    "isal": "from isal import igzip",
    "deflate": "import deflate",
    "numba": "import numba; assert numba.njit(lambda x: x + 1)(1) == 2",
    "SimpleITK": "import SimpleITK",
    "picsl-greedy": "import picsl_greedy",
    "scikit-learn": "import sklearn.neural_network, sklearn.ensemble, sklearn.neighbors",
    "autogluon.tabular": "import autogluon.tabular.models",
    "lightgbm": OPENMP + "import lightgbm",
    "catboost": "import catboost",
    "xgboost": "import xgboost",
    "matplotlib": "import matplotlib.pyplot",
    "Pillow": "import PIL.Image",
    "Jinja2": "import jinja2, markupsafe",
    "python-docx": "import docx",
    "PyYAML": "import yaml",
    "jsonschema": "import jsonschema",
    "snakemake": "import snakemake.api, snakemake.cli",
}
# a library that an error names, and the packages that have it
LIBRARIES = {
    "libgomp": ("libgomp1", "libgomp", "libomp"),
    "libomp": ("libomp5", "libomp", "libomp"),
    "libstdc++": ("libstdc++6", "libstdc++", "gcc"),
    "libgcc_s": ("libgcc-s1", "libgcc", "gcc"),
    "libz": ("zlib1g", "zlib", "zlib"),
    "libGL": ("libgl1", "mesa-libGL", "mesa"),
}


def finding(name: str, error: str) -> str:
    """Say in a sentence what is wrong with a package and what to install."""
    last = (error.strip().splitlines() or ["no message"])[-1]
    for library, (debian, fedora, macos) in LIBRARIES.items():
        if f"{library}." in error:
            return (
                f"{name} needs the library {library}; install it (Debian: apt install {debian}; "
                f"Fedora: dnf install {fedora}; macOS: brew install {macos}) and run make "
                f"environment again ({last})"
            )
    return f"{name} does not work: {last}; remove the environment and run make environment again"


def check(name: str) -> str | None:
    """Run the import of one package; None if it works, else the sentence."""
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS), "MPLBACKEND": "agg"}
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PACKAGES[name]],
        env=environment,
        capture_output=True,
        text=True,
    )
    if result.returncode == 0:
        return None
    return finding(name, result.stderr or f"it ended with code {result.returncode}")


def main() -> None:
    """Check all packages, as many at once as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = [sentence for sentence in pool.map(check, PACKAGES) if sentence]
    if findings:
        sys.exit("\n".join(findings))
    print(f"{len(PACKAGES)} packages of the environment can be imported")


if __name__ == "__main__":
    main()
