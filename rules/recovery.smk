"""What the workflow recovers of the truth of a simulated cohort; only where data are simulated.

inputs   results/cohort/truth/, registrations, motion, clusters, denoised series
outputs  results/recovery/, results/tables/recovery*.tsv, results/figures/recovery.png and .svg
"""

TRUTH = "results/cohort/truth/truth.json"


rule define_effect_regions:
    """Regions of the simulated effects on the grid of the analysis."""
    input:
        truth=TRUTH,
        regions="results/cohort/truth/space-MNI152NLin2009aSym_desc-effects_dseg.nii.gz",
        head="results/cohort/truth/space-MNI152NLin2009aSym_desc-head_dseg.nii.gz",
        grid="results/template/tpl-MNI152NLin2009aSym_res-func_desc-brain_mask.nii.gz",
    output:
        image="results/recovery/space-MNI152NLin2009aSym_desc-planted_mask.nii.gz",
        table="results/recovery/space-MNI152NLin2009aSym_desc-planted_mask.tsv",
        sidecar="results/recovery/space-MNI152NLin2009aSym_desc-planted_mask.json",
    log:
        "results/logs/define_effect_regions.log",
    benchmark:
        "results/benchmarks/define_effect_regions.tsv"
    conda:
        "../envs/simulation.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(2000),
        runtime=on_retry(5),
    params:
        code=code_digest("recovery/define_effect_regions.py"),
    script:
        "../scripts/recovery/define_effect_regions.py"


rule compare_truth:
    """Errors of motion and registration in mm; the planted differences after every stage."""
    input:
        bold="results/cohort/sub-{subject}/func/sub-{subject}_task-rest_bold.nii.gz",
        sidecar="results/cohort/sub-{subject}/func/sub-{subject}_task-rest_bold.json",
        denoised="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-denoised_bold.nii.gz",
        mask="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-brain_mask.nii.gz",
        xfm="results/sub-{subject}/anat/sub-{subject}_from-MNI152NLin2009aSym_to-T1w_mode-image_xfm.nii.gz",
        confounds="results/sub-{subject}/func/sub-{subject}_task-rest_desc-confounds_timeseries.tsv",
        qc="results/sub-{subject}/func/sub-{subject}_task-rest_desc-qc_metrics.json",
        brain="results/template/tpl-MNI152NLin2009aSym_res-func_desc-brain_mask.nii.gz",
        true_xfm="results/cohort/truth/sub-{subject}_from-MNI152NLin2009aSym_to-T1w_mode-image_xfm.nii.gz",
        participant="results/cohort/truth/sub-{subject}_truth.json",
        effects=TRUTH,
        regions="results/recovery/space-MNI152NLin2009aSym_desc-planted_mask.nii.gz",
        places="results/recovery/space-MNI152NLin2009aSym_desc-planted_mask.tsv",
    output:
        comparison="results/recovery/sub-{subject}_comparison.json",
    log:
        "results/logs/compare_truth/sub-{subject}.log",
    benchmark:
        "results/benchmarks/compare_truth/sub-{subject}.tsv"
    group:
        in_batches("recovery")
    conda:
        "../envs/simulation.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(2000),
        runtime=on_retry(10),
    params:
        drop_volumes=config["preprocessing"]["drop_volumes"],
        slice_order=slice_order(),
        band_hz=config["metrics"]["band_hz"],
        fwhm_mm=config["metrics"]["fwhm_mm"],
        smoothing_kernel=config["metrics"]["smoothing_kernel"],
        reho_neighbours=config["metrics"]["reho_neighbours"],
        code=code_digest("recovery/compare_truth.py"),
    script:
        "../scripts/recovery/compare_truth.py"


rule tabulate_recovery:
    """Planted effects against found clusters; attenuation by stage; errors in mm."""
    input:
        truth=TRUTH,
        participants="results/cohort/analysed.tsv",
        regions="results/recovery/space-MNI152NLin2009aSym_desc-planted_mask.nii.gz",
        places="results/recovery/space-MNI152NLin2009aSym_desc-planted_mask.tsv",
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        labels=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_dseg.nii.gz",
            measure=[*MEASURES, "fc"],
        ),
        clusters=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_table.tsv",
            measure=[*MEASURES, "fc"],
        ),
        seeds="results/group/seeds.tsv",
        seeds_mask="results/group/space-MNI152NLin2009aSym_desc-seeds_mask.nii.gz",
        comparisons=of_all("results/recovery/sub-{subject}_comparison.json"),
    output:
        tables=report(
            expand("results/tables/{name}.tsv", name=RECOVERY_TABLES),
            caption="../docs/captions/recovery.rst",
            category="Tables",
            subcategory="Simulation",
        ),
        sidecars=expand("results/tables/{name}.json", name=RECOVERY_TABLES),
    log:
        "results/logs/tabulate_recovery.log",
    benchmark:
        "results/benchmarks/tabulate_recovery.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(2000),
        runtime=on_retry(5),
    params:
        measures=[*MEASURES, "fc"],
        patients=config["cohort"]["patients"],
        code=code_digest("recovery/tabulate_recovery.py"),
    script:
        "../scripts/recovery/tabulate_recovery.py"


rule plot_recovery:
    """Planted and found places, attenuation by stage, errors of motion and registration."""
    input:
        template="results/template/tpl-MNI152NLin2009aSym_res-func_T1w.nii.gz",
        regions="results/recovery/space-MNI152NLin2009aSym_desc-planted_mask.nii.gz",
        places="results/recovery/space-MNI152NLin2009aSym_desc-planted_mask.tsv",
        labels=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_dseg.nii.gz",
            measure=[*MEASURES, "fc"],
        ),
        tables=expand("results/tables/{name}.tsv", name=RECOVERY_TABLES),
    output:
        png=report(
            "results/figures/recovery.png",
            caption="../docs/captions/recovery.rst",
            category="Figures",
        ),
        svg="results/figures/recovery.svg",
    log:
        "results/logs/plot_recovery.log",
    benchmark:
        "results/benchmarks/plot_recovery.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        measures=[*MEASURES, "fc"],
        patients=config["cohort"]["patients"],
        code=code_digest("recovery/plot_recovery.py"),
    script:
        "../scripts/recovery/plot_recovery.py"
