"""Report page made of independent sections, and pages from one template.

A section is a module ``section_NAME.py`` with one function ``NAME_section`` that returns a
:class:`Section`, and a template ``templates/section_NAME.html.j2`` that shows it. The script
``build_report.py`` lists the sections in their order, from which the table of contents follows.

Everything is plain data until a template is filled, which escapes every text. No date, no time and
no path of the machine goes in, so that the same results give the same bytes.
"""

import base64
import io
from dataclasses import dataclass, field

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup
from PIL import Image

FRAME = "report.html.j2"
FIGURE_WIDTH = 2040  # pixels
FIGURE_QUALITY = 88  # of WebP, of 100


@dataclass(frozen=True)
class Section:
    """One section of the page.

    Attributes
    ----------
    name : str
        Anchor of the section, and ``section_{name}.html.j2`` is its template.
    title : str
        In the list of contents.
    heading : str
        Over the section; empty for none.
    content : dict
        What the template shows, beside the context that all sections share.
    """

    name: str
    title: str
    heading: str
    content: dict = field(default_factory=dict)


def webp(picture: Image.Image, *, quality: int, method: int) -> str:
    """Encode a picture as a WebP data URI; ``method`` is its effort, up to 6."""
    content = io.BytesIO()
    picture.save(content, format="WEBP", quality=quality, method=method)
    return "data:image/webp;base64," + base64.b64encode(content.getvalue()).decode("ascii")


def resized(picture: Image.Image, *, width: int) -> Image.Image:
    """Resize a picture to ``width`` pixels, its proportions kept."""
    height = max(round(picture.height * width / picture.width), 1)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def embedded_picture(content: bytes, *, width: int, quality: int) -> str:
    """Shrink a picture to at most ``width`` pixels and give it as a WebP data URI."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    if picture.width > width:
        picture = resized(picture, width=width)
    return webp(picture, quality=quality, method=6)


def embedded_figure(content: bytes) -> str:
    """Give a figure (PNG) as a data URI, wide enough for a page in print."""
    return embedded_picture(content, width=FIGURE_WIDTH, quality=FIGURE_QUALITY)


def span(rows: list[dict], key: str) -> list[dict]:
    """Mark the first row of each run of equal ``key`` with the run's length, for a tall cell."""
    for index, row in enumerate(rows):
        first = index == 0 or rows[index - 1][key] != row[key]
        length = 0
        if first:
            length = 1
            while index + length < len(rows) and rows[index + length][key] == row[key]:
                length += 1
        row["span"] = length
    return rows


def report_environment(templates: dict[str, str]) -> Environment:
    """Templates by file name; every text is escaped, an unknown name is an error."""
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=DictLoader(templates),
    )


def render_report(sections: list[Section | None], shared: dict, templates: dict[str, str]) -> str:
    """Fill the page.

    Parameters
    ----------
    sections : list of Section or None
        In the order of the page; None is a section that this study does not have.
    shared : dict
        What every template may show, such as the labels of the groups.
    templates : dict of str
        Text of each template by file name.
    """
    environment = report_environment(templates)
    filled = [
        {
            "name": section.name,
            "title": section.title,
            "heading": section.heading,
            "html": Markup(
                environment.get_template(f"section_{section.name}.html.j2").render(
                    shared | section.content
                )
            ),
        }
        for section in sections
        if section is not None
    ]
    return environment.get_template(FRAME).render(shared | {"sections": filled})


def render_page(template: str, context: dict) -> str:
    """Fill one template that stands alone."""
    return report_environment({"page": template}).get_template("page").render(context)
