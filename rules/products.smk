"""Files by participant, measure and kind of source, as inputs of rules and targets; functions only."""

from snakemake.exceptions import WorkflowError


def of_all(pattern):
    """The files of a pattern with ``{subject}``, one per included participant, in table order."""
    return [pattern.replace("{subject}", subject) for subject in SUBJECTS]


def participant_folder(wildcards):
    """Folder of a participant's raw data; nothing if there is none, which the index records."""
    if SOURCE == "simulated":
        return f"results/cohort/dicom/sub-{wildcards.subject}"
    for name in (f"sub-{wildcards.subject}", wildcards.subject):
        folder = Path(config["cohort"]["data"], name)
        if folder.is_dir():
            return str(folder)
    return []


def data_of_participants():
    """The first files of each participant that the workflow writes: without any identifier."""
    if SOURCE == "derivatives":
        return of_all(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-denoised_bold.nii.gz"
        )
    return of_all("results/cohort/sub-{subject}/anat/sub-{subject}_T1w.nii.gz") + of_all(
        "results/cohort/sub-{subject}/func/sub-{subject}_task-rest_bold.nii.gz"
    )


def anatomical_quality():
    """Quality numbers of the anatomy, one file per participant; none for derivatives."""
    if SOURCE == "derivatives":
        return []
    return of_all("results/sub-{subject}/anat/sub-{subject}_desc-qc_metrics.json")


def seeds_of_measure(wildcards):
    """The table of seeds for connectivity; nothing for measures without seeds."""
    return ["results/group/seeds.tsv"] if wildcards.measure == "fc" else []


def participant_products():
    """What the target ``participants`` asks for."""
    maps = "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym"
    products = ["results/quality.html"]
    products += of_all("results/sub-{subject}/figures/sub-{subject}_task-rest_desc-qc.html")
    for measure in MEASURES:
        products += of_all(f"{maps}_stat-{measure}_desc-standardised_boldmap.nii.gz")
    return products


def published_products():
    """Audit of the published tables and their comparison with ours; nothing if none are given."""
    if config["published"] is None:
        return []
    return [
        "results/tables/audit_published.tsv",
        "results/tables/published_vs_recomputed.tsv",
    ]


RECOVERY_TABLES = [
    "recovery",
    "recovery_clusters",
    "recovery_stages",
    "recovery_participants",
]


def recovery_products():
    """What was recovered of the truth of a simulated cohort; nothing for other sources."""
    if SOURCE != "simulated":
        return []
    return [
        *[f"results/tables/{name}.tsv" for name in RECOVERY_TABLES],
        "results/figures/recovery.png",
    ]


def power_mask():
    """Mask of the simulated maps: the template brain, or the group mask of this cohort."""
    if config["power"]["fwhm_mm"] is None:
        return "results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz"
    return "results/template/tpl-MNI152NLin2009aSym_res-func_desc-brain_mask.nii.gz"


def power_model(wildcards):
    """Where the smoothness of the simulated maps comes from; nothing if it is configured."""
    measure = config["power"]["measure"]
    if config["power"]["fwhm_mm"] is not None:
        return []
    if measure not in [*MEASURES, "fc"]:
        raise WorkflowError(
            f"configuration: power.measure is {measure}, but the measures are "
            f"{', '.join([*MEASURES, 'fc'])}; choose one of them or set power.fwhm_mm"
        )
    return [f"results/group/{measure}/model.json"]
