"""The environment files pin the versions of the lock file, and the lock file pins everything."""

import re
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
ENVIRONMENTS = sorted(REPOSITORY.glob("envs/*.yaml"))
LOCK = (REPOSITORY / "requirements.lock").read_text()
TEST_LOCK = (REPOSITORY / "requirements-test.lock").read_text()
PINNED = re.compile(r"^([\w.-]+)==([\w.]+) (?:; .*)?\\$", re.MULTILINE)
LOCKED = dict(PINNED.findall(LOCK))
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


@pytest.mark.parametrize(
    ("requirements", "lock"), [("requirements.in", LOCK), ("requirements-test.in", TEST_LOCK)]
)
def test_a_lock_file_holds_every_requirement_with_its_version_and_hashes(requirements, lock):
    locked = dict(PINNED.findall(lock))
    for line in (REPOSITORY / requirements).read_text().splitlines():
        if not line or line.startswith(("#", "-c ")):
            continue
        name, version = line.split(" ;")[0].split("==")
        assert locked[name.replace(".", "-")] == version
    blocks = re.split(r"^(?=[\w.-]+==)", lock, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(locked)
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_lock_files_agree_on_what_both_hold():
    both = dict(PINNED.findall(TEST_LOCK))

    assert all(LOCKED.get(name, version) == version for name, version in both.items())


@pytest.mark.parametrize("lock", [LOCK, TEST_LOCK], ids=["run", "test"])
def test_a_lock_file_names_no_place_of_download_and_nothing_for_graphics_processors(lock):
    assert "://" not in lock
    assert not re.search(r"^--?\w", lock, re.MULTILINE)  # no option of pip
    unwanted = [
        name
        for name, _ in PINNED.findall(lock)
        if re.search("cuda|nvidia|nccl|triton|^torch", name)
    ]
    assert unwanted == []


@pytest.mark.parametrize("name", ["pytest", "hypothesis", "statsmodels", "ruff", "umap-learn"])
def test_a_run_needs_nothing_that_only_tests_need(name):
    assert name not in LOCKED
