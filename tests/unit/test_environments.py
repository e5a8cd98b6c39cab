"""The environment files pin the versions of the lock file, and the lock file pins everything."""

import re
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
ENVIRONMENTS = sorted(REPOSITORY.glob("envs/*.yaml"))
LOCK = (REPOSITORY / "requirements.lock").read_text()
LOCKED = dict(re.findall(r"^([\w.-]+)==([\w.]+) \\$", LOCK, re.MULTILINE))
# conda-forge's names of packages that are called otherwise elsewhere
OTHER_NAMES = {"python-isal": "isal"}


def pins(environment):
    """Package and version of each line, conda's and pip's alike."""
    content = yaml.safe_load(environment.read_text())
    for entry in content["dependencies"]:
        if isinstance(entry, dict):
            for line in entry["pip"]:
                yield tuple(line.split("=="))
        elif entry != "pip":
            yield tuple(entry.split(" ="))


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda path: path.stem)
def test_an_environment_pins_the_versions_of_the_lock_file(environment):
    for name, version in pins(environment):
        if name == "python":
            assert version == "3.11"
        else:
            assert LOCKED[OTHER_NAMES.get(name, name).replace(".", "-")] == version, name


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda path: path.stem)
def test_an_environment_is_the_environment_of_a_rule(environment):
    rules = "".join(path.read_text() for path in REPOSITORY.glob("rules/*.smk"))

    assert f'"../envs/{environment.name}"' in rules


def test_the_lock_file_holds_every_requirement_with_its_version_and_hashes():
    for line in (REPOSITORY / "requirements.in").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        name, _, version = line.partition("==")
        locked = LOCKED[name.replace(".", "-")]
        assert version in ("", locked)
    blocks = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_lock_file_names_no_place_of_download():
    assert "://" not in LOCK
    assert not re.search(r"^(torch|nvidia[\w-]*)==", LOCK, re.MULTILINE)
