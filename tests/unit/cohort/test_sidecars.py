"""Sidecars of a BIDS dataset, inherited; and what is wrong with them."""

import json

import pytest

from restpain.cohort.sidecars import Sidecars, parsed
from restpain.io.tables import write_json

NAME = "sub-01_task-rest_run-2_bold"


@pytest.fixture(name="image")
def image_in_dataset(tmp_path):
    path = tmp_path / "sub-01" / "func" / f"{NAME}.nii.gz"
    path.parent.mkdir(parents=True)
    return path


def test_nearer_sidecars_win_and_those_of_other_runs_do_not_apply(tmp_path, image):
    write_json(tmp_path / "task-rest_bold.json", {"RepetitionTime": 1.0, "EchoTime": 0.03})
    write_json(tmp_path / "bold.json", {"RepetitionTime": 9.0, "FlipAngle": 80})
    write_json(tmp_path / "task-faces_bold.json", {"EchoTime": 9.0})
    write_json(image.with_name("sub-01_task-rest_run-1_bold.json"), {"EchoTime": 9.0})
    write_json(image.with_name("Smithson_bold.json"), {"EchoTime": 9.0})
    write_json(image.with_name(f"{NAME}.json"), {"RepetitionTime": 2.0})

    content, origin, broken = Sidecars(tmp_path).of(image)

    assert content == {"RepetitionTime": 2.0, "FlipAngle": 80, "EchoTime": 0.03}
    assert origin["RepetitionTime"] == f"{NAME}.json"
    assert (origin["EchoTime"], origin["FlipAngle"]) == ("task-rest_bold.json", "bold.json")
    assert broken == []


def test_a_file_that_is_no_sidecar_is_named_and_the_others_are_read(tmp_path, image):
    (tmp_path / "task-rest_bold.json").symlink_to("nowhere")
    (tmp_path / "task-faces_bold.json").write_text("{")  # of another run, not read
    write_json(image.with_name(f"{NAME}.json"), {"EchoTime": 0.03})
    sidecars = Sidecars(tmp_path)

    content, _, broken = sidecars.of(image)

    assert content == {"EchoTime": 0.03}
    assert broken == ["task-rest_bold.json"]
    assert sidecars.faults == {
        "task-rest_bold.json": (
            "a link to a file that is not there",
            "the sidecar",
            "fetch it (datalad get)",
        )
    }


def test_a_mark_of_utf_8_is_no_fault():
    assert parsed(b"\xef\xbb\xbf" + b'{"a": 1}') == ({"a": 1}, None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": "Universit\u00e9"}'.encode("latin-1"), "not UTF-8 (byte 17)"),
        (b"\xef\xbb\xbf" + '{"a": "Universit\u00e9"}'.encode("latin-1"), "not UTF-8 (byte 20)"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8 (byte 1)"),
        (b'{"a": 1,\n "b": }', "no JSON (line 2: Expecting value)"),
        (b"", "no JSON (line 1: Expecting value)"),
        (b"[" * 100_000, "no JSON that can be read"),
        (b"9" * 10_000, "no JSON that can be read"),
        (b"[2]", "JSON that is no object"),
        (b"null", "JSON that is no object"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(text, found):
    content, fault = parsed(text)

    assert content is None
    assert fault[0] == found


def test_each_file_is_read_once(tmp_path, image, monkeypatch):
    write_json(tmp_path / "task-rest_bold.json", {"RepetitionTime": 2.0})
    sidecars = Sidecars(tmp_path)
    first = sidecars.of(image)
    monkeypatch.setattr(json, "loads", None)

    assert sidecars.of(image) == first
