"""Configuration of the site that ``make docs`` builds from the pages of this folder."""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
sys.path[:0] = [str(HERE), str(REPOSITORY / "scripts")]

import configuration_page  # noqa: E402
import mathml  # noqa: E402
import troubleshooting_page  # noqa: E402
from restpain.version import citation_field  # noqa: E402

project = "restpain"
author = "the restpain developers"
release = version = citation_field("version")
html_title = f"{project} {release}"
language = "en-GB"

extensions = [
    "myst_parser",
    "sphinx_design",
    "sphinx.ext.autodoc",
    "numpydoc",
    "autoapi.extension",
]
exclude_patterns = ["_build", "captions"]

# Markdown as on the pages: headings as targets, equations between dollar signs
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3

# The API is read from the sources; nothing of a run is imported or installed.
autoapi_dirs = [str(REPOSITORY / "scripts" / "restpain")]
autoapi_root = "generated/api"
autoapi_add_toctree_entry = False
autoapi_options = ["members", "undoc-members", "show-module-summary"]
autoapi_keep_files = False
numpydoc_show_class_members = False

suppress_warnings = ["autoapi.python_import_resolution"]  # constants, which have no page

nitpicky = True
nitpick_ignore_regex = [  # names of other packages and builtins
    (r"py:.*", r"(?!restpain).*"),
    (r"py:.*", r"restpain\.io\.nibabel_without_pydicom\.nib\..*"),
]

html_theme = "pydata_sphinx_theme"
html_theme_options = {
    "show_prev_next": True,
    "navbar_align": "left",
    "collapse_navigation": True,  # a whole tree on each of many pages takes minutes to write
    "navigation_depth": 3,
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "navigation_with_keys": False,
}
html_context = {"default_mode": "auto"}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
copyright = f"{author}; BSD-3-Clause"


def adapt_links(app, name: str, source: list[str]) -> None:
    """Lead links to pages outside of this folder to the pages of the site that include them."""
    source[0] = re.sub(r"\]\((\.\./)+CONTRIBUTING\.md\)", "](/contributing.md)", source[0])


def escape_signs(app, what, name, obj, options, lines: list[str]) -> None:
    """Keep ``|t|`` and ``(*shape, 3)``, outside of code and equations, as they are."""
    for number, line in enumerate(lines):
        if ".. math::" not in line:
            parts = re.split(r"(`+[^`]*`+)", line)
            parts[::2] = [re.sub(r"(\||(?<=\()\*)", r"\\\1", part) for part in parts[::2]]
            lines[number] = "".join(parts)


def setup(app) -> None:
    """Write the generated pages and connect what the pages need."""
    configuration_page.write(HERE / "generated" / "configuration.md")
    troubleshooting_page.write(HERE / "generated" / "messages.md")
    app.connect("source-read", adapt_links)
    app.connect("autodoc-process-docstring", escape_signs)
    mathml.register(app)
