"""Figures and page of the multiverse; requested by the target ``multiverse`` only.

inputs   results/multiverse/
outputs  results/multiverse.html, results/multiverse/<measure>/specification_curves.png and .svg
"""

PAGE_TEMPLATES = [
    repository_file("scripts", "restpain", "report", "templates", f"report{part}.html.j2")
    for part in ("", "_viewer")
]
PAGE_TEMPLATES += sorted(
    map(str, Path(repository_file("scripts", "restpain", "multiverse", "templates")).iterdir())
)


rule plot_specifications:
    """Specification curves of the regions of a measure, with the choices of each universe."""
    input:
        plan=rules.list_universes.output.plan,
        regions=rules.compare_universes.output.regions,
        specification=rules.compare_universes.output.specification,
        choices=rules.compare_universes.output.choices,
        tests=rules.compare_universes.output.tests,
    output:
        png=reported(
            f"{OF_MEASURE}/specification_curves.png", "Multiverse", subcategory="{measure}"
        ),
        svg=f"{OF_MEASURE}/specification_curves.svg",
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


rule build_multiverse_page:
    """The multiverse page: choices, joint test, regions, curves, maps, published regions."""
    input:
        templates=PAGE_TEMPLATES,
        config=repository_file("config.yaml"),
        plan=rules.list_universes.output.plan,
        universes=rules.list_universes.output.universes,
        left_out=rules.list_universes.output.left_out,
        seeds=SEEDS,
        regions=per_map(rules.compare_universes.output.regions),
        choices=per_map(rules.compare_universes.output.choices),
        tests=per_map(rules.compare_universes.output.tests),
        figures=per_map(rules.plot_specifications.output.png),
        positive=per_map(rules.compare_universes.output.positive),
        negative=per_map(rules.compare_universes.output.negative),
        brain=rules.prepare_template.output.func_T1w,
        published=(
            []
            if config["published"] is None
            else [
                rules.compare_published_rows.output.rows,
                rules.compare_published_rows.output.readings,
                rules.compare_published_rows.output.chance,
            ]
        ),
    output:
        page=reported("results/multiverse.html", "Multiverse"),
    log:
        "results/logs/build_multiverse_page.log",
    benchmark:
        "results/benchmarks/build_multiverse_page.tsv"
    conda:
        "../envs/figures.yaml"
    resources:
        **on_retry(2000, 15),
    params:
        **settings("multiverse", "match_mm"),
        **settings("group", "n_permutations"),
        measures=MAPS,
        seeds_from=config["connectivity"]["seeds"],
        source=config["cohort"]["source"],
        code=code_digest("multiverse/build_multiverse_page.py"),
    script:
        "../scripts/multiverse/build_multiverse_page.py"


rule multiverse:
    """Which of the alternative choices a finding depends on."""
    input:
        rules.build_multiverse_page.output.page,
