"""Equations as MathML, which browsers typeset themselves: no script, no font and no network."""

import re

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

# commands of LaTeX that docutils lacks, as patterns of what stands for them
SUBSTITUTES = {"dots": r"\\ldots", "Big": ""}

logger = logging.getLogger(__name__)


def register(app) -> None:
    """Make MathML the way in which Sphinx writes equations."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.config.html_math_renderer = "mathml"


def _inline(writer, node: nodes.math) -> None:
    writer.body.append(_mathml(node, as_block=False))
    raise nodes.SkipNode


def _block(writer, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="math">{_mathml(node, as_block=True)}</div>\n')
    raise nodes.SkipNode


def _mathml(node: nodes.math | nodes.math_block, *, as_block: bool) -> str:
    latex = node.astext()
    for command, known in SUBSTITUTES.items():
        latex = re.sub(rf"\\{command}(?![a-zA-Z])", known, latex)
    try:
        return tex2mathml(latex, as_block=as_block)
    except MathError as error:
        logger.warning("equation %r: %s", latex, error, location=node)
        return node.astext()
