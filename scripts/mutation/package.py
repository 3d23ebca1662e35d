"""Makes a package for mutants: the targets that need no package from outside, with their sources copied."""

import pathlib


# Appended to the manifest of the project: leaves out targets that need an outside package, and all tests but these.
LIGHT = """
let wanted: Set<String> = [%s]
var kept: [Target] = []
for target in package.targets {
  let names = target.dependencies.map { dependency -> String? in
    switch dependency {
    case .targetItem(let name, _), .byNameItem(let name, _): name
    default: nil
    }
  }
  let isComplete = names.allSatisfy { name in kept.contains { $0.name == name } }
  if isComplete, target.type != .executable, target.type != .test || wanted.contains(target.name) { kept.append(target) }
}
package.targets = kept
package.dependencies = []
package.products = []
"""


def light_manifest(manifest: str, tests: set[str]) -> str:
    """The manifest without outside packages, without what depends on them, and with these tests only."""
    # A changed condition is not to be marked, and may warn.
    manifest = manifest.replace("  .strictMemorySafety(),\n", "").replace("  .treatAllWarnings(as: .error),\n", "")
    return manifest + LIGHT % ", ".join(f'"{name}"' for name in sorted(tests))


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
    for module in {"/".join(name.split("/")[:3]) for name in changed}:
        name = f"{module}/Mutant.swift"
        there.add(name)
        write(folder / name, SWITCH.encode())
    for old in (folder / "Sources").rglob("*"):
        if (old.is_file() or old.is_symlink()) and str(old.relative_to(folder)) not in there:
            old.unlink()
