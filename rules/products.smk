"""Names of files by participant and measure; inputs and targets that depend on the configuration."""

from snakemake.exceptions import WorkflowError

TEMPLATE_SPACE = "MNI152NLin2009aSym"
# of all maps; "MNI152" where images were normalised elsewhere, whose sidecars say to what
SPACE = "MNI152" if SOURCE in ("derivatives", "maps") else TEMPLATE_SPACE
MNI_TO_T1W = f"from-{SPACE}_to-T1w_mode-image_xfm.nii.gz"


def raw_anat(name):
    """A participant's T1, as it was converted or linked."""
    return f"results/rawdata/sub-{{subject}}/anat/sub-{{subject}}_{name}"


def raw_func(name):
    """A participant's rest series, as it was converted or linked."""
    return f"results/rawdata/sub-{{subject}}/func/sub-{{subject}}_task-rest_{name}"


def anat(name):
    """A file of a participant's anatomy."""
    return f"results/sub-{{subject}}/anat/sub-{{subject}}_{name}"


def anat_mni(name):
    """An image of a participant's anatomy in MNI space."""
    return anat(f"space-{SPACE}_{name}")


def func(name):
    """A file of a participant's rest series."""
    return f"results/sub-{{subject}}/func/sub-{{subject}}_task-rest_{name}"


def func_mni(name):
    """An image of a participant's rest series in MNI space."""
    return func(f"space-{SPACE}_{name}")


def template(name):
    """A file of the template."""
    return f"results/tpl-{TEMPLATE_SPACE}/anat/tpl-{TEMPLATE_SPACE}_{name}"


def group_file(name):
    """A file of all participants."""
    return f"results/group/space-{SPACE}_{name}"


def group_map(name):
    """A file of all participants for one measure."""
    return f"results/group/{{measure}}/space-{SPACE}_{name}"


def difference(name):
    """A file of the group comparison for one measure."""
    return group_map(f"contrast-patientsVsControls_{name}")


def per_participant(*patterns, subjects=SUBJECTS):
    """The files of patterns with ``{subject}``, in the order of the table of participants.

    Where participants without images are left out, who they are is known after the cohort check
    only: then the result is a function, and Snakemake plans no further than the check before it.
    """

    def files(names):
        return [str(one).replace("{subject}", name) for one in patterns for name in names]

    if config["cohort"]["incomplete"] == "stop":
        return files(subjects)
    return lambda wildcards: files(with_images(subjects))


def with_images(subjects):
    """Participants with usable images, after the cohort check; before it, Snakemake waits."""
    path = checkpoints.check_cohort.get().output.complete
    table = read_participants(path, Comparison(**GROUPS), judge_groups=False)
    complete = set(included(table)["participant_id"])
    return [name for name in subjects if f"sub-{name}" in complete]


def per_map(pattern, measures=MAPS):
    """The files of a pattern with ``{measure}``."""
    return [str(pattern).replace("{measure}", measure) for measure in measures]


STANDARDISED = func_mni("stat-{measure}_desc-standardised_boldmap.nii.gz")
LOCAL_MAPS = per_participant(*per_map(STANDARDISED, MEASURES))
GAPS = config["group"]["mask_coverage"] < 1  # voxels of the group mask may lack participants
COVERED = per_participant(func_mni("desc-brain_mask.nii.gz")) if GAPS else []
STORED_SERIES = with_series(per_participant(func_mni("desc-standardised_bold.npz")))
SEED_MAPS = with_series(per_participant(func_mni("stat-fc_desc-standardised_boldmap.nii.gz")))
SEEDS = with_series("results/group/seeds.tsv")
SEEDS_MASK = with_series(group_file("desc-seeds_mask.nii.gz"))
FUNC_QC = per_participant(func("desc-qc_metrics.json"))


def reported(path, category, *, subcategory=None, caption=None):
    """A product in Snakemake's report; the caption is the file of its name in docs/captions."""
    caption = f"../docs/captions/{caption or Path(path).stem}.rst"
    return report(path, caption=caption, category=category, subcategory=subcategory)


def motion_files(covariates, subjects=SUBJECTS):
    """Quality metrics of participants whose motion is a covariate."""
    return (
        per_participant(func("desc-qc_metrics.json"), subjects=subjects)
        if "mean_fd" in covariates
        else []
    )


def folder_of(subject):
    """Folder of a participant's raw data; nothing if there is none, which the index records."""
    if SOURCE == "simulated":
        return f"results/sourcedata/dicom/sub-{subject}"
    names = (f"sub-{subject}", subject, WRITTEN[f"sub-{subject}"])
    wanted = config["cohort"]["select"]["rest"] if SOURCE == "derivatives" else None
    folder = folder_of_participant(PLACES, names, wanted=wanted)
    return [] if folder is None else str(folder)


def participant_folder(wildcards):
    """Folder of the raw data of the participant of a job."""
    return folder_of(analysed(wildcards.subject))


def folders_of(subjects):
    """Folders of the raw data of some participants, one for each who has one; or their maps."""
    if SOURCE == "maps":
        return files_of_maps(subjects)
    return lambda wildcards: [folder for folder in map(folder_of, subjects) if folder]


def in_tens(subjects):
    """Participants in groups of ten, neighbours in the table."""
    return [subjects[start : start + 10] for start in range(0, len(subjects), 10)]


def data_of_participants():
    """The first files of each participant that the workflow writes: without any identifier."""
    if SOURCE == "derivatives":
        return per_participant(func_mni("desc-denoised_bold.nii.gz"))
    if SOURCE == "maps":
        return LOCAL_MAPS
    return per_participant(raw_anat("T1w.nii.gz"), raw_func("bold.nii.gz"))


def ratings_file():
    """The user's ratings of the participants, which are read and never written; or nothing."""
    path = config["quality"]["ratings"]
    if path is not None and not Path(path).is_file():
        stop_at(
            [
                f"configuration: quality.ratings is {path!r}; expected a file that exists, relative "
                f"to the study folder {Path.cwd()} if not absolute; copy "
                "results/quality/qc_ratings_template.tsv to it and edit the copy, or set it to null"
            ]
        )
    return path or []


def published_folder():
    """Folder of the published tables: of the study, or else of the clone (the default)."""
    named = config["published"]
    folders = [named, repository_file(named)]
    stop_at(published_problems(named, folders))
    return next(folder for folder in folders if Path(folder).is_dir())


def seeds_of_measure(wildcards):
    """The table of seeds for connectivity; nothing for measures without seeds."""
    return ["results/group/seeds.tsv"] if wildcards.measure == "fc" else []


def seed_images_of_measure(wildcards):
    """The image of seeds for connectivity; nothing for measures without seeds."""
    return [group_file("desc-seeds_mask.nii.gz")] if wildcards.measure == "fc" else []


def description_of_dataset():
    """The file that names the programs behind the preprocessed images, if there is one."""
    path = Path(config["cohort"]["data"], "dataset_description.json")
    return str(path) if path.is_file() else []


def sidecar_of_participants():
    """The user's participants.json beside participants.tsv, if there is one."""
    path = Path(config["cohort"]["participants"]).with_suffix(".json")
    return str(path) if path.is_file() else []


def power_model(wildcards):
    """Model with the smoothness of the simulated maps; nothing if it is configured."""
    measure = config["power"]["measure"]
    if config["power"]["fwhm_mm"] is not None:
        return []
    if measure not in MAPS:
        raise WorkflowError(
            f"configuration: power.measure is {measure}, but the measures are "
            f"{', '.join(MAPS)}; choose one of them or set power.fwhm_mm"
        )
    return [f"results/group/{measure}/model.json"]


# what a job computes, not what the results are: each permutation has its own seed
PERMUTATIONS_PER_JOB = 500
BATCH = 10  # permutations in one job, so that the start of AutoGluon is paid once for them
N_PERMUTATIONS = config["classification"]["n_permutations"]
MAP_SETS = {**{measure: [measure] for measure in MAPS}, "all": MAPS}


def permutations_of_job(wildcards):
    """Numbers of the permutations of one job."""
    total = config["group"]["n_permutations"]
    return numbers_of_job(int(wildcards.permutations), per_job=PERMUTATIONS_PER_JOB, total=total)


def permutations_of_batch(wildcards):
    """Numbers, from 1, of the permutations of one job."""
    numbers = numbers_of_job(int(wildcards.batch) - 1, per_job=BATCH, total=N_PERMUTATIONS)
    return [number + 1 for number in numbers]


def in_feature_set(pattern):
    """The files of the measures that are classified together."""
    return lambda wildcards: per_map(pattern, MAP_SETS[wildcards.features])


TABLES = ["table1_demographics", "table2_regions", "table3_classification", "table4_correlation"]
TABLE_FILES = expand("results/tables/{name}.tsv", name=TABLES)
# beside each PNG lies an SVG of its name
FIGURES = ["figure1_workflow", "figure2_group_maps", "figure3_regions", "figure4_roc"]
FIGURE_FILES = expand("results/figures/{name}.png", name=[*FIGURES, "figure4_robustness"])
PUBLISHED_FILES = [
    "results/tables/audit_published.tsv",
    "results/tables/published_vs_recomputed.tsv",
] * (config["published"] is not None)
RAW_FILES = unless_derivatives(["results/rawdata/dataset_description.json"])
QUALITY_PAGE = unless_maps(["results/quality.html"])
RECOVERY_TABLES = ["recovery", "recovery_clusters", "recovery_stages", "recovery_participants"]
RECOVERY_FILES = [
    *expand("results/tables/{name}.tsv", name=RECOVERY_TABLES),
    "results/figures/recovery.png",
] * (SOURCE == "simulated")
