"""Published tables: audit of their numbers, and comparison with the recomputed ones.

inputs   the folder of the configuration key `published`, results/tables/
outputs  results/tables/audit_published.tsv, results/tables/published_vs_recomputed.tsv and .html
"""

PUBLISHED = published_folder()


rule audit_published:
    """Consistency of the published numbers: arithmetic, test sets, coordinates."""
    input:
        tables=[f"{PUBLISHED}/table{number}.csv" for number in (1, 2, 3, 4)],
        study=f"{PUBLISHED}/study.csv",
        brain=rules.prepare_template.output.func_mask,
    output:
        findings=reported("results/tables/audit_published.tsv", "Published tables"),
        columns="results/tables/audit_published.json",
    log:
        "results/logs/audit_published.log",
    benchmark:
        "results/benchmarks/audit_published.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        code=code_digest("published/audit_published.py"),
    script:
        "../scripts/published/audit_published.py"


rule audit:
    """The audit of the published tables alone; it needs no participant."""
    input:
        "results/tables/audit_published.tsv",


rule compare_published:
    """Every cell of the published tables next to the recomputed one."""
    input:
        published=rules.audit_published.input.tables,
        study=f"{PUBLISHED}/study.csv",
        ours=TABLE_FILES,
        template=repository_file(
            "scripts", "restpain", "published", "templates", "comparison.html.j2"
        ),
    output:
        comparison="results/tables/published_vs_recomputed.tsv",
        columns="results/tables/published_vs_recomputed.json",
        page=reported("results/tables/published_vs_recomputed.html", "Published tables"),
    log:
        "results/logs/compare_published.log",
    benchmark:
        "results/benchmarks/compare_published.tsv"
    conda:
        "../envs/figures.yaml"
    params:
        n_splits=config["classification"]["n_repeats"],
        source=config["cohort"]["source"],
        code=code_digest("published/compare_published.py"),
    script:
        "../scripts/published/compare_published.py"
