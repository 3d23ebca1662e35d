"""Complete envelopes for one device, signed with the TEST-ONLY keys; expected: reason and code, or `accepted 0`.

The device has vendor example.com, class board, floor 6, sequence number 6, and trusts both TEST-ONLY keys.
"""

import hashlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from encoding import MANIFEST, PATCH, Pairs, Raw, component, encode


class Key:
    def __init__(self, folder, name, algorithm):
        pem = (folder / f"TEST-ONLY-{name}.pem").read_bytes()
        self.private = serialization.load_pem_private_key(pem, None)
        self.algorithm = algorithm
        info = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.id = hashlib.sha256(info).digest()[:8]

    def sign(self, message) -> bytes:
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        r, s = utils.decode_dss_signature(self.private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def header(self) -> Pairs:
        return Pairs((1, self.algorithm), (4, self.id), (16, "asvin-manifest"))

    def sign1(self, manifest, header=None, external=b"", unprotected=Pairs(), payload=None, change=lambda s: s):
        protected = encode(self.header() if header is None else header)
        signature = self.sign(encode(["Signature1", protected, external, manifest]))
        return encode([protected, unprotected, payload, change(signature)])


def all(keys):
    ed = Key(keys, "ed25519", -19)
    p256 = Key(keys, "ecdsa-p256", -9)
    vectors = []
    good = encode(MANIFEST)

    def raw(name, expected, content):
        vectors.append((name, expected, content if isinstance(content, bytes) else encode(content)))

    def signed(name, expected, manifest, *keys):
        manifest = manifest if isinstance(manifest, bytes) else encode(manifest)
        raw(name, expected, Pairs((1, manifest), (2, [key.sign1(manifest) for key in keys or (ed,)])))

    def signatures(name, expected, *items):
        raw(name, expected, Pairs((1, good), (2, list(items))))

    envelope = Pairs((1, good), (2, [ed.sign1(good)]))
    flip = lambda s: s[:-1] + bytes([s[-1] ^ 1])

    raw("accepted-ed25519", "accepted 0", envelope)
    signed("accepted-ecdsa-p256", "accepted 0", good, p256)
    signed("accepted-two-signatures", "accepted 0", good, ed, p256)
    signatures("accepted-second-signature-is-good", "accepted 0", ed.sign1(good, change=flip), p256.sign1(good))
    raw("accepted-log-proof-is-passed-over", "accepted 0", envelope.with_(4, [b"proof"]))
    signed("accepted-private-fact", "accepted 0", MANIFEST.with_(-9, "of mine"))

    raw("envelope-too-large", "envelope-too-large 10", envelope.with_(4, [bytes(16384)]))
    raw("envelope-empty", "envelope-malformed 11", b"")
    raw("envelope-of-zeros", "envelope-malformed 11", bytes(512))
    raw("envelope-tagged", "envelope-malformed 11", b"\xc0" + encode(envelope))
    raw("envelope-cut", "envelope-malformed 11", encode(envelope)[:-1])
    raw("envelope-followed-by-a-byte", "envelope-malformed 11", encode(envelope) + b"\0")
    raw("envelope-without-manifest", "envelope-malformed 11", envelope.without(1))
    raw("envelope-without-signatures", "envelope-malformed 11", envelope.without(2))
    signed("manifest-too-large", "manifest-too-large 12", MANIFEST.with_(-1, bytes(4096)))
    raw("not-deterministic-map-head", "not-deterministic 13", b"\xb8\x02" + encode(envelope)[1:])
    raw("not-deterministic-key-order", "not-deterministic 13", Pairs(*reversed(envelope.pairs)))
    raw("not-deterministic-indefinite", "not-deterministic 13", b"\xbf" + encode(envelope)[1:] + b"\xff")
    signed("not-deterministic-manifest", "not-deterministic 13", b"\xb8\x07" + good[1:])
    raw("duplicate-manifest", "duplicate-key 14", Pairs((1, good), *envelope.pairs))
    signed("duplicate-key-in-manifest", "duplicate-key 14",
           Pairs(*MANIFEST.pairs[:5], (5, 9), *MANIFEST.pairs[5:]))
    signatures("duplicate-key-in-protected-header", "duplicate-key 14",
               ed.sign1(good, Pairs((1, -19), (1, -9), (4, ed.id), (16, "asvin-manifest"))))
    raw("unknown-key-in-envelope", "unknown-critical-field 15", envelope.with_(5, 0))
    signed("unknown-key-in-manifest", "unknown-critical-field 15", MANIFEST.with_(12, 0))
    signatures("unknown-protected-header", "unknown-critical-field 15",
               ed.sign1(good, Pairs((1, -19), (2, [99]), (4, ed.id), (16, "asvin-manifest"))))
    signatures("unprotected-header", "unknown-critical-field 15", ed.sign1(good, unprotected=Pairs((4, b"x"))))
    raw("9-signatures", "limit-exceeded 16", Pairs((1, good), (2, [ed.sign1(good)] * 9)))
    signed("9-components", "limit-exceeded 16", MANIFEST.with_(7, [component(slot) for slot in range(9)]))
    raw("key-set-link", "key-set-links-unsupported 17", Pairs(*envelope.pairs, (3, [0])))

    raw("unsigned", "unsigned 20", envelope.with_(2, []))
    signatures("kid-of-another-key", "untrusted-key 21", ed.sign1(good, ed.header().with_(4, bytes(8))))
    signatures("type-of-a-key-set", "wrong-signed-type 22", ed.sign1(good, ed.header().with_(16, "asvin-keyset")))
    signatures("type-with-a-suffix", "wrong-signed-type 22", ed.sign1(good, ed.header().with_(16, "asvin-manifest2")))
    signatures("algorithm-of-the-other-key", "algorithm-mismatch 23", ed.sign1(good, ed.header().with_(1, -9)))
    signatures("algorithm-eddsa-polymorphic", "algorithm-mismatch 23", ed.sign1(good, ed.header().with_(1, -8)))
    signatures("algorithm-es256-polymorphic", "algorithm-mismatch 23", p256.sign1(good, p256.header().with_(1, -7)))
    signatures("algorithm-none", "algorithm-mismatch 23", ed.sign1(good, ed.header().with_(1, 0)))
    signatures("algorithm-hmac", "algorithm-mismatch 23", ed.sign1(good, ed.header().with_(1, 5)))
    signatures("signature-changed", "bad-signature 24", ed.sign1(good, change=flip))
    signatures("signature-of-zeros", "bad-signature 24", p256.sign1(good, change=lambda s: bytes(64)))
    signatures("signature-over-external-data", "bad-signature 24", ed.sign1(good, external=b"x"))
    signatures("signature-over-another-manifest", "bad-signature 24", ed.sign1(encode(MANIFEST.with_(5, 8))))
    signatures("signature-of-63-bytes", "envelope-malformed 11", ed.sign1(good, change=lambda s: s[:-1]))
    signatures("signature-of-65-bytes", "envelope-malformed 11", ed.sign1(good, change=lambda s: s + b"\0"))
    signatures("payload-attached", "envelope-malformed 11", ed.sign1(good, payload=good))
    signatures("sign1-tagged", "envelope-malformed 11", Raw(encode(b"\xd2" + ed.sign1(good))))
    signatures("sign1-followed-by-a-byte", "envelope-malformed 11", ed.sign1(good) + b"\0")
    signatures("algorithm-unprotected", "envelope-malformed 11",
               ed.sign1(good, ed.header().without(1), unprotected=Pairs((1, -19))))
    for key, what in ((1, "algorithm"), (4, "kid"), (16, "type")):
        signatures(f"protected-header-without-{what}", "envelope-malformed 11", ed.sign1(good, ed.header().without(key)))

    signed("manifest-of-one-byte", "manifest-malformed 30", b"\0")
    signed("manifest-empty", "manifest-malformed 30", b"")
    signed("manifest-with-a-path-as-name", "manifest-malformed 30", MANIFEST.with_(2, "../../etc/passwd"))
    signed("manifest-image-contradicts-component", "manifest-malformed 30",
           MANIFEST.with_(7, [component().with_(2, 999)]))
    signed("format-2", "unsupported-format 31", MANIFEST.with_(1, 2))
    signed("format-0", "unsupported-format 31", MANIFEST.with_(1, 0))

    signed("vendor-of-another", "wrong-vendor 40", MANIFEST.with_(3, bytes(16)))
    signed("class-of-another", "wrong-class 41", MANIFEST.with_(4, bytes(16)))
    signed("sequence-at-the-floor", "sequence-not-above-floor 42", MANIFEST.with_(5, 6))
    signed("sequence-0", "sequence-not-above-floor 42", MANIFEST.with_(5, 0))
    signed("lowest-base-above-the-device", "base-not-allowed 43", MANIFEST.with_(9, 7))
    signed("accepted-lowest-base-reached", "accepted 0", MANIFEST.with_(9, 6))
    signed("key-set-version", "key-set-required 45", MANIFEST.with_(10, 1))
    signed("only-a-patch-for-another-base", "no-usable-payload 46", MANIFEST.with_(7, [component(0, [PATCH])]))
    signed("only-an-unknown-kind", "no-usable-payload 46", MANIFEST.with_(7, [component(0, [PATCH.with_(1, 9)])]))
    signed("second-component-unusable", "no-usable-payload 46",
           MANIFEST.with_(7, [component(), component(1, [PATCH])]))
    return vectors
