"""The site of docs/: its pages, what is printed on them, the generated pages, and the build."""

import ast
import copy
import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from snakemake.cli import get_argument_parser
from snakemake.utils import update_config

import configuration_page
from browser import Browser, find_chromium
from printed import blocks
from restpain.config.validation import configuration_problems

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
PAGES = [
    path
    for path in sorted(DOCS.glob("**/*.md"))
    if path.relative_to(DOCS).parts[0] not in ("_build", "generated")
]
MADE = {"generated/configuration", "generated/messages", "generated/api/restpain/index"}
GUIDES = [path for path in PAGES if path.parent.name in ("start", "tutorials", "howto")]
CONFIG = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
SCHEMA = yaml.safe_load((REPOSITORY / "schemas" / "config.schema.yaml").read_text())
TARGETS = {"check", "participants", "audit", "power", "multiverse"}
ELSEWHERE = {"cd", "mkdir", "datalad", "rsync"}  # programs that are not ours


def name_of(page):
    return str(page.relative_to(DOCS).with_suffix(""))


def children(page):
    """Pages in the toctrees of a page, by their names from the top of docs/."""
    for text in blocks(page, "{toctree}"):
        for line in text.splitlines():
            if line and not line.startswith(":"):
                target = re.sub(r"^.* <(.*)>$", r"\1", line)  # with a title of its own
                yield os.path.normpath(os.path.join(page.relative_to(DOCS).parent, target))


def test_every_page_is_reached_from_the_start_page():
    reached, left = set(), ["index"]
    while left:
        name = left.pop()
        if name not in reached:
            reached.add(name)
            left += [] if name in MADE else children(DOCS / f"{name}.md")

    assert reached == {name_of(page) for page in PAGES} | MADE


def keys(section, place=""):
    """Keys of a schema from the top, those of entries and of what it refers to included."""
    if "$ref" in section:
        section = SCHEMA["$defs"][section["$ref"].rsplit("/", 1)[1]]
    for name, key in section.get("properties", {}).items():
        yield name, f"{place}{name}"
        yield from keys(key, f"{place}{name}.")
    for part in (section.get("items"), section.get("additionalProperties")):
        if isinstance(part, dict):
            yield from keys(part, place)
    for part in section.get("oneOf", []):
        yield from keys(part, place)


def reference():
    remarks = configuration_page.remarks((REPOSITORY / "config.yaml").read_text())
    return configuration_page.page(SCHEMA, CONFIG, remarks)


def test_the_reference_has_every_key_of_the_schema():
    page = reference()

    found = list(keys(SCHEMA))
    assert len(found) > 100
    missing = [
        place
        for name, place in found
        if f"`{place}`" not in page and f"`{name}`" not in page and f"## {name}\n" not in page
    ]
    assert missing == []
    sections = [place for name, place in found if place in CONFIG]
    assert all(f"\n## {name}\n" in page for name in sections)
    in_sections = [place for name, place in found if place.count(".") == 1]
    of_sections = [f"{name}.{key}" for name in CONFIG for key in keys_of(CONFIG[name])]
    assert set(of_sections) <= set(in_sections)
    assert all(f"\n### `{place}`\n" in page for place in of_sections)


def keys_of(value):
    return value if isinstance(value, dict) else ()


def test_a_key_has_its_meaning_values_default_and_the_source_of_the_default():
    schema = {
        "properties": {
            "metrics": {
                "properties": {
                    "fwhm_mm": {"type": "number", "minimum": 0, "description": "Kernel in mm."}
                }
            }
        }
    }

    page = configuration_page.page(
        schema, {"metrics": {"fwhm_mm": 6.0}}, {"metrics.fwhm_mm": "paper"}
    )

    assert page.endswith(
        "\n## metrics\n\n(metrics-fwhm_mm)=\n### `metrics.fwhm_mm`\n\nKernel in mm.\n\n"
        ":Values: a number, at least 0\n:Default: `6.0`\n:Remark: paper\n"
    )


@pytest.mark.parametrize(
    "page", [page for page in GUIDES if blocks(page, "yaml")], ids=lambda page: name_of(page)
)
def test_the_configuration_on_a_page_has_no_problem(page):
    config = copy.deepcopy(CONFIG)
    for text in blocks(page, "yaml"):  # each over those before, as a reader would write them
        update_config(config, yaml.safe_load(text))
        assert configuration_problems(config, SCHEMA) == []


@pytest.mark.parametrize(
    ("page", "preset"),
    [("bids", "openneuro_ds002748"), ("fmriprep", "openneuro_ds002748_fmriprep"),
     ("chronic_pain", "openneuro_ds004144"), ("maps", "abide_dparsf")],
)  # fmt: skip
def test_the_configuration_on_a_page_is_that_of_its_preset(page, preset):
    shown = yaml.safe_load(blocks(DOCS / "tutorials" / f"{page}.md", "yaml")[0])

    assert shown == yaml.safe_load((REPOSITORY / "presets" / f"{preset}.yaml").read_text())


@pytest.mark.parametrize(
    "command",
    sorted({line for page in [DOCS / "index.md", *GUIDES] for text in blocks(page, "sh")
            for line in text.replace("\\\n", " ").splitlines() if line}),
)  # fmt: skip
def test_a_printed_command_can_be_read_and_names_what_there_is(command):
    program, *arguments = shlex.split(command)

    for path in re.findall(r"\bCLONE/([\w./-]+)", command):
        if not path.startswith(".venv"):
            assert (REPOSITORY / path).exists()
    if program == "snakemake":
        options = get_argument_parser().parse_args(arguments)
        assert set(options.targets) <= TARGETS
    elif program == "make":
        makefile = (REPOSITORY / "Makefile").read_text()
        for argument in arguments:
            name, equals, _ = argument.partition("=")
            assert re.search(
                rf"^{name} \?=|\$\({name}\)" if equals else rf"^{name}:", makefile, re.M
            )
    elif program == "python":
        ast.parse(arguments[arguments.index("-c") + 1])
    elif program not in ELSEWHERE:
        assert program in ("source", ".venv/bin/bids-validator-deno")


def index_is_reached():
    """Package index, or whatever pip is set to take in its place."""
    if os.environ.get("CI"):
        return True
    settings = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True
    )
    if "index" in settings.stdout or os.environ.get("PIP_INDEX_URL"):
        return True
    try:
        socket.create_connection(("pypi.org", 443), timeout=5).close()
    except OSError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.skipif(not index_is_reached(), reason="no package index")
def test_the_site_is_built_in_a_fresh_environment_and_works_offline(tmp_path):
    result = subprocess.run(
        ["make", "docs", f"VENV_DOCS={tmp_path / 'venv'}", f"DOCS_BUILD={tmp_path / 'site'}"],
        cwd=REPOSITORY, capture_output=True, text=True,
    )  # fmt: skip

    assert result.returncode == 0, result.stdout + result.stderr
    html = tmp_path / "site" / "html"
    assert "restpain.metrics.reho.reho" in (
        html / "generated/api/restpain/metrics/reho/index.html"
    ).read_text(encoding="utf-8")
    assert "<math" in (html / "reference/glossary.html").read_text(encoding="utf-8")
    if not find_chromium():
        assert not os.environ.get("CI")
        return
    with Browser(find_chromium()) as browser:
        pages = (
            "index",
            "tutorials/maps",
            "generated/configuration",
            "metrics",
            "rules",
            "outputs",
        )
        for page in pages:
            for width in (1300, 380):
                browser.open((html / f"{page}.html").as_uri(), width=width)
                assert browser.complaints() == []
                assert all(address.startswith("file:") for address in browser.requests())
                assert browser.run("document.documentElement.scrollWidth") <= width
        browser.open((html / "search.html").as_uri() + "?q=homogeneity", width=1300)
        found = browser.run(
            "new Promise(done => { const look = () => { const links = "
            "document.querySelectorAll('#search-results li a'); links.length "
            "? done([...links].map(link => link.href)) : setTimeout(look, 100) }; look() })"
        )
        assert any(address.split("?")[0].endswith("glossary.html") for address in found)
