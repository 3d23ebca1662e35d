"""Proves that a type name belongs to one module, that only the device wing exports, and that a test's name is a sentence.

The same name in two modules makes a reader open the wrong file, and needs the module's name at each use.
"""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The device's own implementation and OpenSSL's have the name of the standard, because each is the only one in its wing.
SHARED = {"SHA256"}
TYPE = re.compile(r"^(?:@\w+(?:\([^)]*\))? )*(?:(?:public|package|internal|final|indirect|nonisolated) )*(?:struct|enum|class|actor|protocol|typealias) (\w+)")
# The name of a test is that of its function: `@Test func `A sentence`()`.
TITLE = re.compile(r'@Test\(\s*"')
TEST = re.compile(r"@Test\b(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?\s+(?:@\S+\s+)*func\s+(\w+)")
PUBLIC = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))? )*(?:public|open) (?:\w+)")


def main() -> int:
    modules, errors, exported = collections.defaultdict(dict), [], 0
    for file in sorted((ROOT / "Sources").glob("*/*/**/*.swift")):
        wing, module = file.relative_to(ROOT / "Sources").parts[:2]
        where = file.relative_to(ROOT)
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if match := TYPE.match(line):
                modules[match[1]].setdefault(module, f"{where}:{number}")
            if PUBLIC.match(line):
                exported += 1
                if wing != "Device":
                    errors.append(f"{where}:{number}: public outside the device wing; package is enough")
    for file in sorted((ROOT / "Tests").rglob("*.swift")):
        text = file.read_text()
        for match in [*TITLE.finditer(text), *TEST.finditer(text)]:
            line = text.count("\n", 0, match.start()) + 1
            errors.append(f"{file.relative_to(ROOT)}:{line}: write the test's sentence as its function's name, in backticks")
    for name, places in sorted(modules.items()):
        if len(places) > 1 and name not in SHARED:
            errors.append(f"{name} is a type of {', '.join(sorted(places))}: {', '.join(places.values())}")
    for error in errors:
        print(f"check: error: {error}", file=sys.stderr)
    print(f"check: names, {len(modules)} types, {exported} public declarations")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
