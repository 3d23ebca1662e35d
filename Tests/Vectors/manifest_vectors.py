"""Manifests that break one rule of manifest.cddl each; expected: the fault, or `accepted`."""

from encoding import ATTACHMENT, FULL, IMAGE_PAYLOAD, MANIFEST, PATCH, Pairs, Raw, component, encode


def all():
    vectors = []

    def manifest(name, fault, value):
        vectors.append((name, fault, value if isinstance(value, bytes) else encode(value)))

    def payload(name, fault, *payloads):
        manifest(name, fault, MANIFEST.with_(7, [component(0, list(payloads))]))

    def attachments(name, fault, *items):
        manifest(name, fault, MANIFEST.with_(11, list(items)))

    manifest("accepted-smallest", "accepted", MANIFEST)
    manifest("accepted-everything", "accepted", FULL)
    manifest("accepted-name-of-64-bytes", "accepted", MANIFEST.with_(2, "a" * 64))
    manifest("accepted-8-components", "accepted", MANIFEST.with_(7, [component(slot) for slot in range(8)]))
    manifest("accepted-largest-integers", "accepted", MANIFEST.with_(5, 2**64 - 1).with_(8, 2**64 - 1))
    payload("accepted-16-payloads", "accepted", *[PATCH] * 16)
    payload("accepted-patch-of-the-empty-base", "accepted", PATCH.without(6).without(7))
    payload("accepted-payload-of-unknown-kind", "accepted", IMAGE_PAYLOAD, PATCH.with_(1, 77))
    payload("accepted-payload-with-unknown-key", "accepted", IMAGE_PAYLOAD, PATCH.with_(99, [Pairs((1, "x"))]))
    attachments("accepted-32-attachments", "accepted", *[ATTACHMENT.with_(1, f"{n}") for n in range(32)])

    for key in range(1, 8):
        manifest(f"missing-key-{key}", "missingKey", MANIFEST.without(key))
    for key, value in ((1, "1"), (2, b"blink"), (3, "x" * 16), (4, 4), (5, -7), (6, 1), (7, Pairs()), (8, "now")):
        manifest(f"wrong-type-of-key-{key}", "wrongType", MANIFEST.with_(key, value))
    for key in (9, 10):
        manifest(f"wrong-type-of-key-{key}", "wrongType", MANIFEST.with_(key, -1))
    manifest("unknown-key-0", "unknownKey", Pairs((0, 0), *MANIFEST.pairs))
    manifest("unknown-key-12", "unknownKey", MANIFEST.with_(12, 0))
    manifest("unknown-key-18446744073709551615", "unknownKey", MANIFEST.with_(2**64 - 1, 0))
    manifest("unknown-key-beside-a-known-one-modulo-32", "unknownKey", MANIFEST.with_(33, 1))
    manifest("duplicate-key-5", "duplicateKey", Pairs(*MANIFEST.pairs[:5], (5, 8), *MANIFEST.pairs[5:]))
    manifest("keys-out-of-order", "unsortedKeys", Pairs(*reversed(MANIFEST.pairs)))
    manifest("text-key", "wrongType", MANIFEST.with_("name", 0))
    manifest("array-instead-of-map", "wrongType", encode([1, 2]))
    manifest("trailing-byte", "trailingBytes", encode(MANIFEST) + b"\0")
    manifest("empty", "truncated", b"")
    manifest("over-4096-bytes", "overLimit-manifestBytes", encode(MANIFEST.with_(-1, bytes(4096))))
    manifest("name-empty", "invalidValue", MANIFEST.with_(2, ""))
    manifest("name-of-65-bytes", "overLimit-nameBytes", MANIFEST.with_(2, "a" * 65))
    for word, text in (("slash", "a/b"), ("space", "a b"), ("dash-first", "-a"), ("dot-first", ".."),
                       ("escape", "a\x1b[2J"), ("newline", "a\n"), ("nul", "a\0"), ("accent", "é")):
        manifest(f"name-with-{word}", "invalidValue", MANIFEST.with_(2, text))
        manifest(f"version-with-{word}", "invalidValue", MANIFEST.with_(6, text))
    manifest("name-not-utf-8", "invalidText", MANIFEST.with_(2, Raw(b"\x62\xff\xff")))
    manifest("vendor-of-15-bytes", "invalidValue", MANIFEST.with_(3, bytes(15)))
    manifest("class-of-17-bytes", "invalidValue", MANIFEST.with_(4, bytes(17)))
    manifest("no-components", "invalidValue", MANIFEST.with_(7, []))
    manifest("9-components", "overLimit-components", MANIFEST.with_(7, [component(slot) for slot in range(9)]))
    manifest("slots-descend", "invalidValue", MANIFEST.with_(7, [component(1), component(0)]))
    manifest("slot-twice", "invalidValue", MANIFEST.with_(7, [component(1), component(1)]))

    for key in range(1, 5):
        manifest(f"component-without-key-{key}", "missingKey", MANIFEST.with_(7, [component().without(key)]))
    manifest("component-unknown-key", "unknownKey", MANIFEST.with_(7, [component().with_(5, 0)]))
    manifest("component-negative-key", "unknownKey", MANIFEST.with_(7, [component().with_(-1, 0)]))
    manifest("component-of-no-bytes", "invalidValue", MANIFEST.with_(7, [component().with_(2, 0)]))
    manifest("component-digest-of-31-bytes", "invalidValue", MANIFEST.with_(7, [component().with_(3, bytes(31))]))

    payload("component-without-payloads", "invalidValue")
    payload("17-payloads", "overLimit-payloads", *[PATCH] * 17)
    payload("two-images", "invalidValue", IMAGE_PAYLOAD, IMAGE_PAYLOAD)
    payload("image-of-another-size", "invalidValue", IMAGE_PAYLOAD.with_(2, 5))
    payload("image-of-another-digest", "invalidValue", IMAGE_PAYLOAD.with_(3, bytes(32)))
    payload("image-with-a-base", "invalidValue", IMAGE_PAYLOAD.with_(6, bytes(32)).with_(7, 1))
    payload("image-with-memory", "invalidValue", IMAGE_PAYLOAD.with_(8, 1))
    payload("payload-of-no-bytes", "invalidValue", PATCH.with_(2, 0))
    payload("base-digest-without-size", "missingKey", PATCH.without(7))
    payload("base-size-without-digest", "missingKey", PATCH.without(6))
    payload("chunk-without-first-link", "missingKey", IMAGE_PAYLOAD.with_(4, 12))
    payload("first-link-without-chunk", "missingKey", IMAGE_PAYLOAD.with_(5, bytes(32)))
    payload("chunk-8", "invalidValue", IMAGE_PAYLOAD.with_(4, 8).with_(5, bytes(32)))
    payload("chunk-17", "invalidValue", IMAGE_PAYLOAD.with_(4, 17).with_(5, bytes(32)))
    for key in range(1, 4):
        payload(f"payload-without-key-{key}", "missingKey", PATCH.without(key))
    payload("payload-unknown-key-with-bad-content", "duplicateKey", PATCH.with_(99, Pairs((1, 1), (1, 1))))

    attachments("no-attachments", "invalidValue")
    attachments("33-attachments", "overLimit-attachments", *[ATTACHMENT.with_(1, f"{n}") for n in range(33)])
    attachments("attachment-name-twice", "duplicateKey", ATTACHMENT, ATTACHMENT)
    attachments("attachment-name-climbs", "invalidValue", ATTACHMENT.with_(1, "../x"))
    attachments("attachment-unknown-key", "unknownKey", ATTACHMENT.with_(5, 0))
    for key in range(1, 5):
        attachments(f"attachment-without-key-{key}", "missingKey", ATTACHMENT.without(key))

    manifest("fact-null", "wrongType", MANIFEST.with_(-1, None))
    manifest("fact-array", "wrongType", MANIFEST.with_(-1, []))
    manifest("fact-map", "wrongType", MANIFEST.with_(-1, Pairs()))
    manifest("fact-twice", "duplicateKey", Pairs(*MANIFEST.pairs, (-1, 0), (-1, 1)))
    manifest("facts-descend", "unsortedKeys", Pairs(*MANIFEST.pairs, (-2, 0), (-1, 0)))
    return vectors
