"""Files beside a preprocessed run that belong to it: mask, confounds, framewise displacement."""

from pathlib import Path

from restpain.cohort.bids import IMAGE_SUFFIXES, entities
from restpain.cohort.bids_files import file_fault
from restpain.cohort.confounds import confound_facts
from restpain.cohort.dparsf import found_file
from restpain.cohort.image_checks import problem
from restpain.cohort.motion_files import AFNI, PARAMETERS, has_rows, motion_facts
from restpain.cohort.volume_files import joint_state

# entities of a run that the files of its motion do not have
NOT_OF_MOTION = ("space", "res", "cohort", "desc", "reg", "suffix")
COMPANIONS = {  # by key: what it is, endings, entities beside those of the run
    "confounds_path": (
        "the table of confounds",
        (".tsv", AFNI),
        [
            {"desc": "confounds", "suffix": "timeseries"},
            {"desc": "confounds", "suffix": "regressors"},  # older versions of fMRIPrep
            {"suffix": "motion"},  # XCP-D, with the volumes that it removed, too
            {"desc": "movementParameters", "suffix": "motion"},  # C-PAC
            {"suffix": "movement-parameters"},  # older versions
        ],
    ),
    "fd_path": (
        "the framewise displacement",
        (AFNI,),
        [
            {"desc": "FDJenkinson", "suffix": "motion"},  # C-PAC
            {"suffix": "framewise-displacement-jenkinson"},  # older versions
        ],
    ),
}


def add_companions(one: dict, folder: Path, who: str, files: list[Path]) -> list[dict]:
    """Add mask and confounds of a run, which have its entities; return what is wrong."""
    own = entities(one["label"])
    of_run = {key: label for key, label in own.items() if key not in NOT_OF_MOTION}
    of_image = {key: label for key, label in own.items() if key != "reg"}
    masks = [own | {"desc": "brain", "suffix": "mask"}]
    masks.append(of_image | {"desc": "bold", "suffix": "mask"})  # C-PAC
    wanted = {"mask_path": ("the mask", IMAGE_SUFFIXES, masks)} | {
        key: (what, endings, [of_run | name for name in names])
        for key, (what, endings, names) in COMPANIONS.items()
    }
    rows = []
    for key, (what, endings, names) in wanted.items():
        paths = [
            path
            for name in names
            for path in files
            if path.name.endswith(endings) and entities(path.name) == name
        ]
        if not paths:
            continue
        one[key] = paths[0].relative_to(folder).as_posix()
        if fault := file_fault(paths[0], what):
            rows.append(problem(who, paths[0].name, "error", *fault))
            continue
        one["companions"].append({"path": one[key]} | joint_state(paths[:1]))
        if key == "confounds_path":
            facts = motion_facts if paths[0].suffix in PARAMETERS else confound_facts
            one["confounds"] = facts(paths[0])
    if one["fd_path"] not in [file["path"] for file in one["companions"]]:
        return rows  # none, or damaged, which is said
    return rows + displacement_of_other_length(one, folder, who)


def displacement_of_other_length(one: dict, folder: Path, who: str) -> list[dict]:
    """Leave out a displacement that is not of the series; return the warning."""
    path = one["fd_path"]
    if not path or not one["readable"] or has_rows(found_file(folder, path), one["n_volumes"]):
        return []
    one["fd_path"] = None
    one["companions"] = [file for file in one["companions"] if file["path"] != path]
    found, expected = "another number of rows than volumes", f"{one['n_volumes']} numbers"
    action = "it is computed from the motion instead"
    return [problem(who, Path(path).name, "warning", found, expected, action)]
