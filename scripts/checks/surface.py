"""Compares the verifier's public surface with the file that it is kept in: it must fit on a screen, and grow only on
purpose. Usage: surface.py [--update]
"""

import pathlib
import re
import sys

SOURCES = pathlib.Path("Sources/Device/AsvinVerifier")
KEPT = pathlib.Path("scripts/checks/surface.txt")
SCREEN = 60


def declarations(text: str):
    """Each public declaration on a line, indented as it is nested, without its body; of an extension, where it has some."""
    lines = iter(text.splitlines())
    extension, in_protocol = "", False
    for line in lines:
        if line.startswith("extension "):
            extension = line
        in_protocol = in_protocol and line != "}"
        required = in_protocol and re.match(r"  (mutating |static )?(func|init|var)\b", line)
        if not required and not re.match(r"\s*public (?!import)", line):
            continue
        in_protocol = in_protocol or line.startswith("public protocol")
        declaration = line.rstrip()
        while declaration.count("(") > declaration.count(")"):
            declaration += " " + next(lines).strip()
        declaration = declaration.replace("( ", "(").replace(" )", ")")
        indent = " " * (len(declaration) - len(declaration.lstrip()))
        if extension and indent:
            yield extension.split("{")[0].strip()
        extension = ""
        yield indent + declaration.split("{")[0].strip().removeprefix("public ")


found = []
for path in sorted(SOURCES.rglob("*.swift")):
    found += declarations(path.read_text())
surface = "\n".join(found) + "\n"
if "--update" in sys.argv[1:]:
    KEPT.write_text(surface)
kept = KEPT.read_text() if KEPT.exists() else ""
if surface != kept:
    added = [f"+ {line}" for line in found if line not in kept.splitlines()]
    lost = [f"- {line}" for line in kept.splitlines() if line not in found]
    print("\n".join([*added, *lost]), file=sys.stderr)
    sys.exit(f"check: error: the verifier's public surface differs from {KEPT}; run with --update if that is intended")
if len(found) > SCREEN:
    sys.exit(f"check: error: the verifier's public surface has {len(found)} lines, and a screen {SCREEN}")
print(f"check: the verifier's public surface, {len(found)} declarations")
