"""Requested memory and time, and the permutations of a job."""

import json
from types import SimpleNamespace

import pytest

from restpain.config.resources import by_headers, numbers_of_job, on_retry


def test_each_retry_requests_as_much_again():
    requested = on_retry(2000, 30)

    assert [requested["mem_mb"](None, attempt=attempt) for attempt in (1, 2, 3)] == [
        2000,
        4000,
        6000,
    ]
    assert requested["runtime"](None, attempt=2) == 60


def test_a_participants_job_requests_memory_and_time_by_the_size_of_its_series(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    requested = by_headers("rest", memory_mb=(600, 4), minutes=(10, 0.02))
    wildcards = SimpleNamespace(subject="01")

    assert requested["mem_mb"](wildcards, attempt=2) == 1200  # before the headers are read
    index = tmp_path / "results/cohort/index/sub-01.json"
    index.parent.mkdir(parents=True)
    rest = {"kind": "rest", "matrix": [100, 100, 50], "n_volumes": 1000}  # 2,000 MB as float32
    index.write_text(json.dumps({"series": [rest]}))
    assert requested["mem_mb"](wildcards, attempt=1) == 600 + 4 * 2000
    assert requested["runtime"](wildcards, attempt=1) == 50


@pytest.mark.parametrize("total", [1, 499, 500, 501, 1200])
def test_the_jobs_share_out_all_permutations_once(total):
    jobs = [numbers_of_job(job, per_job=500, total=total) for job in range(-(-total // 500))]

    assert [number for job in jobs for number in job] == list(range(total))
    assert all(1 <= len(job) <= 500 for job in jobs)


def test_a_job_of_several_participants_takes_the_largest_memory_and_all_their_time(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "results/cohort/index"
    folder.mkdir(parents=True)
    for subject, n_volumes in (("01", 1000), ("02", 500)):
        rest = {"kind": "rest", "matrix": [100, 100, 50], "n_volumes": n_volumes}
        (folder / f"sub-{subject}.json").write_text(json.dumps({"series": [rest]}))

    requested = by_headers(
        "rest", memory_mb=(600, 4), minutes=(10, 0.02), participants=["01", "02", "03"]
    )

    assert requested["mem_mb"](SimpleNamespace(), attempt=1) == 600 + 4 * 2000
    assert requested["runtime"](SimpleNamespace(), attempt=1) == 10 + 0.02 * 3000
