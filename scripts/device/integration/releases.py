"""Makes three images in MCUboot's form, and signs a release of the second and of the third one.

Usage: releases.py PROGRAM FOLDER. Writes image-N.bin, envelope-N.bin, stream-N-PAYLOAD.bin and releases.h.
"""

import base64
import hashlib
import pathlib
import random
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bundle import Bundle  # noqa: E402

HEADER, CONTENT = 32, 9000


def image(version: int, content: bytes) -> bytes:
    """MCUboot's header, the content, and a field with the digest of both, as `imgtool sign` without a key writes them."""
    header = struct.pack("<IIHHIIBBHII", 0x96F3B83D, 0, HEADER, 0, len(content), 0, version, 0, 0, 0, 0)
    digest = hashlib.sha256(header + content).digest()
    return header + content + struct.pack("<HHHH", 0x6907, 8 + len(digest), 0x10, len(digest)) + digest


def array(data: bytes) -> str:
    return "{" + ", ".join(f"0x{byte:02X}" for byte in data) + "}"


def main() -> None:
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    source = random.Random(1)
    content = bytearray(source.randbytes(CONTENT))

    def run(*arguments: str) -> bytes:
        return subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True).stdout

    run("keygen", "-o", "TEST-ONLY-integration.pem")
    for number in (1, 2, 3):
        for place in source.sample(range(CONTENT), 40 * (number - 1)):
            content[place] ^= 1 + number
        (folder / f"image-{number}.bin").write_bytes(image(number, bytes(content)))
        earlier = ["--from", f"image-{number - 1}.bin"] if number > 1 else []
        run("sign", f"image-{number}.bin", "--key", "TEST-ONLY-integration.pem", "--vendor", "example.com", "--class",
            "integration", "--name", "firmware", "-o", f"release-{number}.asvin", *earlier)
        release = Bundle(folder / f"release-{number}.asvin")
        (folder / f"envelope-{number}.bin").write_bytes(release.envelope)
        for payload in range(len(release.payloads)):
            (folder / f"stream-{number}-{payload}.bin").write_bytes(release.stream(payload))
    # The key is the end of the PEM's content (RFC 8410 §4).
    lines = run("pub", "TEST-ONLY-integration.pem").decode().split("\n")
    key = base64.b64decode("".join(line for line in lines if line and not line.startswith("-")))[-32:]
    (folder / "releases.h").write_text(f"""#pragma once
#define RELEASE_KEY {array(key)}
#define RELEASE_VENDOR {array(release.manifest[3])}
#define RELEASE_CLASS {array(release.manifest[4])}
#define RELEASE_SEQUENCE(number) ((number) * {release.manifest[5] // 3}ull)
""")


main()
