"""The users' data: the table of participants, the check before any computing, NIfTI images.

inputs   cohort.participants, cohort.data (or the simulated cohort)
outputs  results/cohort/participants.tsv, index/, check.tsv, sub-*/{anat,func}/
"""

if SOURCE != "simulated":

    def sidecar_of_participants():
        """The user's participants.json beside participants.tsv, if there is one."""
        path = Path(config["cohort"]["participants"]).with_suffix(".json")
        return str(path) if path.is_file() else []

    rule import_participants:
        """The user's table of participants, checked and in one form."""
        input:
            table=config["cohort"]["participants"],
            columns=sidecar_of_participants(),
        output:
            participants="results/cohort/participants.tsv",
            described="results/cohort/participants.json",
        log:
            "results/logs/import_participants.log",
        benchmark:
            "results/benchmarks/import_participants.tsv"
        retries: 0  # its faults are those of the data
        conda:
            "../envs/cohort.yaml"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=30,
        params:
            comparison=GROUPS,
            code=code_digest("cohort/import_participants.py"),
        script:
            "../scripts/cohort/import_participants.py"


rule index_participant:
    """What a participant's raw data are, from all their headers; nothing that identifies."""
    input:
        folder=participant_folder,
    output:
        index="results/cohort/index/sub-{subject}.json",
    log:
        "results/logs/index_participant/sub-{subject}.log",
    benchmark:
        "results/benchmarks/index_participant/sub-{subject}.tsv"
    priority: 100
    group:
        in_batches("headers")
    conda:
        "../envs/cohort.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(10),
    params:
        source=SOURCE,
        code=code_digest("cohort/index_participant.py"),
    script:
        "../scripts/cohort/index_participant.py"


# A checkpoint, so that Snakemake looks again at what remains to be done when the check has run: it
# overlooks changed parameters of all that depends on a job that runs, also through ancient files.
checkpoint check_cohort:
    """All problems of all participants at once, before anything is computed."""
    input:
        participants="results/cohort/participants.tsv",
        indices=of_all("results/cohort/index/sub-{subject}.json"),
        ratings=ratings_file(),
    output:
        check="results/cohort/check.tsv",
        description="results/cohort/dataset_description.json",
        derivatives="results/dataset_description.json",
    log:
        "results/logs/check_cohort.log",
    benchmark:
        "results/benchmarks/check_cohort.tsv"
    priority: 100
    retries: 0  # its faults are those of the data
    conda:
        "../envs/cohort.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        data=config["cohort"]["data"] if SOURCE != "simulated" else None,
        drop_volumes=config["preprocessing"]["drop_volumes"],
        slice_order=slice_order(),
        band_hz=config["metrics"]["band_hz"],
        normalisation_mm=config["preprocessing"]["normalisation_mm"],
        voxel_mm=config["preprocessing"]["voxel_mm"],
        code=code_digest("cohort/check_cohort.py"),
    script:
        "../scripts/cohort/check_cohort.py"


if SOURCE in ("simulated", "dicom"):

    rule convert_dicom:
        """T1 and rest series from DICOM to NIfTI with sidecars, without identifiers (dcm2niix)."""
        input:
            # an added participant changes the check, but nothing of those there were before
            checked=ancient("results/cohort/check.tsv"),
            index="results/cohort/index/sub-{subject}.json",
            folder=participant_folder,
        output:
            t1w="results/cohort/sub-{subject}/anat/sub-{subject}_T1w.nii.gz",
            t1w_sidecar="results/cohort/sub-{subject}/anat/sub-{subject}_T1w.json",
            bold="results/cohort/sub-{subject}/func/sub-{subject}_task-rest_bold.nii.gz",
            bold_sidecar="results/cohort/sub-{subject}/func/sub-{subject}_task-rest_bold.json",
        log:
            "results/logs/convert_dicom/sub-{subject}.log",
        benchmark:
            "results/benchmarks/convert_dicom/sub-{subject}.tsv"
        conda:
            "../envs/cohort.yaml"
        threads: 1
        resources:
            mem_mb=by_headers(600, 4, "rest"),
            runtime=by_headers(10, 0.02, "rest"),
        params:
            code=code_digest("cohort/convert_dicom.py"),
        script:
            "../scripts/cohort/convert_dicom.py"


if SOURCE == "bids":

    rule link_bids:
        """T1 and rest run of a raw BIDS dataset under the names of the workflow."""
        input:
            # an added participant changes the check, but nothing of those there were before
            checked=ancient("results/cohort/check.tsv"),
            index="results/cohort/index/sub-{subject}.json",
            folder=participant_folder,
        output:
            t1w="results/cohort/sub-{subject}/anat/sub-{subject}_T1w.nii.gz",
            t1w_sidecar="results/cohort/sub-{subject}/anat/sub-{subject}_T1w.json",
            bold="results/cohort/sub-{subject}/func/sub-{subject}_task-rest_bold.nii.gz",
            bold_sidecar="results/cohort/sub-{subject}/func/sub-{subject}_task-rest_bold.json",
        log:
            "results/logs/link_bids/sub-{subject}.log",
        benchmark:
            "results/benchmarks/link_bids/sub-{subject}.tsv"
        conda:
            "../envs/cohort.yaml"
        threads: 1
        resources:
            mem_mb=by_headers(600, 4, "rest"),
            runtime=by_headers(10, 0.02, "rest"),
        params:
            code=code_digest("cohort/link_bids.py"),
        script:
            "../scripts/cohort/link_bids.py"


rule check_design:
    """All problems of the group design at once: groups, covariates, score."""
    input:
        participants="results/cohort/participants.tsv",
    output:
        check="results/cohort/design_check.tsv",
        columns="results/cohort/design_check.json",
    log:
        "results/logs/check_design.log",
    benchmark:
        "results/benchmarks/check_design.tsv"
    priority: 100
    retries: 0  # its faults are those of the data
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        comparison=COMPARISON,
        harmonise=config["classification"]["harmonise"],
        n_folds=config["classification"]["n_folds"],
        score=config["cohort"]["score"],
        score_covariates=config["association"]["covariates"],
        code=code_digest("cohort/check_design.py"),
    script:
        "../scripts/cohort/check_design.py"
