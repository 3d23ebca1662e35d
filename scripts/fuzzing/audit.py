"""A statement with a wrong signature, and an entry with the right digest, as the fuzzing of audit logs begins with them."""

import base64
import hashlib
import json


def part(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def text(value):
    return bytes([0x60 | len(value)]) + value.encode()


def seeds():
    """Targets, names and contents."""
    claims = {"typ": "asvin-audit-head", "iat": 7, "workspace": 1, "number": 1, "digest": "00" * 32}
    parts = (json.dumps({"typ": "JWT", "alg": "RS256"}).encode(), json.dumps(claims).encode(), bytes(64))
    yield "audit-log", "head", b"\0" + b".".join(part(content) for content in parts)
    # Form 2: workspace, number, time, actor, token, address, action, subject, details, previous digest.
    content = b"\x8a\x01\x01\x07" + text("me") + b"\0" + text("") + text("token.create") + text("token 1")
    digest = hashlib.sha256(content + b"\x80\x58\x20" + bytes(32)).hexdigest()
    entry = {"number": 1, "time": 7, "actor": "me", "action": "token.create", "subject": "token 1", "details": [],
             "form": 2, "previous": "00" * 32, "digest": digest}
    line = json.dumps(entry, separators=(",", ":")).encode()
    yield "audit-log", "entry", b"\1" + line
    yield "audit-log", "changed", b"\1" + line.replace(b'"time":7', b'"time":8')
