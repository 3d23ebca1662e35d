"""Verifies a bundle with Python's tarfile, cbor2 and cryptography alone, and writes its envelope."""

import hashlib
import sys
import tarfile

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils


def key_id(key) -> bytes:
    info = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(info).digest()[:8]


def verify(key, signature: bytes, message: bytes) -> int:
    """Verifies or raises; returns the COSE algorithm."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, message)
        return -19
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    return -9


def main() -> None:
    bundle, public_key, output = sys.argv[1:]
    with open(public_key, "rb") as file:
        key = serialization.load_pem_public_key(file.read())
    with tarfile.open(bundle) as archive:
        names = archive.getnames()
        contents = {name: archive.extractfile(name).read() for name in names}
    assert names[:2] == ["manifest.cbor", "signatures.cbor"], names
    manifest = contents["manifest.cbor"]
    envelope = {1: manifest, **cbor2.loads(contents["signatures.cbor"])}
    for encoded in envelope[2]:
        protected, unprotected, payload, signature = cbor2.loads(encoded)
        assert unprotected == {} and payload is None
        structure = cbor2.dumps(["Signature1", protected, b"", manifest])
        header = cbor2.loads(protected)
        assert header == {1: verify(key, signature, structure), 4: key_id(key), 16: "asvin-manifest"}
    number = 0
    for component in cbor2.loads(manifest)[7]:
        for payload in component[4]:
            content = contents[names[2 + number]]
            assert len(content) == payload[2] and hashlib.sha256(content).digest() == payload[3]
            number += 1
    with open(output, "wb") as file:
        file.write(cbor2.dumps(envelope))
    print(f"peers: {len(envelope[2])} signature and {number} payload valid for Python's cryptography; envelope {len(cbor2.dumps(envelope))} bytes")


main()
