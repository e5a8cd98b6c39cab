"""Power of the configured comparison, from simulated maps; requested by the target ``power`` only.

inputs   the template brain; or, with power.fwhm_mm null, mask and smoothness of this cohort's group stage
outputs  results/power/power.tsv, results/power/power.png and .svg
"""

POWER_MASK = (
    rules.compute_group_mask.output.mask
    if config["power"]["fwhm_mm"] is None
    else rules.prepare_template.output.func_mask
)


rule estimate_power:
    """Detection rate against group size and effect size, from random maps with a simulated spherical effect."""
    input:
        mask=POWER_MASK,
        model=power_model,
    output:
        table=reported("results/power/power.tsv", "Power"),
        sidecar="results/power/power.json",
        settings="results/power/settings.json",
    log:
        "results/logs/estimate_power.log",
    benchmark:
        "results/benchmarks/estimate_power.tsv"
    conda:
        "../envs/statistics.yaml"
    resources:
        **on_retry(2000, 30),
    params:
        **settings("power", "n_per_group", "effect_sizes", "cluster_mm3"),
        **settings("power", "measure", "n_draws"),
        **settings("metrics", "fwhm_mm", "smoothing_kernel"),
        map_fwhm_mm=config["power"]["fwhm_mm"],
        covariates=config["cohort"]["covariates"],
        correction=GRF_CORRECTION,
        seed=config["seed"],
        code=code_digest("power/estimate_power.py"),
    script:
        "../scripts/power/estimate_power.py"


rule plot_power:
    """Detection rate against group size, a line per effect size."""
    input:
        table=rules.estimate_power.output.table,
        settings=rules.estimate_power.output.settings,
    output:
        png=reported("results/power/power.png", "Power"),
        svg="results/power/power.svg",
    log:
        "results/logs/plot_power.log",
    benchmark:
        "results/benchmarks/plot_power.tsv"
    conda:
        "../envs/figures.yaml"
    params:
        code=code_digest("power/plot_power.py"),
    script:
        "../scripts/power/plot_power.py"


rule power:
    """Power of the configured comparison; it needs no participant unless power.fwhm_mm is null."""
    input:
        rules.estimate_power.output.table,
        "results/power/power.png",
