"""Caches of numba and matplotlib: moved only where their own folders cannot be written."""

import os

import pytest

from restpain.config import caches
from restpain.config.caches import cache_folders


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Folders of a study, a package and a home; those in the list returned are read-only."""
    read_only = []
    for name in ("clone/restpain", "home", "study"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "study")
    monkeypatch.setattr(
        caches.os, "access", lambda path, _: os.path.exists(path) and path not in read_only
    )
    return read_only


def folders(tmp_path, **environment):
    environment = {"HOME": str(tmp_path / "home")} | environment
    return cache_folders(environment, scripts=tmp_path / "clone")


def test_caches_stay_where_they_are_if_package_and_home_can_be_written(machine, tmp_path):
    assert folders(tmp_path) == {}


def test_a_package_that_cannot_be_written_moves_the_compiled_functions(machine, tmp_path):
    machine.append(tmp_path / "clone/restpain")

    assert folders(tmp_path) == {"NUMBA_CACHE_DIR": str(tmp_path / "study/.snakemake/numba")}


@pytest.mark.parametrize("home", ["", "/proc/nohome"])
def test_without_a_home_folder_the_settings_of_matplotlib_move(machine, tmp_path, home):
    expected = {"MPLCONFIGDIR": str(tmp_path / "study/.snakemake/matplotlib")}

    assert folders(tmp_path, HOME=home) == expected


def test_what_the_user_has_set_is_kept(machine, tmp_path):
    machine += [tmp_path / "clone/restpain", tmp_path / "home"]

    assert folders(tmp_path, NUMBA_CACHE_DIR="/scratch", MPLCONFIGDIR="/scratch") == {}
