import importlib
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted(REPOSITORY.glob("docs/*.md")),
    *sorted(REPOSITORY.glob("docs/[!_g]*/*.md")),  # nothing that is generated
    *sorted(REPOSITORY.glob("res*/**/README.md")),
]
SOURCES = [
    *(REPOSITORY / name for name in ("Snakefile", "config.yaml")),
    *(
        path
        for folder in ("benchmarks", "envs", "presets", "profiles", "rules", "schemas", "scripts")
        for path in sorted(REPOSITORY.glob(f"{folder}/**/*.*"))
        if path.suffix in (".py", ".smk", ".yaml", ".j2")
    ),
]
FOLDERS = "benchmarks|docs|envs|presets|profiles|resources|rules|schemas|scripts|tests"
PATH = re.compile(rf"`((?:python )?(?:{FOLDERS})/[\w./-]+)(?=[` ])")
MODULE = re.compile(r"`(restpain(?:\.\w+)+)`")
PAGE = re.compile(r"docs/\w+\.md")
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")


def found(expression):
    """Every match in the documents, with the document it is in."""
    matches = {
        (document, match)
        for document in DOCUMENTS
        for match in expression.findall(document.read_text(encoding="utf-8"))
    }
    return [pytest.param(*pair, id=f"{pair[0].name} {pair[1]}") for pair in sorted(matches)]


@pytest.mark.parametrize(("document", "path"), found(PATH))
def test_a_path_named_in_the_documents_exists(document, path):
    assert (REPOSITORY / path.removeprefix("python ")).exists()


def test_pages_named_in_sources_exist():
    named = {page for path in SOURCES for page in PAGE.findall(path.read_text(encoding="utf-8"))}

    assert len(named) > 10
    assert {page for page in named if not (REPOSITORY / page).exists()} == set()


@pytest.mark.parametrize(("document", "target"), found(LINK))
def test_a_link_of_the_documents_leads_to_a_file(document, target):
    assert (document.parent / target).exists()


@pytest.mark.parametrize(("document", "name"), found(MODULE))
def test_a_module_or_function_named_in_the_documents_exists(document, name):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute)
