"""Datasets laid out like public ones, with the images of a simulated cohort.

Names, tables and sidecars are of the kinds that the public datasets have; nothing of them is here.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib

from restpain.io.tables import read_json, read_table

N_EACH = 5


@dataclass(frozen=True)
class Head:
    """Images of a simulated participant, and what stands in a table about them."""

    t1: Path
    bold: Path
    is_patient: bool
    age: int
    sidecar: dict


def heads(run: Path) -> list[Head]:
    """Images of a finished run: five patients, then five controls."""
    table = read_table(run / "results/cohort/participants.tsv")
    table = table[table["exclude"].isna()].groupby("group", sort=False).head(N_EACH)
    found = []
    for row in table.sort_values("group", ascending=False).itertuples():
        folder, who = run / "results/rawdata" / row.participant_id, row.participant_id
        bold = folder / "func" / f"{who}_task-rest_bold.nii.gz"
        sidecar = read_json(bold.with_name(f"{who}_task-rest_bold.json"))
        n_slices, tr = nib.load(bold).shape[2], sidecar["RepetitionTime"]
        order = [*range(0, n_slices, 2), *range(1, n_slices, 2)]  # that of the simulation
        times = [round(order.index(number) * tr / n_slices, 4) for number in range(n_slices)]
        t1 = folder / "anat" / f"{who}_T1w.nii.gz"
        sidecar = {"RepetitionTime": tr, "SliceTiming": times}
        found.append(Head(t1, bold, row.group == "patient", int(row.age), sidecar))
    return found


def _images(head: Head, data: Path, who: str) -> Path:
    """Copy the images under BIDS names; returns the path of the run without its ending."""
    for source, name in ((head.t1, "anat/{}_T1w"), (head.bold, "func/{}_task-rest_bold")):
        target = data / who / f"{name.format(who)}.nii.gz"
        target.parent.mkdir(parents=True)
        shutil.copy(source, target)
    return data / who / "func" / f"{who}_task-rest_bold"


def _table(path: Path, columns: list[str], rows: list[list], *, end: str = "\n") -> None:
    lines = ["\t".join(map(str, row)) for row in [columns, *rows]]
    path.write_bytes(end.join([*lines, ""]).encode())


def depression(found: list[Head], study: Path) -> None:
    """One inherited sidecar; a table with CRLF and the column gender, as in ds002748."""
    data, rows = study / "ds002748", []
    for number, head in enumerate(found, start=1):
        _images(head, data, f"sub-{number:02d}")
        group, score = ("depr", 10 + number) if head.is_patient else ("control", "n/a")
        rows.append([f"sub-{number:02d}", head.age, "mf"[number % 2], group, score])
    sidecar = {"TaskName": "resting state with closed eyes"} | found[0].sidecar
    (data / "task-rest_bold.json").write_text(json.dumps(sidecar))
    columns = ["participant_id", "age", "gender", "group", "MADRS"]
    _table(data / "participants.tsv", columns, rows, end="\r\n")


def fibromyalgia(found: list[Head], study: Path) -> None:
    """Sidecars of their own, T2 and a task beside; the table apart, as in ds004144."""
    data, rows = study / "ds004144", []
    for number, head in enumerate(found, start=2):
        who = f"sub-{number:03d}"
        stem = _images(head, data, who)
        stem.with_suffix(".json").write_text(
            json.dumps(head.sidecar | {"Manufacturer": "Philips"})
        )
        for name in ("anat/{}_T2w.nii.gz", "func/{}_task-epr_bold.nii.gz"):
            (data / who / name.format(who)).symlink_to("../../.git/annex/objects/not/fetched")
        rows.append([who, "patient" if head.is_patient else "control", head.age])
    _table(study / "participants.tsv", ["participant_id", "group", "age"], rows)


def schizophrenia(found: list[Head], study: Path) -> None:
    """Four groups in the column diagnosis, missing scans, other tasks, as in ds000030."""
    data, rows = study / "ds000030", []
    for number, head in enumerate(found, start=10159):
        stem = _images(head, data, f"sub-{number}")
        stem.with_suffix(".json").write_text(json.dumps(head.sidecar))
        for ending in (".json", ".nii.gz"):
            name = stem.name.replace("rest", "bart") + ending
            stem.with_name(name).symlink_to("../../.git/annex/objects/not/fetched")
        diagnosis = "SCHZ" if head.is_patient else "CONTROL"
        rows.append([f"sub-{number}", diagnosis, head.age, "FM"[number % 2]])
    without_t1 = data / "sub-50001"
    shutil.copytree(data / "sub-10159" / "func", without_t1 / "func", symlinks=True)
    for path in (without_t1 / "func").iterdir():
        path.rename(path.with_name(path.name.replace("sub-10159", "sub-50001")))
    rows += [["sub-50001", "CONTROL", 30, "F"], ["sub-60001", "ADHD", 31, "M"]]
    (data / "task-rest_bold.json").write_text(json.dumps({"TaskName": "rest"}))
    columns = ["participant_id", "diagnosis", "age", "gender"]
    _table(data / "participants.tsv", columns, rows)


def depression_fmriprep(found: list[Head], study: Path) -> None:
    """Series in two spaces, with masks and confounds; the table apart, as in ds002748-fmriprep."""
    data, rows = study / "ds002748-fmriprep", []
    for number, head in enumerate(found, start=1):
        who, run = f"sub-{number:02d}", head.bold.parent.parent.name
        source = head.bold.parents[3] / run / "func"
        func = data / who / "func"
        func.mkdir(parents=True)
        own, stem = f"{run}_task-rest", f"{who}_task-rest"
        space, mni = f"{own}_space-MNI152NLin2009aSym", f"{stem}_space-MNI152NLin2009cAsym_res-2"
        for name, target in {
            f"{space}_desc-denoised_bold.nii.gz": f"{mni}_desc-preproc_bold.nii.gz",
            f"{space}_desc-brain_mask.nii.gz": f"{mni}_desc-brain_mask.nii.gz",
            f"{own}_desc-confounds_timeseries.tsv": f"{stem}_desc-confounds_timeseries.tsv",
        }.items():
            shutil.copy(source / name, func / target)
        sidecar = {"RepetitionTime": head.sidecar["RepetitionTime"], "SkullStripped": False}
        (func / f"{mni}_desc-preproc_bold.json").write_text(json.dumps(sidecar))
        for name in (
            "space-T1w_desc-preproc_bold.nii.gz",
            "space-T1w_desc-brain_mask.nii.gz",
            "space-MNI152NLin6Asym_desc-smoothAROMAnonaggr_bold.nii.gz",
            "space-fsLR_den-91k_bold.dtseries.nii",
        ):
            (func / f"{stem}_{name}").symlink_to("../../.git/annex/objects/not/fetched")
        group = "depr" if head.is_patient else "control"
        rows.append([who, head.age, "mf"[number % 2], group, 10 + number])
    programs = [{"Name": "fMRIPrep", "Version": "21.0.2"}]
    (data / "dataset_description.json").write_text(json.dumps({"GeneratedBy": programs}))
    _table(study / "participants.tsv", ["participant_id", "age", "gender", "group", "MADRS"], rows)


LAYOUTS = {
    "ds002748": depression,
    "ds002748_fmriprep": depression_fmriprep,
    "ds004144": fibromyalgia,
    "ds000030": schizophrenia,
}
