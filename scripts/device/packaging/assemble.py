"""Assembles the device packages of a release from built libraries: an archive, and a zip file of the Arduino library.

Usage: assemble.py VERSION BUILT OUTPUT FAMILY…; BUILT holds a folder of libraries for each family. The same inputs give the
same bytes: entries are sorted, and times, owners and modes are fixed.
"""

import gzip
import io
import pathlib
import re
import sys
import tarfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
ARDUINO = HERE.parent / "arduino/AsvinVerifiedUpdate"
LIBRARIES = {
    "verifier": "Verifies and installs signed firmware on devices with two slots",
    "in_place": "Verifies and installs signed firmware over the only slot of a device",
}
# The first moment that a zip file can state.
EPOCH = (1980, 1, 1, 0, 0, 0)


def filled(text: str, values: dict[str, str]) -> bytes:
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    if left := re.search(r"@[A-Z]+@", text):
        raise ValueError(f"a template has {left[0]}, which has no value")
    return text.encode()


def archive_files(values: dict[str, str], built: pathlib.Path, families: list[str]) -> dict[str, bytes]:
    files = {"LICENSE": (ROOT / "LICENSE").read_bytes()}
    for path in (HERE / "archive").rglob("*"):
        if path.is_file():
            name = str(path.relative_to(HERE / "archive"))
            listed = {"FAMILIES": " ".join(families)} if path.suffix == ".cmake" else {}
            files[name] = filled(path.read_text(), values | listed)
    for path in headers():
        files[f"include/{path.name}"] = path.read_bytes()
    description = (HERE / "pkg-config.pc").read_text()
    for family in families:
        for library, purpose in LIBRARIES.items():
            files[f"lib/{family}/libasvin_{library}.a"] = (built / family / f"libasvin_{library}.a").read_bytes()
            own = {"FAMILY": family, "LIBRARY": library, "DESCRIPTION": purpose}
            files[f"lib/pkgconfig/asvin-{library.replace('_', '-')}-{family}.pc"] = filled(description, values | own)
    return files


def headers() -> list[pathlib.Path]:
    return sorted((ROOT / "Sources/Device/CAsvinDevice/include").glob("*.h"))


def arduino_folders() -> dict[str, str]:
    lines = (HERE / "arduino.txt").read_text().splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))


def arduino_files(version: str, built: pathlib.Path, families: list[str]) -> dict[str, bytes]:
    files = {str(path.relative_to(ARDUINO)): path.read_bytes() for path in ARDUINO.rglob("*") if path.is_file()}
    properties = files["library.properties"].decode()
    fields = dict(line.split("=", 1) for line in properties.splitlines() if "=" in line)
    # With "full", Arduino's builder compiles no source where it finds the library.
    wanted = "true" if any(name.endswith((".c", ".cpp")) for name in files) else "full"
    if fields.get("precompiled") != wanted:
        raise ValueError(f"library.properties has precompiled={fields.get('precompiled')}, and this library needs {wanted}")
    if "-lasvin_verifier" not in fields.get("ldflags", ""):
        raise ValueError("library.properties has no ldflags=-lasvin_verifier")
    files["library.properties"] = re.sub(r"(?m)^version=.*$", f"version={version}", properties).encode()
    files["LICENSE"] = (ROOT / "LICENSE").read_bytes()
    for path in headers():
        files[f"src/{path.name}"] = path.read_bytes()
    for folder, family in arduino_folders().items():
        if family in families:
            files[f"src/{folder}/libasvin_verifier.a"] = (built / family / "libasvin_verifier.a").read_bytes()
    return files


def tar(files: dict[str, bytes], folder: str) -> bytes:
    output = io.BytesIO()
    with gzip.GzipFile(fileobj=output, mode="wb", compresslevel=9, mtime=0, filename="") as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for name in sorted(files):
                entry = tarfile.TarInfo(f"{folder}/{name}")
                entry.size, entry.mode = len(files[name]), 0o644
                archive.addfile(entry, io.BytesIO(files[name]))
    return output.getvalue()


def zipped(files: dict[str, bytes], folder: str) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o100644 << 16, 3
            archive.writestr(entry, files[name])
    return output.getvalue()


def main() -> int:
    version, built, output, *families = sys.argv[1:]
    built, output = pathlib.Path(built), pathlib.Path(output)
    values = {
        "VERSION": version,
        "NUMBERS": re.split(r"[-+]", version)[0],
        "FAMILIES": ", ".join(families),
        "HEADERS": ", ".join(f'"{path.name}"' for path in headers()),
    }
    try:
        made = {f"asvin-device-{version}.tar.gz": tar(archive_files(values, built, families), f"asvin-device-{version}")}
        if ARDUINO.is_dir():
            made[f"AsvinVerifiedUpdate-{version}.zip"] = zipped(
                arduino_files(version, built, families), "AsvinVerifiedUpdate")
    except (OSError, ValueError, KeyError) as error:
        print(f"package: error: {error}", file=sys.stderr)
        return 1
    # Complete, or absent: a name appears when its bytes are on the disk.
    output.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        unfinished = output / f"{name}.part"
        unfinished.write_bytes(content)
        unfinished.replace(output / name)
        print(f"package: {output / name}, {len(content)} bytes")
    if not ARDUINO.is_dir():
        print("package: SKIPPED: the Arduino library, because scripts/device/arduino/AsvinVerifiedUpdate is absent")
    return 0


if __name__ == "__main__":
    sys.exit(main())
