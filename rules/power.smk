"""Power of the configured comparison, from simulated maps; asked for by the target ``power`` only.

inputs   the template brain; or, with power.fwhm_mm null, mask and smoothness of this cohort's group stage
outputs  results/power/power.tsv, results/power/power.png and .svg
"""


rule estimate_power:
    """Detection rate against group size and effect size, from random maps with a planted ball."""
    input:
        mask=power_mask(),
        model=power_model,
    output:
        table=report(
            "results/power/power.tsv",
            caption="../docs/captions/power.rst",
            category="Power",
        ),
        sidecar="results/power/power.json",
        settings="results/power/settings.json",
    log:
        "results/logs/estimate_power.log",
    benchmark:
        "results/benchmarks/estimate_power.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(2000),
        runtime=on_retry(30),
    params:
        n_per_group=config["power"]["n_per_group"],
        effect_sizes=config["power"]["effect_sizes"],
        cluster_mm3=config["power"]["cluster_mm3"],
        map_fwhm_mm=config["power"]["fwhm_mm"],
        measure=config["power"]["measure"],
        n_draws=config["power"]["n_draws"],
        covariates=config["cohort"]["covariates"],
        fwhm_mm=config["metrics"]["fwhm_mm"],
        smoothing_kernel=config["metrics"]["smoothing_kernel"],
        correction=CORRECTION,
        seed=config["seed"],
        code=code_digest("power/estimate_power.py"),
    script:
        "../scripts/power/estimate_power.py"


rule plot_power:
    """Detection rate against group size, a line per effect size."""
    input:
        table="results/power/power.tsv",
        settings="results/power/settings.json",
    output:
        png=report(
            "results/power/power.png",
            caption="../docs/captions/power.rst",
            category="Power",
        ),
        svg="results/power/power.svg",
    log:
        "results/logs/plot_power.log",
    benchmark:
        "results/benchmarks/plot_power.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        code=code_digest("power/plot_power.py"),
    script:
        "../scripts/power/plot_power.py"


rule power:
    """Power of the configured comparison; it needs no participant unless power.fwhm_mm is null."""
    input:
        "results/power/power.tsv",
        "results/power/power.png",
