"""A cohort simulated as maps and series, for tests of what comes after them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter

from restpain.classification.fold_regions import Search
from restpain.cohort.design import Design, two_sample_design
from restpain.cohort.participants import Comparison
from restpain.connectivity.correlation import unit_series
from restpain.io.images import write_arrays

SHAPE = (14, 14, 14)
AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
BLOB = np.zeros(SHAPE, dtype=bool)
BLOB[4:9, 4:9, 4:9] = True
TARGET = np.zeros(SHAPE, dtype=bool)
TARGET[9:13, 9:13, 9:13] = True
STRICT = {
    "voxel_p": 0.001,
    "cluster_p": 0.05,
    "tails": 2,
    "connectivity": 26,
    "smoothness": "residuals",
}
# such that noise nearly always gives a region, and the circle closes
LENIENT = STRICT | {"voxel_p": 0.05, "cluster_p": 0.9}


@dataclass
class Cohort:
    """Maps, stored series and design of a simulated cohort."""

    local: dict[str, np.ndarray]
    series: list[str]
    design: Design

    @property
    def labels(self) -> pd.Series:
        """1 for patients, 0 for controls."""
        index = pd.Index(self.design.participants, name="participant_id")
        return pd.Series(self.design.patients.astype(int), index=index)


def search(settings=STRICT):
    return Search(np.ones(SHAPE, dtype=bool), AFFINE, settings)


def smooth_noise(generator, n, sigma=1.0):
    noise = np.stack([gaussian_filter(generator.normal(size=SHAPE), sigma) for _ in range(n)])
    return noise / noise.std()


def cohort(folder, n_patients, n_controls, *, effect, seed, n_volumes=30):
    """Patients have ``effect`` SD less in the blob, and a blob that is coupled to the target."""
    n = n_patients + n_controls
    generator = np.random.default_rng(seed)
    patient = np.arange(n) < n_patients
    ids = [f"sub-{number:03d}" for number in range(1, n + 1)]
    maps = smooth_noise(generator, n) - effect * patient[:, None, None, None] * BLOB
    series = []
    for name, is_patient in zip(ids, patient, strict=True):
        values = generator.normal(size=(*SHAPE, n_volumes)).astype(np.float32)
        shared = generator.normal(size=n_volumes).astype(np.float32)
        values[BLOB] += 2 * shared
        if effect and is_patient:
            values[TARGET] += 2 * shared
        units, norms = unit_series(values.reshape(-1, n_volumes))
        series.append(f"{folder}/{name}_bold.npz")
        write_arrays(series[-1], units=units, norms=norms)
    table = pd.DataFrame({"participant_id": ids, "group": np.where(patient, "p", "c")})
    design = two_sample_design(table, Comparison("p", "c"))
    return Cohort({"alff": maps.reshape(n, -1).astype(np.float32)}, series, design)
