"""Inputs of the cohort checks for tests: a table, images, and the sentences about them."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np

from restpain.cohort.checks import cohort_problems, problem_table, sentences
from restpain.cohort.index import participant_index
from restpain.cohort.timing import dicom_timing
from scripts.cohort.import_participants import import_participants

SETTINGS = {"drop_volumes": 5, "min_volumes": 30, "slice_order": "off", "band_hz": (0.01, 0.1)}
SETTINGS |= {"nuisance": [], "measures": ["alff", "reho"], "fwhm_mm": 6.0, "voxel_mm": 4.0}
TABLE = """\
participant_id\tgroup\tage\tsex\tnrs
sub-01\tpatient\t61\tM\t4
sub-02\tpatient\t55\tF\t6
sub-03\tpatient\t47\tM\t5
sub-04\tpatient\t39\tF\t7
sub-05\tcontrol\t58\tF\tn/a
sub-06\tcontrol\t50\tM\tn/a
sub-07\tcontrol\t44\tF\tn/a
sub-08\tcontrol\t61\tM\tn/a
"""
AFFINE = np.diag([3.0, 3.0, 4.0, 1.0])
COLUMNS = {"participant": "participant_id", "group": "group", "exclude": "exclude"}


def import_table(folder, text, described, *, categories=None, **columns):
    """Import a table of groups CP and HC with its sidecar, None without; writes participants.*."""
    (folder / "user.tsv").write_text(text)
    if described is not None:
        (folder / "user.json").write_text(json.dumps(described))
    import_participants(
        table_path=folder / "user.tsv",
        columns_path=None if described is None else folder / "user.json",
        participants_path=folder / "participants.tsv",
        described_path=folder / "participants.json",
        comparison={"patients": "CP", "controls": "HC"},
        columns=COLUMNS | columns,
        categories=categories or {},
    )


def said_of_folders(data, source, *, select=None, **settings):
    """Sentences about the participants' folders in ``data``."""
    indices = [
        participant_index(folder, participant_id=folder.name, source=source, select=select or {})
        for folder in sorted(Path(data).iterdir())
        if folder.is_dir()
    ]
    rows = cohort_problems(indices, **(SETTINGS | settings))
    return sentences(problem_table(rows))


def write_image(path, shape, *, tr=2.0, affine=AFFINE, dtype=np.int16, unit="sec", seed=0):
    """Write seeded noise as NIfTI."""
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(0, 1000, shape).astype(dtype)
    image = nib.Nifti1Image(values, affine)
    image.header.set_xyzt_units("mm", unit)
    if len(shape) == 4:
        image.header.set_zooms((*image.header.get_zooms()[:3], tr))
    nib.save(image, path)


def participant(number):
    """Index of a participant without any problem."""
    common = {
        "readable": True,
        "chosen": True,
        "vendor": "Philips",
        "scale_slopes": [1.0],
        "layout": "classic",
    }
    t1 = common | {
        "label": "series 3",
        "kind": "t1",
        "matrix": [256, 256, 170],
        "voxel_mm": [1.0, 1.0, 1.0],
        "n_volumes": 1,
        "digest": f"t1-{number}",
    }
    rest = common | {
        "label": "series 5",
        "kind": "rest",
        "matrix": [64, 64, 32],
        "voxel_mm": [3.44, 3.44, 4.6],
        "n_volumes": 240,
        **dicom_timing({"RepetitionTime": 2.0}, {}, matrix=[64, 64, 32]),
        "digest": f"rest-{number}",
    }
    return {
        "participant_id": f"sub-{number:02d}",
        "source": "dicom",
        "found": True,
        "series": [t1, rest],
        "problems": [],
    }


def cohort(n=3):
    """Indices of ``n`` participants without any problem."""
    return [participant(number) for number in range(1, n + 1)]


def changed(kind="rest", **facts):
    """Three participants, of whom the second has other facts."""
    indices = cohort()
    indices[1]["series"][0 if kind == "t1" else 1] |= facts
    return indices


def found(indices, severity=None, **settings):
    """Sentences about participants, all of one severity."""
    rows = cohort_problems(indices, **(SETTINGS | {"drop_volumes": 10} | settings))
    table = problem_table(rows)
    if severity:
        assert set(table["severity"]) == {severity}, table.to_string()
    return sentences(table)
