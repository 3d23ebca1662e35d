"""Makes a package for mutants: the targets that need no package from outside, with their sources copied."""

import pathlib
import re


def entries(text: str) -> list[str]:
    """The elements of a Swift array literal."""
    parts, depth, current = [], 0, ""
    for line in text.splitlines(keepends=True):
        for character in re.sub(r"//.*", "", line):
            depth += (character in "([{") - (character in ")]}")
            if character == "," and depth == 0:
                parts.append(current)
                current = ""
            else:
                current += character
    return [part for part in [*parts, current] if part.strip()]


def light_manifest(manifest: str, tests: set[str]) -> str:
    """The manifest without outside packages, without what depends on them, and with these tests only."""
    targets = re.search(r"\n  targets: \[\n(.*)\n  \],\n  swiftLanguageModes", manifest, re.S)
    kept, dropped = [], set()
    for entry in entries(targets.group(1)):
        name = re.search(r'name: "([^"]+)"', entry).group(1)
        needed = re.search(r"dependencies: \[(.*?)\]", entry, re.S)
        names = set(re.findall(r'"([^"]+)"', needed.group(1))) if needed else set()
        is_other_test = ".testTarget" in entry and name not in tests
        if ".product(" in entry or "executableTarget" in entry or names & dropped or is_other_test:
            dropped.add(name)
        else:
            kept.append(entry)
    head = manifest[: targets.start()]
    head = re.sub(r"  (products|dependencies): \[\n.*?\n  \],\n", "", head, flags=re.S)
    # A changed condition is not to be marked, and may warn.
    head = head.replace("  .strictMemorySafety(),\n", "").replace("  .treatAllWarnings(as: .error),\n", "")
    return head + "\n  targets: [" + ",".join(kept) + "\n  ],\n  swiftLanguageModes: [.v6]\n)\n"


SWITCH = """import Glibc

/// Which change is made in this run.
enum Mutant {
  private static let number: Int = unsafe getenv("ASVIN_MUTANT").flatMap { Int(unsafe String(cString: $0)) } ?? 0
  static func `is`(_ number: Int) -> Bool { self.number == number }
}
"""


def write(path: pathlib.Path, content: bytes):
    """Writes a file whose content is another, so that nothing is built that is the same."""
    if path.is_file() and not path.is_symlink() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def make(root: pathlib.Path, folder: pathlib.Path, changed: dict[str, str], tests: set[str]):
    """The package in a folder; `changed` has the text of the files that are not as they are in the project."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = light_manifest((root / "Package.swift").read_text(), tests)
    write(folder / "Package.swift", manifest.encode())
    for name in ("Tests", "Keys"):
        link = folder / name
        if not link.is_symlink():
            link.symlink_to(root / name)
    # A test lists this folder, and a link to a folder lists as empty.
    if (folder / "Templates").is_symlink():
        (folder / "Templates").unlink()
    for template in (root / "Templates").iterdir():
        write(folder / "Templates" / template.name, template.read_bytes())
    there = set()
    for source in sorted((root / "Sources").rglob("*")):
        name = str(source.relative_to(root))
        if source.is_symlink():
            there.add(name)
            if not (folder / name).is_symlink():
                (folder / name).symlink_to(source.resolve())
        elif source.is_file():
            there.add(name)
            write(folder / name, changed[name].encode() if name in changed else source.read_bytes())
    for module in {name.split("/")[1] for name in changed}:
        name = f"Sources/{module}/Mutant.swift"
        there.add(name)
        write(folder / name, SWITCH.encode())
    for old in (folder / "Sources").rglob("*"):
        if (old.is_file() or old.is_symlink()) and str(old.relative_to(folder)) not in there:
            old.unlink()
