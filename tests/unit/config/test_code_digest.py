"""Digest of the code of a script, on a package in a temporary folder."""

import pytest

from restpain.config.code_digest import code_digest


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "stage").mkdir()
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "used.py").write_text("A = 1\n")
    (tmp_path / "package" / "unused.py").write_text("B = 1\n")
    (tmp_path / "stage" / "step.py").write_text(
        "import json\n\n\ndef run():\n    from package import used\n"
    )
    code_digest.cache_clear()
    return tmp_path


@pytest.mark.parametrize(
    ("file", "text", "changes"),
    [
        ("stage/step.py", "import package.used\n", True),
        ("package/used.py", "A = 2\n", True),
        ("package/unused.py", "B = 2\n", False),
    ],
)
def test_the_digest_changes_with_the_script_and_what_it_imports_alone(folder, file, text, changes):
    before = code_digest("stage/step.py", folder=folder)
    (folder / file).write_text(text)
    code_digest.cache_clear()

    assert (code_digest("stage/step.py", folder=folder) != before) is changes
