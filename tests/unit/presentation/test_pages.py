"""Sections become one page; texts are escaped, pictures embedded."""

import base64
import io

import jinja2
import pytest
from PIL import Image

from restpain.presentation.pages import (
    FRAME,
    Section,
    embedded_picture,
    render_page,
    render_report,
    span,
)


def test_sections_follow_in_order_with_their_own_content_and_absent_ones_are_skipped():
    templates = {
        FRAME: "{% for one in sections %}[{{ one.name }}: {{ one.html }}]{% endfor %}",
        "section_a.html.j2": "<b>{{ label }}, {{ n }}</b>",
        "section_b.html.j2": "{{ label }}",
    }
    sections = [Section("b", "B", "B"), None, Section("a", "A", "A", {"n": 3})]

    page = render_report(sections, {"label": "<CP>"}, templates)

    assert page == "[b: &lt;CP&gt;][a: <b>&lt;CP&gt;, 3</b>]"


def test_an_unknown_name_in_a_template_is_an_error():
    with pytest.raises(jinja2.UndefinedError, match="missing"):
        render_page("{{ missing }}", {})


def test_cells_of_equal_rows_span_them():
    rows = [{"arm": arm} for arm in "AABA"]

    assert [row["span"] for row in span(rows, "arm")] == [2, 0, 1, 1]


@pytest.mark.parametrize(("width", "size"), [(50, (50, 20)), (500, (100, 40))])
def test_a_picture_is_shrunk_to_the_width_and_never_enlarged(width, size):
    content = io.BytesIO()
    Image.new("RGB", (100, 40), "red").save(content, format="PNG")

    uri = embedded_picture(content.getvalue(), width=width, quality=80)

    head, data = uri.split(",")
    assert head == "data:image/webp;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == size
