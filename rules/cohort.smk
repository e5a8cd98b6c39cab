"""The users' data: the table of participants, the check before any computing, NIfTI images.

inputs   cohort.participants, cohort.data (or the simulated cohort)
outputs  results/cohort/participants.tsv, index/, check.tsv; results/rawdata/, a BIDS dataset
"""

INDEX = "results/cohort/index/sub-{subject}.json"

if workflow.is_main_process and SOURCE != "simulated":
    indexed = {INDEX.format(subject=subject): folder_of(subject) for subject in SUBJECTS}
    there = {path: folder for path, folder in indexed.items() if folder}
    for sentence in renew_indices(there, SOURCE):
        print(sentence, file=sys.stderr)

if SOURCE != "simulated":

    rule import_participants:
        """The user's table of participants, checked and normalised."""
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
        resources:
            **on_retry(2000, 30),
        params:
            **settings("cohort", "columns", "categories"),
            comparison=GROUPS,
            code=code_digest("cohort/import_participants.py"),
        script:
            "../scripts/cohort/import_participants.py"


# One job for ten participants, since most of its time is that of starting Python.
for number, members in enumerate(in_tens(SUBJECTS)):

    rule:
        """Index of the raw data of ten participants from all headers, without identifiers."""
        name:
            f"index_participants_{number}"
        input:
            folders=folders_of(members),
        output:
            indices=[INDEX.format(subject=subject) for subject in members],
        log:
            f"results/logs/index_participants/{number}.log",
        benchmark:
            f"results/benchmarks/index_participants/{number}.tsv"
        priority: 100
        conda:
            "../envs/cohort.yaml"
        resources:
            **on_retry(1000, 100),
        params:
            **settings("cohort", "source", "select"),
            **settings("preprocessing", "repetition_time_s"),
            maps=maps_of(members),
            code=code_digest("cohort/index_participants.py"),
        script:
            "../scripts/cohort/index_participants.py"


# A checkpoint, so that Snakemake looks again at what remains to be done when the check has run: it
# overlooks changed parameters of all that depends on a job that runs, also through ancient files.
checkpoint check_cohort:
    """All problems of all participants at once, before anything is computed."""
    input:
        participants="results/cohort/participants.tsv",
        indices=[INDEX.format(subject=subject) for subject in SUBJECTS],
        ratings=ratings_file(),
    output:
        check="results/cohort/check.tsv",
        summary="results/cohort/check_summary.txt",
        complete="results/cohort/complete.tsv",
        description="results/dataset_description.json",
        ignored="results/.bidsignore",
    log:
        "results/logs/check_cohort.log",
    benchmark:
        "results/benchmarks/check_cohort.tsv"
    priority: 100
    retries: 0  # its faults are those of the data
    conda:
        "../envs/cohort.yaml"
    resources:
        **on_retry(2000, 30),
    params:
        **settings("preprocessing", "normalisation_mm", "voxel_mm", "drop_volumes", "min_volumes"),
        **settings("preprocessing", "nuisance"),
        **settings("cohort", "source", "incomplete"),
        comparison=GROUPS,
        maps=MAP_SUMMARY,
        places=[str(place) for place in PLACES],
        measures=MEASURES,
        fwhm_mm=config["metrics"]["fwhm_mm"],
        slice_order=SLICE_ORDER,
        band_hz=config["metrics"]["band_hz"],
        n_permutations=config["classification"]["n_permutations"],
        code=code_digest("cohort/check_cohort.py"),
    script:
        "../scripts/cohort/check_cohort.py"


# an added participant changes the check, but nothing of those there were before
CHECKED = ancient("results/cohort/check.tsv")

if SOURCE in ("simulated", "dicom"):

    rule convert_dicom:
        """T1 and rest series from DICOM to NIfTI with sidecars, without identifiers (dcm2niix)."""
        input:
            checked=CHECKED,
            index=INDEX,
            folder=participant_folder,
        output:
            t1w=raw_anat("T1w.nii.gz"),
            t1w_sidecar=raw_anat("T1w.json"),
            bold=raw_func("bold.nii.gz"),
            bold_sidecar=raw_func("bold.json"),
        log:
            "results/logs/convert_dicom/sub-{subject}.log",
        benchmark:
            "results/benchmarks/convert_dicom/sub-{subject}.tsv"
        conda:
            "../envs/cohort.yaml"
        resources:
            **by_headers("rest", memory_mb=(600, 4), minutes=(10, 0.02)),
        params:
            code=code_digest("cohort/convert_dicom.py"),
        script:
            "../scripts/cohort/convert_dicom.py"


if SOURCE == "bids":

    rule link_bids:
        """T1 and rest run of a raw BIDS dataset under the names of the workflow."""
        input:
            checked=CHECKED,
            index=INDEX,
            folder=participant_folder,
        output:
            t1w=raw_anat("T1w.nii.gz"),
            t1w_sidecar=raw_anat("T1w.json"),
            bold=raw_func("bold.nii.gz"),
            bold_sidecar=raw_func("bold.json"),
        log:
            "results/logs/link_bids/sub-{subject}.log",
        benchmark:
            "results/benchmarks/link_bids/sub-{subject}.tsv"
        conda:
            "../envs/cohort.yaml"
        resources:
            **by_headers("rest", memory_mb=(600, 4), minutes=(10, 0.02)),
        params:
            code=code_digest("cohort/link_bids.py"),
        script:
            "../scripts/cohort/link_bids.py"


if SOURCE not in ("derivatives", "maps"):

    rule describe_rawdata:
        """Description, README and table of participants of the raw BIDS dataset."""
        input:
            table=rules.check_cohort.output.complete,
            described="results/cohort/participants.json",
            origin=description_of_dataset() if SOURCE == "bids" else [],
        output:
            description="results/rawdata/dataset_description.json",
            readme="results/rawdata/README.md",
            participants="results/rawdata/participants.tsv",
            columns="results/rawdata/participants.json",
        log:
            "results/logs/describe_rawdata.log",
        benchmark:
            "results/benchmarks/describe_rawdata.tsv"
        conda:
            "../envs/cohort.yaml"
        resources:
            **on_retry(2000, 5),
        params:
            source=SOURCE,
            code=code_digest("cohort/describe_rawdata.py"),
        script:
            "../scripts/cohort/describe_rawdata.py"


# Beside the check of the headers, so that problems of both are told at once, unless that check
# decides who is left.
DESIGN_OF = (
    rules.check_cohort.output.complete
    if config["cohort"]["incomplete"] == "exclude"
    else "results/cohort/participants.tsv"
)


rule check_design:
    """All problems of the group design at once: groups, covariates, score, seed masks, atlases."""
    input:
        participants=DESIGN_OF,
        described="results/cohort/participants.json",
        seed_masks=SEED_IMAGES,
        atlas_images=ATLAS_IMAGES,
        atlas_labels=ATLAS_LABELS,
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
    resources:
        **on_retry(2000, 30),
    params:
        **settings("classification", "harmonise", "n_folds"),
        **settings("cohort", "score", "categories"),
        comparison=COMPARISON,
        table1=settings("table1", "columns", "skewed"),
        seed=config["seed"],
        score_covariates=config["association"]["covariates"],
        code=code_digest("cohort/check_design.py"),
    script:
        "../scripts/cohort/check_design.py"
