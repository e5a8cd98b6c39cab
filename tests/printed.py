"""Blocks of code that are printed on the pages of docs/."""

import re
import textwrap

FENCE = re.compile(r"^( *)```(\S+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def blocks(page, language):
    """Contents of the fenced blocks of a language, without their indentation."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [textwrap.dedent(text) for _, name, text in found if name == language]
