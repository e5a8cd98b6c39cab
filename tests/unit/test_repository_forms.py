"""Forms of the repository: they can be read, and what they name exists."""

from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
FORMS = sorted((REPOSITORY / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_has_a_name_and_fields_that_differ(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))

    assert form["name"]
    assert form["description"]
    fields = [part for part in form["body"] if part["type"] != "markdown"]
    ids = [field["id"] for field in fields]
    assert len(ids) == len(set(ids)) > 0
    assert all(field["attributes"]["label"] for field in fields)
    assert any(field.get("validations", {}).get("required") for field in fields)


def test_the_workflow_runs_what_every_change_must_pass():
    workflow = yaml.safe_load((REPOSITORY / ".github/workflows/tests.yml").read_text())

    commands = [step.get("run", "") for step in workflow["jobs"]["all"]["steps"]]
    assert any(command.endswith(".ci/run") for command in commands)
    assert (REPOSITORY / ".ci/run").exists()
