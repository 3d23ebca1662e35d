"""Proves that what the documentation names exists: links, images, decision records, paths, targets and names in code.

DocC then builds the catalog where the toolchain has it, so that a link that only DocC understands cannot break either.
"""

import difflib
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CATALOG = ROOT / "Sources/Documentation.docc"
DECISIONS = CATALOG / "Decisions"
ARCHITECTURE = CATALOG / "Architecture"
INTEGRATION = ARCHITECTURE / "Integration"
DOORS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
SECTIONS = ["Context", "Options", "Choice", "What would change our mind"]

DOC_LINK = re.compile(r"<doc:([^>]+)>|\]\(doc:([^)]+)\)")
LINK = re.compile(r"\]\((?!doc:|[a-z]+:|#)([^)#\s]+)(?:#[^)]*)?\)")
SPAN = re.compile(r"`+([^`]+)`+")
CODE_PATH = re.compile(r"(?<![\w./-])(?:Sources|Tests|scripts|Keys|Templates)/[\w./+-]*\w")
# A type, a member of one, or a function with its labels; and what the C header declares.
NAME = re.compile(r"[A-Z]\w*[a-z]\w*(?:\.\w+)*(?:\([\w:]*\))?|[a-z]\w*\([\w:]*\)")
DECLARATION = re.compile(r"\b(?:struct|class|enum|protocol|actor|typealias|func|var|let|case) +`?(\w+)")
C_NAME = re.compile(r"\b(?:asvin|ASVIN)_\w+")
DECLARED_TARGET = re.compile(r'\.(?:device|host|platform|program|target)\(\s*(?:name: )?"((?:C?Asvin|asvin-)[\w-]+)"')


def prose(path: pathlib.Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```", "", path.read_text(), flags=re.M | re.S)


def check_links(path: pathlib.Path, pages: dict[str, pathlib.Path]) -> list[str]:
    text = SPAN.sub("", prose(path))
    errors = []
    for match in DOC_LINK.finditer(text):
        name = match[1] or match[2]
        if name not in pages:
            closest = difflib.get_close_matches(name, pages, 1)
            errors.append(f"links to the page {name}, which does not exist{'; ' + closest[0] + ' does' if closest else ''}")
    errors += [
        f"links to {match[1]}, which does not exist"
        for match in LINK.finditer(text) if not (path.parent / match[1]).exists()]
    return errors


def check_paths(path: pathlib.Path) -> list[str]:
    """Paths that a page names in code, but for patterns such as `scripts/test FILTER`."""
    named = {found for span in SPAN.findall(prose(path)) for found in CODE_PATH.findall(span)}
    return [f"names {found}, which does not exist" for found in sorted(named) if not (ROOT / found).exists()]


def check_names(path: pathlib.Path, words: set[str], header: set[str]) -> list[str]:
    errors = []
    for span in SPAN.findall(prose(path)):
        # Pages for firmware engineers name functions of other libraries.
        if NAME.fullmatch(span) and path.stem not in {"OnDevices", "Arduino"} and INTEGRATION not in path.parents:
            for word in re.findall(r"\w+", span.partition("(")[0]):
                if word not in words and word != "swift":
                    closest = difflib.get_close_matches(word, words, 1, 0.8)
                    hint = f"; {closest[0]} is" if closest else ""
                    errors.append(f"names `{span}`, but {word} is not declared{hint}")
        errors += [
            f"names {name}, which neither the C header nor a program declares" for name in C_NAME.findall(span)
            if not name.startswith("ASVIN_PACK_") and name not in header and not name.startswith(("asvin_verifier", "asvin_client"))]
    return errors


def check_decisions() -> list[str]:
    errors, dates = [], []
    index = (DECISIONS / "Decisions.md").read_text()
    records = sorted(path for path in DECISIONS.glob("*.md") if path.name != "Decisions.md")
    for number, path in enumerate(records, 1):
        where = path.relative_to(CATALOG)
        if not re.fullmatch(rf"{number:04}-[a-z0-9-]+\.md", path.name):
            errors.append(f"{where}: the next record is named {number:04}-short-name.md")
            continue
        text = path.read_text()
        head = re.match(rf"# {number}\. (.+)\n\nDate: (\d{{4}}-\d\d-\d\d)\n", text)
        if not head:
            errors.append(f"{where}: a record begins with '# {number}. Title' and 'Date: YYYY-MM-DD'")
            continue
        dates.append(head[2])
        if re.findall(r"^## (.+)", text, re.M) != SECTIONS:
            errors.append(f"{where}: the sections of a record are: {', '.join(SECTIONS)}")
        if f"| {number} | [{head[1]}](doc:{path.stem}) | " not in index:
            errors.append(f"{where}: Decisions.md has no row '| {number} | [{head[1]}](doc:{path.stem}) | … |'")
        if f"- <doc:{path.stem}>\n" not in index:
            errors.append(f"{where}: Decisions.md does not list it under a topic")
    if dates != sorted(dates):
        errors.append("Decisions: the dates of the records do not ascend with their numbers")
    return errors


def check_targets() -> list[str]:
    declared = set(DECLARED_TARGET.findall((ROOT / "Package.swift").read_text())) - {"AsvinFixtures", "AsvinPlatformFixtures"}
    declared -= {name for name in declared if name.startswith("CAsvin") and name != "CAsvinDevice"}
    table = (ARCHITECTURE / "Architecture.md").read_text().partition("## Targets")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^\| `([\w-]+)` \|", table, re.M))
    return [
        *(f"Architecture.md: Package.swift declares {name}, which has no row" for name in sorted(declared - listed)),
        *(f"Architecture.md: the row {name} is not a target of Package.swift" for name in sorted(listed - declared))]


def build() -> list[str]:
    compiler = shutil.which("swiftc")
    docc = pathlib.Path(compiler).resolve().with_name("docc") if compiler else None
    if not docc or not docc.exists():
        print("check: documentation, DocC is not in this toolchain: the catalog was not built")
        return []
    # A clean clone has no folder for DocC's output, and DocC does not create one.
    output = ROOT / ".build/documentation"
    output.parent.mkdir(exist_ok=True)
    result = subprocess.run(
        [docc, "convert", CATALOG, "--output-dir", output, "--warnings-as-errors",
         "--fallback-display-name", "asvin-pack", "--fallback-bundle-identifier", "asvin-pack"],
        capture_output=True, text=True)
    return [] if result.returncode == 0 else [f"DocC does not build the catalog:\n{result.stdout}{result.stderr}"]


def main() -> int:
    files = sorted(CATALOG.rglob("*.md"))
    pages: dict[str, pathlib.Path] = {}
    errors = []
    for path in files:
        if path.stem in pages:
            errors.append(f"{path.relative_to(ROOT)}: {pages[path.stem].relative_to(ROOT)} has the same name")
        pages[path.stem] = path
    code = "\n".join(
        path.read_text() for path in (ROOT / "Sources").rglob("*") if path.suffix in {".swift", ".h"} and path.is_file())
    words = set(DECLARATION.findall(code)) | set(re.findall(r"[\w-]+", (ROOT / "Package.swift").read_text()))
    include = ROOT / "Sources/Device/CAsvinDevice/include"
    header = {name for path in include.glob("*.h") for name in C_NAME.findall(path.read_text())}
    # The variables of the agent's hooks and of the boot loaders, and the metrics of the platform.
    outside = [
        *(ROOT / "Sources/Programs/asvin-device").glob("*.swift"), *(ROOT / "packaging/boot-loaders").iterdir(),
        *(ROOT / "Sources/Platform/AsvinPlatformServer/Operations").glob("*.swift")]
    header |= {name for path in outside for name in C_NAME.findall(path.read_text())}
    for path in files + [door for door in DOORS if door.exists()]:
        found = check_links(path, pages) + check_paths(path)
        if ARCHITECTURE in path.parents:
            found += check_names(path, words, header)
        errors += [f"{path.relative_to(ROOT)}: {error}" for error in found]
    errors += check_decisions() + check_targets() + build()
    for error in errors:
        print(f"check: error: {error}", file=sys.stderr)
    print(f"check: documentation, {len(files)} pages")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
