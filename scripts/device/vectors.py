"""Writes the signatures that boards judge: Wycheproof's, and random ones, each also with a bit changed.

Usage: vectors.py FOLDER COUNT FILE [EVERY], with Wycheproof's FOLDER and COUNT random keys of each algorithm; with EVERY, one
record of EVERY, an odd number because each valid random one is followed by a changed one. A record is: 19 or 9
for the algorithm, 1 where the signature is valid, the signature's and the message's lengths in two bytes each, the key in
64 bytes, the signature, the message.
"""

import json
import pathlib
import random
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw
POINT = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint


def point(key) -> bytes:
    return key.public_bytes(*RAW) if isinstance(key, ed25519.Ed25519PublicKey) else key.public_bytes(*POINT)[1:]


def record(algorithm: int, is_good: bool, key: bytes, signature: bytes, message: bytes) -> bytes:
    lengths = len(signature).to_bytes(2, "little") + len(message).to_bytes(2, "little")
    return bytes([algorithm, is_good]) + lengths + key.ljust(64, b"\0") + signature + message


def wycheproof(folder: pathlib.Path):
    for name, algorithm in (("ed25519_test.json", 19), ("ecdsa_secp256r1_sha256_p1363_test.json", 9)):
        for group in json.loads((folder / name).read_text())["testGroups"]:
            key = point(serialization.load_pem_public_key(group["publicKeyPem"].encode()))
            for case in group["tests"]:
                message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
                yield record(algorithm, case["result"] == "valid", key, signature, message)


def edwards(message: bytes):
    key = ed25519.Ed25519PrivateKey.generate()
    return point(key.public_key()), key.sign(message)


def weierstrass(message: bytes):
    key = ec.generate_private_key(ec.SECP256R1())
    r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return point(key.public_key()), r.to_bytes(32, "big") + s.to_bytes(32, "big")


def is_good(algorithm: int, key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        if algorithm == 19:
            ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        else:
            r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
            public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\4" + key)
            public.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def differential(count: int):
    for algorithm, sign in ((19, edwards), (9, weierstrass)):
        for _ in range(count):
            message = random.randbytes(random.randrange(100))
            key, signature = sign(message)
            yield record(algorithm, True, key, signature, message)
            parts = [bytearray(key), bytearray(signature), bytearray(message)]
            part = random.choice([part for part in parts if part])
            part[random.randrange(len(part))] ^= 1 << random.randrange(8)
            changed = [bytes(part) for part in parts]
            yield record(algorithm, is_good(algorithm, *changed), *changed)


def main(folder: str, count: str, file: str, every: str = "1") -> None:
    path = pathlib.Path(folder)
    records = list(wycheproof(path)) if path.is_dir() else []
    records += differential(int(count))
    pathlib.Path(file).write_bytes(b"".join(records[:: int(every)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
