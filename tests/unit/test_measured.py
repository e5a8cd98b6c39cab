"""Tables in docs/ that benchmarks write: which code each was measured with."""

import pandas as pd
import pytest

import pages


def test_no_table_of_the_pages_is_older_than_its_benchmark():
    assert len(pages.parts_of_pages()) > 30
    assert pages.older_parts() == []


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ("import os\n\ndef f():\n    '''Else.'''\n    return 1  # one\n", True),
        ("def f():\n    return 1\n\nif __name__ == '__main__':\n    f()\n", True),
        ("def f():\n    return 2\n", False),
    ],
)
def test_only_what_is_computed_counts(tmp_path, changed, same):
    (tmp_path / "a.py").write_text("def f():\n    '''Return it.'''\n    return 1\n")
    (tmp_path / "b.py").write_text(changed)

    assert (pages.code_of(tmp_path / "a.py") == pages.code_of(tmp_path / "b.py")) is same


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Clone with a page of one part and its benchmark, not run yet."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "docs" / "speed.md").write_text("<!-- table -->\nold\n<!-- end -->\nrest\n")
    (tmp_path / "benchmarks" / "speed.py").write_text("print(1)\n")
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
    (repository / "benchmarks" / "speed.py").write_text("print(2)\n")
    assert pages.older_parts() == [
        "docs/speed.md, table: older than benchmarks/speed.py; run it again"
    ]


def test_a_page_without_the_place_of_a_part_stops_the_benchmark(repository):
    with pytest.raises(SystemExit, match="speed.md has no comment <!-- other -->; add it"):
        pages.replace_part(repository / "docs" / "speed.md", "other", "new")
