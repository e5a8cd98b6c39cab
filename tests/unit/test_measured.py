"""Tables in docs/ that benchmarks write: which code each was measured with."""

import importlib

import pandas as pd
import pytest

import pages


@pytest.mark.parametrize(
    "path", sorted(pages.REPOSITORY.glob("benchmarks/*.py")), ids=lambda p: p.stem
)
def test_a_benchmark_finds_what_it_imports(path):
    importlib.import_module(path.stem)


def test_no_table_of_the_pages_is_older_than_its_benchmark():
    assert len(pages.parts_of_pages()) > 30
    assert pages.older_parts() == []


PROGRAM = """
N = 3

def drawn():
    '''Return it.'''
    return N

def speed():
    return drawn()

def other():
    return 1
"""


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Return it.", "Return the number.", True),
        ("return 1", "return 2", True),  # of another part
        ("\nN = 3", "import os\n\nN = 3  # draws", True),
        ("return drawn()", "return 2 * drawn()", False),
        ("N = 3", "N = 4", False),
    ],
)
def test_only_what_a_part_computes_counts(tmp_path, old, new, same):
    (tmp_path / "a.py").write_text(PROGRAM)
    (tmp_path / "b.py").write_text(PROGRAM.replace(old, new))

    codes = [pages.code_of(tmp_path / name, "speed") for name in ("a.py", "b.py")]

    assert (codes[0] == codes[1]) is same


def test_without_a_function_of_its_name_a_part_is_of_the_whole_program(tmp_path):
    (tmp_path / "a.py").write_text(PROGRAM)
    (tmp_path / "b.py").write_text(PROGRAM.replace("return 1", "return 2"))

    codes = [pages.code_of(tmp_path / name, "table") for name in ("a.py", "b.py")]

    assert codes[0] != codes[1]


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Clone with a page of one part and its benchmark, not run yet."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "docs" / "speed.md").write_text("<!-- table -->\nold\n<!-- end -->\nrest\n")
    (tmp_path / "benchmarks" / "speed.py").write_text("N = 1\n")
    pd.DataFrame(columns=["page", "part", "benchmark", "code"]).to_csv(
        tmp_path / "docs" / "measured.tsv", sep="\t", index=False
    )
    monkeypatch.setattr(pages, "REPOSITORY", tmp_path)
    monkeypatch.setattr(pages, "MEASURED", tmp_path / "docs" / "measured.tsv")
    monkeypatch.setattr("sys.argv", ["benchmarks/speed.py"])
    return tmp_path


def test_a_part_is_written_with_the_code_of_its_benchmark(repository):
    page = repository / "docs" / "speed.md"
    assert pages.older_parts() == [
        "docs/speed.md, table: not in docs/measured.tsv; run its benchmark"
    ]

    pages.replace_part(page, "table", "new")

    assert page.read_text() == "<!-- table -->\nnew\n<!-- end -->\nrest\n"
    assert pages.older_parts() == []
    (repository / "benchmarks" / "speed.py").write_text("N = 2\n")
    assert pages.older_parts() == [
        "docs/speed.md, table: older than benchmarks/speed.py; run it again"
    ]


def test_a_page_without_the_place_of_a_part_stops_the_benchmark(repository):
    with pytest.raises(SystemExit, match="speed.md has no comment <!-- other -->; add it"):
        pages.replace_part(repository / "docs" / "speed.md", "other", "new")
