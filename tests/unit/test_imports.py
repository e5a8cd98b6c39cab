"""What each script imports, its package modules included, against the environment of its rule.

Without ``--sdm conda`` every package is there, and a missing one would go unnoticed.
"""

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml
from test_conventions import SCRIPT_RULES, STAGE

REPOSITORY = Path(__file__).parents[2]
SCRIPTS = REPOSITORY / "scripts"
# packages whose module has another name
PACKAGES = {
    "PIL": "pillow",
    "SimpleITK": "simpleitk",
    "autogluon": "autogluon.tabular",
    "isal": "python-isal",
    "docx": "python-docx",
    "markupsafe": "jinja2",  # comes with it
    "picsl_greedy": "picsl-greedy",
    "sklearn": "scikit-learn",
    "xgboost": "xgboost-cpu",
    "yaml": "pyyaml",
}
OPTIONAL = {"torch"}  # imported for the learner NN_TORCH alone, which is refused without it
LOCATED = re.compile(r'distribution\("([\w.-]+)"\)')  # packages whose data are read, not imported


@cache
def imported(path):
    """Names of the modules that a file imports anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@cache
def third_party(path):
    """Packages that a file and the modules of ours that it imports need."""
    needed = set()
    files, seen = [path], set()
    while files:
        file = files.pop()
        seen.add(file)
        needed |= set(LOCATED.findall(file.read_text()))
        for name in imported(file):
            top = name.split(".")[0]
            if top == "restpain":
                module = SCRIPTS / f"{name.replace('.', '/')}.py"
                if module.exists() and module not in seen:
                    files.append(module)
            elif top not in sys.stdlib_module_names | OPTIONAL:
                needed.add(PACKAGES.get(top, top))
    return frozenset(needed)


def environment(rule):
    """Packages of the environment of a rule."""
    name = re.search(r'"\.\./envs/(\w+)\.yaml"', SCRIPT_RULES[rule])[1]
    content = yaml.safe_load((REPOSITORY / "envs" / f"{name}.yaml").read_text())
    packages = set()
    for entry in content["dependencies"]:
        lines = entry["pip"] if isinstance(entry, dict) else [entry]
        packages |= {re.split(r"[ =]", line)[0] for line in lines}
    return packages


@pytest.mark.parametrize("rule", SCRIPT_RULES)
def test_the_environment_of_a_rule_has_all_that_its_script_imports(rule):
    assert third_party(SCRIPTS / STAGE[rule] / f"{rule}.py") <= environment(rule)


def test_an_environment_holds_nothing_that_no_script_needs():
    # the learners of AutoGluon and the installer of pip's lines are used by name only
    by_name = {"python", "pip", "lightgbm", "catboost", "xgboost-cpu"}
    for path in REPOSITORY.glob("envs/*.yaml"):
        rules = [name for name, body in SCRIPT_RULES.items() if f"/{path.name}" in body]
        scripts = [SCRIPTS / STAGE[name] / f"{name}.py" for name in rules]
        needed = set().union(*map(third_party, scripts))
        assert environment(rules[0]) - needed <= by_name, path.name
