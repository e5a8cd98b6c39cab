"""Messages read from sources: made-up ones, whose sentences are known, and our own."""

import ast
import re

import pytest

import troubleshooting_page
from source_sentences import parted, sentences
from source_values import GAP, Source
from troubleshooting_page import LEFT_OUT, SCRIPTS, STAGES, TOPICS, messages, page, rows


@pytest.fixture
def found(tmp_path):
    """Found, expected and action (with the severity, where stated) of the text of a module."""

    def of(text, **others):
        for name, content in others.items():
            (tmp_path / f"{name}.py").write_text(content)
        path = tmp_path / "module.py"
        path.write_text(text)
        made = sentences(Source(path, tmp_path))
        return [(one.severity, one.found, one.expected, one.action) for one in made]

    return of


@pytest.fixture(scope="module")
def ours():
    return messages(SCRIPTS)


def test_values_of_a_run_are_gaps_and_constants_are_written_out(found):
    text = """
from other import ACTION
LEAST = 3

def checks(who, run):
    rows, add = report(who, run)
    add("error", f"{run['n']} volumes", f"at least {LEAST}", f"scan again, {ACTION}")
"""
    assert found(text, other='ACTION = "or exclude"') == [
        ("error", "… volumes", "at least 3", "scan again, or exclude")
    ]


def test_texts_that_are_assigned_together_stay_together(found):
    text = """
def checks(who, run):
    found, expected = "no table", "one"
    if run["n"]:
        found, expected = f"{run['n']} tables", "only one"
    problem(who, "file", "warning", found, expected, "look")
"""
    assert found(text) == [
        ("warning", "… tables", "only one", "look"),
        ("warning", "no table", "one", "look"),
    ]


def test_two_conditions_that_are_one_give_no_mixture(found):
    text = """
def checks(who, raw):
    add("error" if raw else "warning", "no time", "one", "stop" if raw else "go on")
"""
    assert found(text) == [
        ("error", "no time", "one", "stop"),
        ("warning", "no time", "one", "go on"),
    ]


def test_a_loop_over_what_is_written_out_gives_a_row_for_each_entry(found):
    text = """
def checks(counts):
    for key, nouns in (("a", ("dead link", "dead links")), ("b", ("empty file", "empty files"))):
        add("error", counted(counts[key], *nouns), "files", "fetch them")
"""
    assert [row[1] for row in found(text)] == ["… dead links", "… empty files"]


def test_functions_of_the_sources_are_followed(found):
    text = """
from other import named

USABLE = {"time": "seconds", "order": "a list"}

def checks(run):
    add(*_unusable("time", "correct it"))
    problem("", "", "error", *named(run))

def _unusable(key, action) -> tuple[str, str, str, str]:
    return "error", f"no number as {key}", USABLE[key], action
"""
    other = """
def named(run) -> tuple[str, str, str]:
    return f"two of {run}", "one", "remove one"
"""
    made = found(text, other=other)
    assert ("error", "no number as time", "seconds", "correct it") in made
    assert ("error", "two of …", "one", "remove one") in made


def test_whole_sentences_are_parted_and_notes_are_none(found):
    text = """
def value_problems(table, names) -> list[str]:
    add("info", "a note of three words")
    return [f"the column {name} is empty; expected numbers; fill it" for name in names]

def design_warnings(table) -> list[str]:
    warnings = []
    warnings.append(f"the groups differ in {table}; match them")
    return warnings

def job(path):
    raise ValueError(f"{path} ends early; copy it again")
"""
    assert found(text) == [
        ("error", "the column … is empty", "numbers", "fill it"),
        ("warning", "the groups differ in …", "", "match them"),
        ("error", "… ends early", "", "copy it again"),
    ]


def test_what_is_no_sentence_is_left_out(found):
    text = """
def value_problems(lines, error) -> list[str]:
    if error:
        raise ValueError("\\n".join(lines))
    return [f"{lines}: {error}", *map(str, lines)]
"""
    assert found(text) == []


def test_a_sentence_without_expectation_ends_with_what_to_do():
    assert parted("a is 1; it may be 2; correct it") == ("a is 1; it may be 2", "", "correct it")
    assert parted("a is 1") == ("a is 1", "", "")


@pytest.mark.parametrize(
    ("title", "row"),
    [
        ("Configuration",
         ("configuration: … is …", "…", "correct it")),
        ("Table of participants",
         ("… has … more than once", "one row per participant", "")),
        ("DICOM",
         ("… links to files that are not there", "files",
          "fetch them (datalad get), or remove them")),
        ("BIDS and files of images",
         ("a gzip file", "a NIfTI image that is not compressed", "name it .nii.gz")),
        ("Folders, and the choice of the T1 and the rest run",
         ("… series that may be the resting-state run: …", "one",
          "name it in the configuration, cohort.select.…: …")),
        ("Repetition time and slice times",
         ("no slice times in the data", "the order of the slices, which is never guessed",
          "ask who ran the scanner and set preprocessing.slice\\_order in config.yaml to off (no "
          "correction), sequential, reverse, interleaved, interleaved\\_even or a list of times")),
        ("Design",
         ("the covariate … is … for all participants", "", "drop it")),
        ("A job stopped: group level",
         ("a cluster-forming z of … is too low for GRF theory, which needs more than 1", "",
          "choose a smaller voxel\\_p")),
    ],
)  # fmt: skip
def test_known_messages_stand_under_their_heading(ours, title, row):
    assert row in rows(ours[title])


def test_warnings_are_marked(ours):
    marked = [row[0] for row in rows(ours["Design"]) if row[0].startswith("**Warning:** ")]

    assert any("inflate the variance of the group effect" in text for text in marked)


def test_nearly_all_calls_that_make_a_row_have_a_message_and_no_row_is_gaps_alone(ours):
    n_calls = n_told = 0
    for path in sorted((SCRIPTS / "restpain" / "cohort").glob("*.py")):
        source = Source(path, SCRIPTS)
        for node in source.tree.body:
            calls = [
                one
                for one in ast.walk(node)
                if isinstance(one, ast.Call)
                and getattr(one.func, "id", "") in ("add", "problem")
                and not any(getattr(part, "value", "") == "info" for part in one.args)
            ]
            if isinstance(node, ast.FunctionDef) and node.name != "report" and calls:
                alone = ast.Module(body=[node], type_ignores=[])
                source.tree = alone
                n_calls += len(calls)
                n_told += min(len(calls), len(sentences(source)))

    assert n_calls > 100
    assert n_told / n_calls > 0.8
    for made in ours.values():
        for message, *_ in rows(made):
            assert re.search("[A-Za-z]{2}", message.replace("**Warning:**", ""))
    assert sum(map(len, ours.values())) > 300


def test_each_module_with_messages_has_one_heading_and_each_heading_has_modules():
    named = [name for modules in TOPICS.values() for name in modules]

    assert len(named) == len(set(named))
    assert all((SCRIPTS / "restpain" / f"{name}.py").is_file() for name in (*named, *LEFT_OUT))
    places = [(SCRIPTS / "restpain" / name, SCRIPTS / name) for name in STAGES]
    assert all(one.is_dir() or one.with_suffix(".py").is_file() for one, _ in places)
    others = {}
    for path in sorted((SCRIPTS / "restpain").rglob("*.py")):
        module = path.relative_to(SCRIPTS).with_suffix("").as_posix()
        if troubleshooting_page.heading(module) is None and module[9:] not in LEFT_OUT:
            made = sentences(others.get(path) or Source(path, SCRIPTS, others))
            assert [one for one in made if one.kind in ("row", "error")] == [], module


def test_the_page_is_tables_of_three_columns(ours):
    text = page(ours)

    assert text.startswith("# Messages\n")
    assert [title for title in re.findall("^## (.*)$", text, re.M)] == list(ours)
    for line in text.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 4
    assert GAP in text
