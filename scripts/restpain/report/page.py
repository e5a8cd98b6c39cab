"""Report page: its sections in their order, from the results of all stages."""

from restpain.classification.folds import size_of_test_set, training_folds_in_words
from restpain.cohort.grids import grid_words
from restpain.cohort.measures import compared_measures, one_sample_bases
from restpain.cohort.participants import configured_comparison, included
from restpain.cohort.sites import site_counts
from restpain.figures.workflow_content import clusters_are_seeds, exclusion_flow
from restpain.preprocessing.measured_steps import step_sentences
from restpain.presentation.labels import column_labels, labelled_counts, level_label, score_label
from restpain.presentation.pages import Section, render_report
from restpain.quality.overview import motion_sentences
from restpain.report.section_classification import classification_section
from restpain.report.section_cohort import cohort_section
from restpain.report.section_methods import methods_section
from restpain.report.section_provenance import provenance_section
from restpain.report.section_published import published_section
from restpain.report.section_quality import quality_section, quality_table
from restpain.report.section_recovery import recovery_section
from restpain.report.section_regions import regions_section
from restpain.report.section_run_times import run_times_section
from restpain.report.section_score import score_section
from restpain.report.section_settings import settings_section
from restpain.report.section_summary import summary_section
from restpain.report.section_viewer import viewer_section
from restpain.report.sentences import question


def report_page(results: dict, settings: dict, templates: dict[str, str]) -> str:
    """HTML of the report; the arguments are those of `report_sections`, and the templates."""
    cohort = settings["cohort"]
    score = score_label(cohort["score"], results["described"])
    flow = exclusion_flow(results["roster"], configured_comparison(settings), results["described"])
    shared = {
        "patients": cohort["patients"],
        "controls": cohort["controls"],
        "simulated": cohort["source"] == "simulated",
        "title": "Resting-state activity and connectivity, patients and controls",
        "heading": "Resting-state activity and connectivity in patients and controls",
        "footer": "Tables with full precision and a description of every column: results/tables. "
        "Figures: results/figures.",
        "question": question(compared_measures(settings), score),
        "score": score,
        "n": {group["group"]: group["analysed"] for group in flow},
    }
    return render_report(report_sections(results, settings), shared, templates)


def report_sections(results: dict, settings: dict) -> list[Section | None]:
    """Sections of the report in their order.

    Parameters
    ----------
    results : dict
        Tables: ``roster`` (all participants), ``tables`` (``demographics``, ``regions``,
        ``classification``, ``correlation``), ``robustness``, ``normality``,
        ``one_sample``, ``seeds``,
        ``motion``, ``warnings`` (of the design), ``inputs``, ``run_times``, ``checks`` (by
        title), ``recovery`` (list; empty without a simulation), ``published`` (audit and
        comparison; empty without).
        Sidecars: ``described`` (columns of participants.tsv), ``func_qc`` and ``anat_qc`` (of
        the analysed participants), ``mask``, and by measure ``models``, ``corrections``,
        ``score_maps``; ``error_rates`` (list). Pictures: ``figures`` (by name), ``pictures``
        (of the analysed participants), ``recovery_figure``. Volumes: ``maps``
        (``cluster_maps.maps_of_measures``), ``brain`` (volume, affine). Texts: ``config``
        (default configuration), ``brainsprite``, ``files`` (name and content of those to list).
    settings : dict
        The configuration in force.
    """
    cohort = settings["cohort"]
    comparison = configured_comparison(settings)
    roster, tables, figures = results["roster"], results["tables"], results["figures"]
    described = results["described"]
    score = score_label(cohort["score"], described)
    flow = exclusion_flow(roster, comparison, described)
    groups = {label: level_label(label, "group", described) for label in comparison.groups}
    analysed = included(roster)
    quality = quality_table(analysed, results["func_qc"], results["anat_qc"])
    df = next(iter(results["models"].values()))["df"]
    recovery = results["recovery"]
    cross_validation = training_folds_in_words(tables["classification"])
    return [
        summary_section(
            flow,
            tables,
            quality,
            settings=settings,
            models=results["models"],
            corrections={
                measure: found["volumes"] for measure, found in results["corrections"].items()
            },
            error_rates=results["error_rates"],
            searched=results["searched"],
            normality=results["normality"],
            score=score,
        ),
        cohort_section(
            flow,
            tables["demographics"],
            figures["workflow"],
            labelled_counts(site_counts(analysed, comparison), described),
            results["warnings"],
            step_sentences(
                [
                    {"participant_id": who} | numbers
                    for who, numbers in zip(
                        analysed["participant_id"], results["func_qc"], strict=True
                    )
                ]
            ),
            seeded=clusters_are_seeds(results["seeds"], settings),
        ),
        regions_section(
            tables["regions"],
            results["normality"].replace({"group": groups}),
            results["one_sample"],
            settings=settings,
            covariates=column_labels(cohort["covariates"], described),
            df=df,
            seeds=results["seeds"]["seed"].tolist(),
            bases=one_sample_bases(settings),
            group_maps=figures["group_maps"],
            regions_figure=figures["regions"],
        ),
        viewer_section(
            results["maps"],
            *results["brain"],
            settings=settings,
            df=df,
            brainsprite=results["brainsprite"],
        ),
        classification_section(
            tables["classification"],
            results["robustness"],
            n_repeats=settings["classification"]["n_repeats"],
            tested=[
                size_of_test_set(group["analysed"], settings["classification"]["test_fraction"])
                for group in flow
            ],
            cross_validation=cross_validation,
            curves=figures["roc"],
            robustness_figure=figures["robustness"],
        ),
        score_section(tables["correlation"], results["score_maps"], score),
        recovery_section(recovery, results["recovery_figure"]) if recovery else None,
        published_section(results["published"] or None),
        quality_section(
            quality,
            results["pictures"],
            motion_sentences(results["motion"]),
            comparison,
            groups,
        )
        if results["pictures"]
        else None,
        methods_section(
            settings,
            results["func_qc"],
            described,
            df=df,
            n_voxels=results["mask"]["n_voxels"],
            grid=grid_words(results["brain"][0].shape, results["brain"][1]),
            cross_validation=cross_validation,
        ),
        settings_section(results["config"], settings),
        provenance_section(results["checks"], results["files"], results["inputs"]),
        run_times_section(results["run_times"]),
    ]
