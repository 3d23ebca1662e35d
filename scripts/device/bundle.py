"""Reads a bundle: its envelope, its manifest, and the streams that the platform would send."""

import hashlib
import tarfile


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


class Bundle:
    """A bundle: the bytes of its envelope, and its manifest as maps with integer keys."""

    def __init__(self, path):
        with tarfile.open(path) as archive:
            self.members = {member.name: archive.extractfile(member).read() for member in archive}
        encoded = self.members["manifest.cbor"]
        signatures = self.members["signatures.cbor"]
        length = b"\x58" + bytes([len(encoded)]) if len(encoded) < 256 else b"\x59" + len(encoded).to_bytes(2, "big")
        self.envelope = bytes([signatures[0] + 1]) + b"\x01" + length + encoded + signatures[1:]
        self.manifest, _ = decode(encoded, 0)
        self.payloads = self.manifest[7][0][4]

    def stream(self, index: int) -> bytes:
        """What the platform sends of a payload: sealed where the manifest states a chunk size."""
        payload = self.payloads[index]
        stored = self.members[f"payloads/{index}-{'image' if payload[1] == 0 else 'patch'}"]
        return sealed(stored, payload[4]) if 4 in payload else stored
