"""The call of a script's function, from objects as Snakemake makes them."""

import gc
import logging

import pytest
from snakemake.iocontainers import Namedlist

from restpain.io.job import run_job


class Job:
    def __init__(self, log, given=(), made=(), params=(), wildcards=()):
        self.log = [str(log)]
        self.input, self.output, self.params, self.wildcards = (
            Namedlist(fromdict=dict(part)) for part in (given, made, params, wildcards)
        )


@pytest.fixture(autouse=True)
def logging_as_before():
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    for handler in logging.root.handlers[:]:
        logging.root.removeHandler(handler)
        if handler not in handlers:
            handler.close()
    logging.root.handlers, logging.root.level = handlers, level
    logging.captureWarnings(False)


@pytest.fixture(autouse=True)
def garbage_collection_as_before():
    yield
    gc.unfreeze()


def test_arguments_are_filled_by_their_names(tmp_path):
    calls = []

    def step(*, mask_path, maps_paths, one_paths, none_path, folder, table_path, limit, subject):
        calls.append(locals())

    job = Job(
        tmp_path / "log",
        given={"mask": "m.nii", "maps": ["a", "b"], "one": "c", "none": [], "folder": "raw"},
        made={"table": "t.tsv"},
        params={"limit": None, "unread": 1},
        wildcards={"subject": "01"},
    )
    run_job(step, job)

    (called,) = calls
    called.pop("calls")
    assert called == {
        "mask_path": "m.nii",
        "maps_paths": ["a", "b"],
        "one_paths": ["c"],
        "none_path": None,
        "folder": "raw",
        "table_path": "t.tsv",
        "limit": None,
        "subject": "01",
    }


def test_all_inputs_are_given_by_name(tmp_path):
    def step(*, inputs):
        assert inputs == {"a": "1", "b": "2"}

    run_job(step, Job(tmp_path / "log", given={"a": "1", "b": "2"}))


def test_garbage_is_not_searched_at_the_end_of_python(tmp_path):
    made = []

    def step():
        made.append([[] for _ in range(1000)])

    gc.unfreeze()
    run_job(step, Job(tmp_path / "log"))

    assert gc.get_freeze_count() > 1000
    assert all(made[0] is not tracked for tracked in gc.get_objects())


def test_a_name_of_an_input_and_of_an_output_is_refused(tmp_path):
    def step(*, mask_path):
        raise AssertionError

    with pytest.raises(TypeError, match="mask is an input and an output of the rule"):
        run_job(step, Job(tmp_path / "log", given={"mask": "a"}, made={"mask": "b"}))


def test_several_files_where_one_is_taken_are_refused(tmp_path):
    def step(*, maps_path):
        raise AssertionError

    with pytest.raises(TypeError, match="2 files where the script takes one"):
        run_job(step, Job(tmp_path / "log", given={"maps": ["a", "b"]}))
