"""The conventions of the repository that a machine can check."""

import ast
import re
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
SCRIPTS = REPOSITORY / "scripts"
STAGE = {
    path.stem: path.parent.name
    for path in SCRIPTS.glob("*/*.py")
    if path.parent.name != "restpain"
}


# the digest, and what must merely have been checked or finished
UNREAD = {"code", "checked", "finished"}


def with_names(text):
    """Rules made in a loop, ``name: f"rule_{number}"``, as the others are written."""
    return re.sub(
        r'^( *)rule:\n((?: *""".*"""\n)?) *name:\s+f"(\w+)_\{\w+\}"\n',
        r"\1rule \3:\n\2",
        text,
        flags=re.MULTILINE,
    )


def rules():
    """Name and body of every rule with a script, bodies brought to the indentation of the top."""
    found = {}
    for path in sorted(REPOSITORY.glob("rules/*.smk")):
        for match in re.finditer(
            r"^( *)(?:rule|checkpoint) (\w+):\n((?:\1    .*\n|\n)+)",
            with_names(path.read_text()),
            re.MULTILINE,
        ):
            indent, name, body = match.groups()
            body = re.sub(rf"^{indent}", "", body, flags=re.MULTILINE)
            if "    script:" in body:
                found.setdefault(name, body)
    return found


SCRIPT_RULES = rules()


def declared(section, body):
    """Names given in one section of a rule."""
    block = re.search(rf"^    {section}:\n((?:        .*\n)+)", body, re.MULTILINE)
    if not block:
        return set()
    named = re.findall(r"^        (\w+)=", block[1], re.MULTILINE)
    for keys in re.findall(r"\*\*settings\((.*?)\)", block[1], re.DOTALL):
        named += re.findall(r'"(\w+)"', keys)[1:]  # behind the section of the configuration
    return set(named)


@pytest.mark.parametrize("name", SCRIPT_RULES)
def test_a_rule_runs_the_script_of_its_name(name):
    assert f'"../scripts/{STAGE[name]}/{name}.py"' in SCRIPT_RULES[name]


@pytest.mark.parametrize("name", SCRIPT_RULES)
@pytest.mark.parametrize("section", ["log", "benchmark", "conda"])
def test_a_rule_states_what_it_needs_to_run(name, section):
    assert f"    {section}:" in SCRIPT_RULES[name]


@pytest.mark.parametrize("name", SCRIPT_RULES)
def test_a_rule_says_what_it_computes(name):
    assert re.match(r'    """[A-Z]', SCRIPT_RULES[name])


@pytest.mark.parametrize("name", SCRIPT_RULES)
def test_a_rule_reruns_when_its_code_changes(name):
    assert f'code=code_digest("{STAGE[name]}/{name}.py")' in SCRIPT_RULES[name]


# a second attempt of the check of the cohort would miss the indices that the first one removed
@pytest.mark.parametrize("name", ["import_participants", "check_cohort", "check_design"])
def test_what_looks_for_faults_of_the_data_is_not_submitted_again(name):
    assert re.search("^    retries: 0 ", SCRIPT_RULES[name], re.MULTILINE)


def arguments(name):
    """Arguments of the function of a script, which its rule fills by their names."""
    tree = ast.parse((SCRIPTS / STAGE[name] / f"{name}.py").read_text())
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert not functions[name].args.args, f"{name} takes keyword arguments only"
    return {argument.arg for argument in functions[name].args.kwonlyargs}


@pytest.mark.parametrize("name", SCRIPT_RULES)
def test_a_script_takes_all_that_its_rule_declares_and_nothing_else(name):
    body = SCRIPT_RULES[name]
    inputs, outputs = declared("input", body), declared("output", body)
    params = declared("params", body) - UNREAD
    wildcards = set(re.findall(r"(?<!\{)\{(\w+)\}", body))
    taken = arguments(name)

    assert not inputs & outputs or {"inputs", "outputs"} <= taken
    assert params <= taken
    paths = {argument for argument in taken if argument.endswith(("_path", "_paths"))}
    files = {argument.rpartition("_")[0] for argument in paths}
    folders = taken - paths - params - wildcards - {"inputs", "outputs"}
    given = (set() if "inputs" in taken else inputs) | (set() if "outputs" in taken else outputs)
    assert files | folders <= inputs | outputs
    written_beside = {output for output in outputs if output.endswith("sidecar")}
    assert given - UNREAD - written_beside <= files | folders


@pytest.mark.parametrize("name", SCRIPT_RULES)
def test_a_script_is_called_with_what_its_rule_declares(name):
    script = (SCRIPTS / STAGE[name] / f"{name}.py").read_text()

    assert script.endswith(f'if __name__ == "__main__":\n    run_job({name}, snakemake)\n')
    assert script.count("snakemake") == 1


# the stages that follow the quality control
GROUP_LEVEL = {"group", "connectivity", "association", "classification", "recovery", "tables"}
GROUP_LEVEL |= {"figures", "report"}
# inputs with one file of everybody who was preprocessed
OF_EVERYBODY = {"maps", "series", "masks", "fc", "fc_maps", "func_qc", "anat_qc", "pictures"}


@pytest.mark.parametrize(
    "name", sorted(name for name in SCRIPT_RULES if STAGE[name] in GROUP_LEVEL)
)
def test_who_is_left_out_by_quality_control_does_not_enter_the_group_level(name):
    assert "results/cohort/participants.tsv" not in SCRIPT_RULES[name].partition("output:")[0]

    script = (SCRIPTS / STAGE[name] / f"{name}.py").read_text()
    for given in declared("input", SCRIPT_RULES[name]) & OF_EVERYBODY:
        assert re.search(rf"""of_analysed\((inputs\["{given}"\]|{given}_paths),""", script)


def test_every_script_belongs_to_a_rule():
    assert set(STAGE) == set(SCRIPT_RULES)


@pytest.mark.parametrize(
    "path", sorted(REPOSITORY.glob("scripts/restpain/**/*.py")), ids=lambda path: path.stem
)
def test_every_public_function_of_the_package_has_a_docstring(path):
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name


def keys(mapping, prefix=()):
    """Paths of all leaves of a nested mapping."""
    for key, value in mapping.items():
        if isinstance(value, dict):
            yield from keys(value, (*prefix, key))
        else:
            yield (*prefix, key)


CONFIG = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
SCHEMA = yaml.safe_load((REPOSITORY / "schemas" / "config.schema.yaml").read_text())
READ_BY_RULES = "".join(
    path.read_text() for path in [*REPOSITORY.glob("rules/*.smk"), REPOSITORY / "Snakefile"]
)


@pytest.mark.parametrize("path", list(keys(CONFIG)), ids=".".join)
def test_a_key_of_the_configuration_is_described_read_and_says_where_it_comes_from(path):
    described = SCHEMA
    for part in path:
        described = described["properties"][part]
    assert described["description"].strip()

    read = "alternatives" if "alternatives" in path else path[-1]
    assert f'["{read}"]' in READ_BY_RULES or f'"{read}"' in READ_BY_RULES

    line = re.search(rf"^ *{path[-1]}:.*$", (REPOSITORY / "config.yaml").read_text(), re.MULTILINE)
    assert "#" in line[0], f"{path[-1]} has no remark"


def test_no_description_of_the_schema_was_cut_at_a_comma():
    def nothing(node, path=()):
        for key, value in node.items() if isinstance(node, dict) else ():
            if value is None:
                yield (*path, key)
            yield from nothing(value, (*path, key))

    assert list(nothing(SCHEMA)) == []


def test_compiled_code_keeps_to_the_order_of_its_sums():
    # with fastmath a function compiled in this process and the same one loaded from the cache
    # differed in the last digit, so the first job of a run gave other bytes than a later one
    for path in REPOSITORY.glob("scripts/restpain/**/*.py"):
        assert "fastmath" not in path.read_text(), path.name


def test_nibabel_is_imported_in_one_place_where_it_does_not_bring_pydicom():
    for path in REPOSITORY.glob("scripts/**/*.py"):
        if path.name != "nibabel_without_pydicom.py":
            assert not re.search(r"^\s*(import|from) nibabel\b", path.read_text(), re.MULTILINE), (
                path
            )


PROFILES = [
    yaml.safe_load((REPOSITORY / "profiles" / name / "config.yaml").read_text())
    for name in ("slurm", "cluster-generic")
]


def test_the_profiles_for_clusters_submit_the_same_jobs_together():
    slurm, generic = PROFILES

    assert slurm["groups"] == generic["groups"]
    assert slurm["group-components"] == generic["group-components"]


def test_the_groups_of_the_profiles_are_made_of_rules_that_are_not_in_batches():
    """A rule that is in neither is submitted alone."""
    grouped = set(PROFILES[0]["groups"])
    batches = {
        rule: re.search(r"^    group:\n        in_batches\(\"(\w+)\"\)", body, re.MULTILINE)
        for rule, body in SCRIPT_RULES.items()
    }
    batches = {rule: match[1] for rule, match in batches.items() if match}

    assert set(batches.values()) == set(PROFILES[0]["group-components"])
    assert grouped <= set(SCRIPT_RULES) - batches.keys()


ORDER = (  # a package imports only those above it
    *("io", "", "presentation", "cohort", "preprocessing", "metrics", "quality", "group"),
    *("connectivity", "association", "classification", "simulation", "recovery", "power"),
    *("published", "tables", "figures", "report", "multiverse", "config"),
)
MODULES = {
    path: "" if path.parent.name == "restpain" else path.parent.name
    for path in sorted(SCRIPTS.glob("restpain/**/*.py"))
    if path.name != "__init__.py"
}
STAGE_SCRIPTS = {
    path: path.parent.name for path in sorted(SCRIPTS.glob("*/*.py")) if path.stem in STAGE
}


def imported_packages(path):
    """Packages of restpain that a file imports from; "" for its root modules."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for parts in (name.split(".") for name in names):
            if parts[0] == "restpain" and len(parts) > 1:
                yield parts[1] if parts[1] in ORDER else ""


@pytest.mark.parametrize(
    ("path", "stage"),
    [*MODULES.items(), *STAGE_SCRIPTS.items()],
    ids=lambda value: value and str(value).removeprefix(f"{SCRIPTS}/"),
)
def test_a_file_imports_only_from_its_own_stage_and_those_before_it(path, stage):
    for package in imported_packages(path):
        assert ORDER.index(package) <= ORDER.index(stage), package


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SCRIPTS)))
def test_a_module_has_its_tests(path):
    stage = MODULES[path]
    test = REPOSITORY / "tests" / "unit" / stage / f"test_{path.stem}.py"

    assert test.exists()


@pytest.mark.parametrize(
    "path",
    sorted(path for path in REPOSITORY.glob("tests/unit/*/test_*.py")),
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_a_test_file_belongs_to_a_module_or_script_of_its_stage(path):
    stage, name = path.parent.name, path.stem.removeprefix("test_")

    tested = (SCRIPTS / "restpain" / stage / f"{name}.py", SCRIPTS / stage / f"{name}.py")
    assert any(file.exists() for file in tested)


@pytest.mark.parametrize(
    ("pattern", "most"),
    [
        ("rules/*.smk", 250),
        ("scripts/restpain/**/*.py", 350),
        ("scripts/[!r]*/*.py", 120),
        ("scripts/re[!s]*/*.py", 120),
        ("tests/**/test_*.py", 500),
        ("docs/*.md", 200),
        ("docs/[!_g]*/*.md", 200),
    ],
)
def test_a_file_is_short_enough_to_be_read_at_once(pattern, most):
    lengths = {
        str(path.relative_to(REPOSITORY)): len(path.read_text().splitlines())
        for path in REPOSITORY.glob(pattern)
        if path.name != "outputs.md"  # generated, and not to be read at once
    }

    assert lengths
    assert {name for name, length in lengths.items() if length > most} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SCRIPTS)))
def test_no_docstring_opens_with_a_question_word(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            opening = (ast.get_docstring(node) or "").split(" ")[0]
            assert opening not in {"What", "How", "Whether", "Who", "Where", "Which", "Why"}
