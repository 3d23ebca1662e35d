"""Takes a release out of a bundle, for a board: what the platform would send, and what the board must know of it.

Usage: update.py BUNDLE image|patch|in-place BASE IMAGE KEY FOLDER. Writes base.bin, image.bin, envelope.bin, stream.bin and update.h.
"""

import hashlib
import pathlib
import sys

from bundle import Bundle
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519


def array(data: bytes) -> str:
    return "{" + ", ".join(f"0x{byte:02X}" for byte in data) + "}"


bundle, kind, base_path, image_path, key_path, folder = sys.argv[1:]
base, image = pathlib.Path(base_path).read_bytes(), pathlib.Path(image_path).read_bytes()
release = Bundle(bundle)
manifest, payloads = release.manifest, release.payloads
base_digest = hashlib.sha256(base).digest()
in_place = 1 if kind == "in-place" else 0
wanted = [
    payload[1] == 0
    if kind == "image"
    else payload.get(6) == base_digest and payload.get(9, 0) & 1 == in_place
    for payload in payloads
]
index = wanted.index(True)
payload = payloads[index]
stream = release.stream(index)
block = (1 << payload[4]) + 32 if 4 in payload else 0

public = serialization.load_pem_public_key(pathlib.Path(key_path).read_bytes())
if isinstance(public, ed25519.Ed25519PublicKey):
    algorithm, point = -19, public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
else:
    uncompressed = public.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    algorithm, point = -9, uncompressed[1:]

output = pathlib.Path(folder)
for name, data in (("base", base), ("image", image), ("envelope", release.envelope), ("stream", stream)):
    (output / f"{name}.bin").write_bytes(data)
(output / "update.h").write_text(
    f"""#pragma once
#define UPDATE_PAYLOAD {index}
#define UPDATE_SEQUENCE {manifest[5]}
#define UPDATE_IMAGE_BYTES {len(image)}
#define UPDATE_MEMORY_BYTES {block + payload.get(8, 0)}
#define UPDATE_ALGORITHM ({algorithm})
#define UPDATE_KEY {array(point)}
#define UPDATE_VENDOR {array(manifest[3])}
#define UPDATE_CLASS {array(manifest[4])}
#define UPDATE_BASE {array(base_digest)}
""")
