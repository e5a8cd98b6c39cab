"""A job calls the function of its script with what the rule declares, and logs what stops it."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from restpain.io.job import run_job


def job(tmp_path, *, inputs=None, outputs=None, params=None, wildcards=None):
    """Stand-in of the object that Snakemake hands to a script."""
    return SimpleNamespace(
        log=[tmp_path / "job.log"],
        input=inputs or {},
        output=outputs or {},
        params=params or {},
        wildcards=wildcards or {},
    )


@pytest.fixture(autouse=True)
def _logging_as_before(monkeypatch):
    monkeypatch.setattr("restpain.io.job.start_log", lambda path: None)


def test_arguments_are_filled_by_their_names(tmp_path):
    given = []

    def compute(
        *, mask_path, maps_paths, ratings_path, table_path, band_hz, site, subject, folder
    ):
        given.append(locals())

    run_job(
        compute,
        job(
            tmp_path,
            inputs={"mask": "m.nii", "maps": ["a.nii", "b.nii"], "ratings": [], "folder": "data"},
            outputs={"table": "t.tsv"},
            params={"band_hz": (0.01, 0.08), "site": None},
            wildcards={"subject": "01"},
        ),
    )

    assert {name: given[0][name] for name in given[0] if name != "given"} == {
        "mask_path": "m.nii",
        "maps_paths": ["a.nii", "b.nii"],
        "ratings_path": None,
        "table_path": "t.tsv",
        "band_hz": (0.01, 0.08),
        "site": None,
        "subject": "01",
        "folder": "data",
    }


def test_a_single_file_is_a_list_where_several_are_taken_and_all_come_by_name(tmp_path):
    taken = []

    def compute(*, maps_paths, inputs):
        taken.extend((maps_paths, inputs))

    run_job(compute, job(tmp_path, inputs={"maps": "a.nii"}))

    assert taken == [["a.nii"], {"maps": "a.nii"}]


def test_two_files_where_one_is_taken_and_one_name_for_two_files_are_errors(tmp_path):
    def compute(*, maps_path):
        raise AssertionError

    with pytest.raises(TypeError, match="gives 2 files where the script takes one"):
        run_job(compute, job(tmp_path, inputs={"maps": ["a.nii", "b.nii"]}))
    with pytest.raises(TypeError, match="maps is an input and an output of the rule"):
        run_job(compute, job(tmp_path, inputs={"maps": "a"}, outputs={"maps": "b"}))


def test_an_error_for_the_user_is_one_sentence_on_the_console_and_a_traceback_in_the_log(tmp_path):
    log = tmp_path / "job.log"
    program = (
        f"from restpain.io.job import start_log\nstart_log({str(log)!r})\n"
        "raise ValueError('a.nii: 3 slices; expected 4')"
    )

    process = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3] / "scripts",
    )

    assert process.returncode == 1
    assert process.stderr == "stopped: a.nii: 3 slices; expected 4\n"
    assert "CRITICAL stopped: a.nii: 3 slices; expected 4\nTraceback" in log.read_text()
