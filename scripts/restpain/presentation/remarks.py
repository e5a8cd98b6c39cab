"""Remarks of a configuration file, which name the sources of its defaults."""

import re


def remarks(text: str) -> dict[str, str]:
    """Remark behind each key of a configuration file, by dotted key.

    Understands block mappings whose keys stand on lines of their own; the remark of a list in
    several lines is the one behind its key.
    """
    found, path = {}, []
    for line in text.splitlines():
        match = re.match(r"^( *)([A-Za-z_][\w.]*):(.*)$", line)
        if not match:
            continue
        indent, key, rest = len(match[1]), match[2], match[3]
        while path and path[-1][0] >= indent:
            path.pop()
        path.append((indent, key))
        comment = re.search(r"(?:^|\s)#\s*(.*)$", rest)
        if comment:
            found[".".join(name for _, name in path)] = comment[1].strip()
    return found
