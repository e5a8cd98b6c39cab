"""Writes the page of all messages of the checks and jobs, from the sources that make them."""

import re
from pathlib import Path

from configuration_page import escaped
from source_sentences import Sentence, sentences
from source_values import GAP, Source

REPOSITORY = Path(__file__).resolve().parents[1]
SCRIPTS = REPOSITORY / "scripts"
TOPICS = {  # modules of scripts/restpain whose sentences stand under a heading
    "Configuration": ("config/validation", "cohort/map_files", "multiverse/universes"),
    "Table of participants": (
        *("cohort/participants", "cohort/table_cells", "cohort/table_values"),
        *("cohort/levels", "cohort/described", "cohort/pilot"),
    ),
    "Folders, and the choice of the T1 and the rest run": (
        *("cohort/checks", "cohort/choice", "cohort/folders", "cohort/index"),
    ),
    "DICOM": (
        *("cohort/dicom_index", "cohort/dicom_folder", "cohort/dicom_series"),
        *("cohort/dicom_conversion", "cohort/dicom_kinds"),
    ),
    "BIDS and files of images": ("cohort/bids_files", "cohort/bids_index", "cohort/sidecars"),
    "Preprocessed images": (
        *("cohort/derivative_index", "cohort/derivatives", "cohort/companions"),
        *("cohort/confounds", "cohort/motion_files", "cohort/done_before", "cohort/grids"),
    ),
    "Ready-made maps": ("cohort/map_index", "cohort/map_checks"),
    "Headers and values of images": ("cohort/image_checks", "cohort/image_values", "io/images"),
    "Repetition time and slice times": ("cohort/timing_checks",),
    "Ratings": ("cohort/ratings",),
    "Seed masks and atlases": ("cohort/seed_masks", "atlas"),
    "Design": (
        *("cohort/design", "cohort/design_warnings"),
        *("cohort/sites", "cohort/training_sets"),
    ),
}
STAGES = {  # other modules: folders of scripts and of scripts/restpain
    "preprocessing": "preprocessing",
    "metrics": "metrics",
    "temporal_filter": "metrics",
    "quality": "quality control",
    "group": "group level",
    "connectivity": "connectivity",
    "association": "correlation with the score",
    "classification": "classification",
    "power": "power",
    "published": "audit of published tables",
    "multiverse": "multiverse",
    "figures": "figures",
    "tables": "tables",
    "simulation": "simulation",
}
# its errors count damaged files, or look for a number, and reach nobody as they are
LEFT_OUT = ("cohort/dicom_headers",)
HEAD = f"""# Messages

Errors and warnings of the checks and of jobs that stop, with what to do. In place of {GAP} stands
a value of your data or configuration; where a message has several endings, / separates them.
Search the page for a few words of the message that do not depend on your data.

A message about images reads *participant, file: what was found; expected ...; what to do*.
**Warnings** do not stop a run; some are errors under other settings. Where to look first, and
what else may go wrong: [troubleshooting](../howto/troubleshooting.md). The page is made from the
sources when the site is built.
"""
VERBS = re.compile(r"(has|is|names)\b")


def messages(scripts: Path) -> dict[str, list[Sentence]]:
    """Sentences of the sources by heading, in the order of the page; no heading without any."""
    found = {title: [] for title in (*TOPICS, *map(_stopped, STAGES.values()))}
    others = {}
    for path in sorted(scripts.rglob("*.py")):
        title = heading(path.relative_to(scripts).with_suffix("").as_posix())
        if title is not None:
            source = others.get(path) or Source(path, scripts, others)
            of_checks = title in TOPICS
            made = [one for one in sentences(source) if of_checks or one.kind == "error"]
            found[title] += map(_named, without_general(made))
    return {title: list(dict.fromkeys(made)) for title, made in found.items() if made}


def heading(module: str) -> str | None:
    """Heading for the sentences of a module, named from scripts/; None for no sentences."""
    name = module.removeprefix("restpain/")
    if name in LEFT_OUT:
        return None
    topics = (title for title, modules in TOPICS.items() if name in modules)
    stage = STAGES.get(name.split("/")[0])
    return next(topics, _stopped(stage) if stage else None)


def _stopped(stage: str) -> str:
    return f"A job stopped: {stage}"


def _named(one: Sentence) -> Sentence:
    """Put a gap for the file before a sentence that begins with its verb."""
    missing = VERBS.match(one.found)
    found = f"{GAP} {one.found}" if missing else one.found
    return Sentence("", one.severity, found, one.expected, one.action)


def without_general(made: list[Sentence]) -> list[Sentence]:
    """Leave out what is told by another sentence: parts of rows, and heads of sentences."""
    texts = {one: " ; ".join((one.found, one.expected, one.action)) for one in made}
    whole = [text for one, text in texts.items() if one.kind != "part"]
    kept = []
    for one, text in texts.items():
        pattern = re.compile(re.escape(text).replace(GAP, ".*"))
        if one.kind == "part" and any(map(pattern.fullmatch, whole)):
            continue
        if not (one.kind == "text" and one.found.endswith(f": {GAP}")):
            kept.append(one)
    return kept


def rows(made: list[Sentence]) -> list[tuple[str, str, str]]:
    """Rows of a table: message, expected, action; those alike but for one of the two are one."""
    severities, actions, expected = {}, {}, {}
    for one in made:
        severities.setdefault((one.found, one.expected, one.action), set()).add(one.severity)
    for (found, wanted, action), ranks in severities.items():
        rank = "warning" if ranks == {"warning"} else ""
        actions.setdefault((rank, found, wanted), []).append(action)
    for (rank, found, wanted), several in actions.items():
        expected.setdefault((rank, found, tuple(several)), []).append(wanted)
    return [
        (f"**Warning:** {escaped(found)}" * bool(rank) or escaped(found), _either(wanted),
         _either(several))
        for (rank, found, several), wanted in expected.items()
    ]  # fmt: skip


def _either(texts) -> str:
    return " / ".join(escaped(text) for text in texts if text)


def page(found: dict[str, list[Sentence]]) -> str:
    """Text of the page, in Markdown.

    Parameters
    ----------
    found : dict of list of Sentence
        Sentences by heading.
    """
    parts = [HEAD]
    for title, made in found.items():
        parts.append(f"\n## {title}\n\n| message | expected | what to do |\n| --- | --- | --- |\n")
        parts += [f"| {' | '.join(row)} |\n" for row in rows(made)]
    return "".join(parts)


def write(path: Path) -> None:
    """Write the page, if it is not there as it should be, so that a second build is quick."""
    text = page(messages(SCRIPTS))
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
