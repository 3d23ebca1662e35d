"""Takes a release out of a bundle, for a board: what the platform would send, and what the board must know of it.

Usage: update.py BUNDLE image|patch|in-place BASE IMAGE KEY FOLDER. Writes base.bin, image.bin, envelope.bin, stream.bin and update.h.
"""

import hashlib
import pathlib
import sys
import tarfile

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519


def decode(data: bytes, at: int):
    """The CBOR item at an offset, and where it ends."""
    major, short, at = data[at] >> 5, data[at] & 31, at + 1
    size = 0 if short < 24 else 1 << short - 24
    value, at = (short, at) if size == 0 else (int.from_bytes(data[at : at + size], "big"), at + size)
    if major < 2:
        return (value if major == 0 else -1 - value), at
    if major < 4:
        return data[at : at + value], at + value
    items = []
    for _ in range(value * (2 if major == 5 else 1)):
        item, at = decode(data, at)
        items.append(item)
    return (dict(zip(items[::2], items[1::2])) if major == 5 else items), at


def sealed(payload: bytes, bits: int) -> bytes:
    """Blocks of a chunk and the digest of the next block."""
    blocks, link = [], b""
    for start in reversed(range(0, len(payload), 1 << bits)):
        blocks.append(payload[start : start + (1 << bits)] + link)
        link = hashlib.sha256(blocks[-1]).digest()
    return b"".join(reversed(blocks))


def array(data: bytes) -> str:
    return "{" + ", ".join(f"0x{byte:02X}" for byte in data) + "}"


bundle, kind, base_path, image_path, key_path, folder = sys.argv[1:]
base, image = pathlib.Path(base_path).read_bytes(), pathlib.Path(image_path).read_bytes()
with tarfile.open(bundle) as archive:
    members = {member.name: archive.extractfile(member).read() for member in archive}
encoded = members["manifest.cbor"]
signatures = members["signatures.cbor"]
length = b"\x58" + bytes([len(encoded)]) if len(encoded) < 256 else b"\x59" + len(encoded).to_bytes(2, "big")
envelope = bytes([signatures[0] + 1]) + b"\x01" + length + encoded + signatures[1:]

manifest, _ = decode(encoded, 0)
payloads = manifest[7][0][4]
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
stored = members[f"payloads/{index}-{'image' if kind == 'image' else 'patch'}"]
stream = sealed(stored, payload[4]) if 4 in payload else stored
block = (1 << payload[4]) + 32 if 4 in payload else 0

public = serialization.load_pem_public_key(pathlib.Path(key_path).read_bytes())
if isinstance(public, ed25519.Ed25519PublicKey):
    algorithm, point = -19, public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
else:
    uncompressed = public.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    algorithm, point = -9, uncompressed[1:]

output = pathlib.Path(folder)
for name, data in (("base", base), ("image", image), ("envelope", envelope), ("stream", stream)):
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
