"""Texts of the user are never markup and never code."""

import ast
from html.parser import HTMLParser
from pathlib import Path

import pytest

from restpain.tables.documents import Sheet, as_html

REPOSITORY = Path(__file__).parents[2]
SCRIPTS = sorted((REPOSITORY / "scripts").rglob("*.py"))
EVIL = "\"><script>alert('1')</script>"
UNPICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)


def pickle_reads(source):
    """Imports and calls of a program that could read a pickle."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [one.name for one in node.names if one.name.split(".")[0] in UNPICKLERS]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in UNPICKLERS:
            found.append(node.module)
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in ("torch.load", "pd.read_pickle", "TabularPredictor.load"):
                found.append(name)
            for key in node.keywords:
                if key.arg == "allow_pickle" and ast.unparse(key.value) != "False":
                    found.append(f"{name}: allow_pickle")
    return found


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_no_program_reads_pickles(path):
    assert pickle_reads(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "np.load(path, allow_pickle=True)",
        "torch.load(path)",
        "pd.read_pickle(path)",
    ],
)
def test_a_program_that_reads_pickles_would_be_found(source):
    assert pickle_reads(source)


def test_markup_in_an_exported_table_is_text():
    sheet = Sheet(title=EVIL, head=[EVIL, "n"], rows=[[EVIL, EVIL]], n_words=1, notes=[EVIL])

    text = as_html(sheet)

    assert "script" not in Tags(text).tags
    assert text.count("&lt;script&gt;") == 6  # the title twice


def test_every_page_is_filled_by_the_one_environment_that_escapes():
    makers = [path.stem for path in SCRIPTS if "Environment(" in path.read_text()]

    assert makers == ["pages"]
    assert "autoescape=True" in (REPOSITORY / "scripts/restpain/presentation/pages.py").read_text()
