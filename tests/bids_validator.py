"""The validator of BIDS (bids-validator-deno) on a dataset.

It carries the schema of its version, so it needs no network; it is asked for none, with the checks
for a newer Deno switched off and its caches in a folder of their own.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def validator_issues(dataset, cache):
    """Issues of a dataset: severity, code, key or column, and location of each.

    Skips the test where the validator is not installed, unless changes are checked there.
    """
    folders = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    program = shutil.which("bids-validator-deno", path=folders)
    if program is None:
        message = "bids-validator-deno is not installed: make test-environment"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    environment = {key: value for key, value in os.environ.items() if key != "BIDS_SCHEMA"}
    process = subprocess.run(
        [program, "--format", "json", "--max-rows", "-1", dataset],
        env=environment | {"DENO_NO_UPDATE_CHECK": "1", "DENO_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=False,  # it fails where it finds an error
    )
    assert process.stdout, process.stderr
    return [
        (one["severity"], one["code"], one.get("subCode"), one.get("location"))
        for one in json.loads(process.stdout)["issues"]["issues"]
    ]


def errors_and_warnings(issues):
    """Errors with their locations, and the codes of the warnings with their keys."""
    errors = [issue[1:] for issue in issues if issue[0] == "error"]
    return errors, {issue[1:3] for issue in issues if issue[0] == "warning"}
