"""Proves that dependencies point downward and that each outside library has one importer.

The targets are declared in Package.swift in one order, wing by wing: a target imports only targets that are declared
before it.
"""

import pathlib
import re
import sys

OUTSIDE = {
    "CAsvinYAML": "AsvinRelease",
    "CAsvinOpenSSL": "AsvinCrypto",
    "CAsvinArchive": "AsvinBundle",
    "CAsvinSystem": "AsvinHost",
    "CAsvinSuffix": "AsvinPatchBuilder",
    "CAsvinZlib": "AsvinPatchHost",
    "GRDB": "AsvinPlatformStore",
    "Mustache": "AsvinPlatformPages",
    "Hummingbird": "AsvinPlatformServer",
    "HummingbirdCore": "AsvinPlatformServer",
    "JWTKit": "AsvinPlatformServer",
    "HTTPTypes": "AsvinPlatformServer",
    "Logging": "AsvinPlatformServer",
    "NIOHTTPTypes": "AsvinPlatformServer",
    "NIOHTTPTypesHTTP1": "AsvinPlatformServer",
    "NIOHTTPTypesHTTP2": "AsvinPlatformServer",
    "NIOHTTP2": "AsvinPlatformServer",
    "ServiceLifecycle": "AsvinPlatformServer",
    "UnixSignals": "AsvinPlatformServer",
    "AsyncHTTPClient": "AsvinPlatformClient",
}
# The two libraries of HTTP, of the server and of the client, speak in its buffers.
SHARED = {
    "NIOCore": {"AsvinPlatformServer", "AsvinPlatformClient"},
    "NIOHTTP1": {"AsvinPlatformServer", "AsvinPlatformClient"},
    "NIOSSL": {"AsvinPlatformServer", "AsvinPlatformClient"},
    "NIOPosix": {"AsvinPlatformServer", "AsvinPlatformClient"},
    # The one edge to the operating system. The patch builder needs log2.
    "Glibc": {"AsvinHost", "AsvinPatchBuilder"},
    # Each program has its commands in its own target, so that none links the libraries of another.
    "ArgumentParser": {"AsvinPrograms", "asvin-pack", "asvin-platform", "asvin-device"},
}
HEADERS = {"openssl/": "CAsvinOpenSSL", "archive": "CAsvinArchive", "yaml": "CAsvinYAML", "divsufsort": "CAsvinSuffix", "zlib": "CAsvinZlib"}
WINGS = ["Device", "Host", "Platform", "Programs", "Libraries"]
SYSTEM = {"Dispatch", "FoundationEssentials", "Synchronization"}
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public\s+|internal\s+|package\s+|private\s+)?import\s+(?:(?:struct|class|enum|func)\s+)?(\w+)"
)
INCLUDE = re.compile(r"^\s*#\s*include\s*<([^>]+)>")


def main() -> int:
    root = pathlib.Path(__file__).resolve().parents[2]
    declared = re.findall(
        r'\.(?:device|host|platform|program|library|target|executableTarget)\(\s*(?:name: )?"([\w-]+)"',
        (root / "Package.swift").read_text(),
    )
    order = list(dict.fromkeys(declared))
    errors = []
    for folder in sorted(folder for wing in WINGS for folder in (root / "Sources" / wing).iterdir()):
        target = folder.name
        if target not in order:
            errors.append(f"{folder.relative_to(root)} is not a target of Package.swift")
            continue
        below = set(order[: order.index(target)])
        for file in sorted(folder.rglob("*")):
            if file.suffix not in {".swift", ".c", ".h"} or "Templates" in file.parts:
                continue
            where = file.relative_to(root)
            for number, line in enumerate(file.read_text().splitlines(), 1):
                if match := INCLUDE.match(line):
                    for prefix, owner in HEADERS.items():
                        if match[1].startswith(prefix) and target != owner:
                            errors.append(f"{where}:{number}: <{match[1]}> belongs to {owner}")
                if file.suffix != ".swift" or not (match := IMPORT.match(line)):
                    continue
                module = match[1]
                if module in OUTSIDE and target != OUTSIDE[module]:
                    errors.append(f"{where}:{number}: only {OUTSIDE[module]} imports {module}")
                elif module in SHARED and target not in SHARED[module]:
                    errors.append(f"{where}:{number}: only {', '.join(sorted(SHARED[module]))} import {module}")
                elif module in order and module not in below:
                    errors.append(f"{where}:{number}: {target} imports {module}, which is not declared before it")
                elif module not in order and module not in OUTSIDE and module not in SHARED and module not in SYSTEM:
                    errors.append(f"{where}:{number}: {module} is not a module that this project uses")
                elif folder.parent.name == "Device" and not (root / "Sources/Device" / module).is_dir():
                    errors.append(f"{where}:{number}: device code imports {module}")
    for error in errors:
        print(f"check: error: {error}", file=sys.stderr)
    print(f"check: floors, {len(order)} targets")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
