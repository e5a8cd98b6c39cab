"""Figures and page of the multiverse; requested by the target ``multiverse`` only.

inputs   results/multiverse/
outputs  results/multiverse/<measure>/specifications.png and .svg
"""


rule plot_specifications:
    """Specification curves of the regions of a measure, with the choices of each universe."""
    input:
        plan=rules.list_universes.output.plan,
        regions=rules.compare_universes.output.regions,
        specification=rules.compare_universes.output.specification,
        choices=rules.compare_universes.output.choices,
    output:
        png=reported(multiverse_file("specifications.png"), "Multiverse", subcategory="{measure}"),
        svg=multiverse_file("specifications.svg"),
    log:
        "results/logs/plot_specifications/{measure}.log",
    benchmark:
        "results/benchmarks/plot_specifications/{measure}.tsv"
    conda:
        "../envs/figures.yaml"
    params:
        source=config["cohort"]["source"],
        code=code_digest("multiverse/plot_specifications.py"),
    script:
        "../scripts/multiverse/plot_specifications.py"


rule multiverse:
    """Which of the alternative choices a finding depends on."""
    input:
        per_map(rules.plot_specifications.output.png),
        [] if config["published"] is None else rules.compare_published_rows.output.rows,
