"""The formats of asvin-pack from their descriptions alone: an encoder that can also encode defects on purpose."""

import hashlib
import uuid


def head(major: int, argument: int) -> bytes:
    for width, information in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if argument < 24:
            return bytes([major << 5 | argument])
        if argument < 1 << 8 * width:
            return bytes([major << 5 | information]) + argument.to_bytes(width, "big")
    raise ValueError(argument)


def encode(value) -> bytes:
    """Integers, byte and text strings, lists, and `Pairs`; `Raw` is written unchanged."""
    match value:
        case Raw():
            return value.encoded
        case Pairs():
            return head(5, len(value.pairs)) + b"".join(encode(k) + encode(v) for k, v in value.pairs)
        case bool() | None:
            return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case bytes():
            return head(2, len(value)) + value
        case str():
            return head(3, len(value.encode())) + value.encode()
        case list():
            return head(4, len(value)) + b"".join(encode(item) for item in value)
    raise TypeError(value)


class Raw:
    def __init__(self, encoded: bytes):
        self.encoded = encoded


class Pairs:
    """A map whose pairs stay in the order given, twice the same key if need be."""

    def __init__(self, *pairs):
        self.pairs = list(pairs)

    def without(self, key) -> "Pairs":
        return Pairs(*(pair for pair in self.pairs if pair[0] != key))

    def with_(self, key, value) -> "Pairs":
        """The map with a key's value changed, or with a further pair at the end."""
        changed = [(k, value if k == key else v) for k, v in self.pairs]
        return Pairs(*(changed if any(k == key for k, _ in self.pairs) else [*changed, (key, value)]))


IMAGE = b"an image of a firmware\n"
DIGEST = hashlib.sha256(IMAGE).digest()
VENDOR = uuid.uuid5(uuid.NAMESPACE_DNS, "example.com")
CLASS = uuid.uuid5(VENDOR, "board")

IMAGE_PAYLOAD = Pairs((1, 0), (2, len(IMAGE)), (3, DIGEST))
PATCH = Pairs((1, 1), (2, 9), (3, bytes(32)), (6, bytes(range(32))), (7, 20), (8, 1024), (9, 1))
ATTACHMENT = Pairs((1, "sbom.json"), (2, "application/spdx+json"), (3, 2), (4, bytes(32)))


def component(slot=0, payloads=None) -> Pairs:
    return Pairs((1, slot), (2, len(IMAGE)), (3, DIGEST), (4, [IMAGE_PAYLOAD] if payloads is None else payloads))


MANIFEST = Pairs(
    (1, 1), (2, "blink"), (3, VENDOR.bytes), (4, CLASS.bytes), (5, 7), (6, "1.2.3"), (7, [component()])
)
FULL = Pairs(
    *MANIFEST.without(7).pairs,
    (7, [component(0, [PATCH, IMAGE_PAYLOAD.with_(4, 12).with_(5, bytes(32))]), component(3)]),
    (8, 1700000000), (9, 3), (10, 2), (11, [ATTACHMENT, ATTACHMENT.with_(1, "notes.txt")]),
    (-1, 5), (-2, -5), (-3, b"x"), (-4, "text"), (-5, True), (-25, False),
)
