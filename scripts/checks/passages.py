"""Proves that the code on a page is the code of a file that is compiled and run.

A page has a comment `<!-- FILE: NAME -->` before a block of C; the file has the passage between `// passage: NAME` and
`// passage end`. Every passage of a file that a page names is on a page.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CATALOG = ROOT / "Sources/Documentation.docc"
SHOWN = re.compile(r"^<!-- (\S+\.c): (\w+) -->\n```c\n(.*?)^```$", re.M | re.S)
PASSAGE = re.compile(r"^// passage: (\w+)\n(.*?)^// passage end$", re.M | re.S)


def main() -> int:
    files: dict[str, dict[str, str]] = {}
    errors, shown = [], set()
    for page in sorted(CATALOG.rglob("*.md")):
        text = page.read_text()
        for file, name, code in SHOWN.findall(text):
            if file not in files:
                files[file] = dict(PASSAGE.findall((ROOT / file).read_text())) if (ROOT / file).exists() else {}
            shown.add((file, name))
            if name not in files[file]:
                errors.append(f"{page.relative_to(ROOT)}: {file} has no passage '{name}'")
            elif files[file][name] != code:
                errors.append(f"{page.relative_to(ROOT)}: the passage '{name}' is not that of {file}; copy it to the page")
        count = len(re.findall(r"^<!-- \S+\.c: ", text, re.M))
        if count != len(SHOWN.findall(text)):
            errors.append(f"{page.relative_to(ROOT)}: a comment that names a passage is followed by a block of C")
    errors += [
        f"{file}: no page shows the passage '{name}'"
        for file, passages in files.items() for name in passages if (file, name) not in shown]
    for error in errors:
        print(f"check: error: {error}", file=sys.stderr)
    print(f"check: {len(shown)} passages of code on pages")
    return 1 if errors or not shown else 0


if __name__ == "__main__":
    sys.exit(main())
