"""Runs schemathesis on the platform, once for each kind of token."""

import argparse
import base64
import hashlib
import hmac
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# A body that is too large is refused before it is read completely, whatever else is wrong with it.
CONFIGURATION = """
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "413", "422", "429"]
"""
PROGRAM = pathlib.Path(__file__).resolve().parents[2] / ".build/release/asvin-platform"
# Not checked: a body can match its schema and still be refused, such as a malformed key; and the stateful check of deleted
# entities needs links, which the document does not have.
EXCLUDED = "positive_data_acceptance,use_after_free,ensure_resource_availability,object_level_authorization"


def call(url: str, body=None, token=None) -> dict:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, json.dumps(body or {}).encode(), headers, method="POST")
    with urllib.request.urlopen(request, timeout=20) as reply:
        return json.loads(reply.read())


def workspace_token(url: str, workspace: dict) -> str:
    key, now = workspace["deviceKey"], int(time.time())
    code = hmac.new(workspace["customerKey"].encode(), f"{now}{key}".encode(), hashlib.sha256).hexdigest()
    return call(url + "/auth/login", {"device_key": key, "timestamp": now, "device_signature": code})["token"]


def device_token(url: str, workspace: dict) -> str:
    """Enrols a device, which gets the id 1, and returns its token."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def text(value: bytes) -> str:
        return base64.b64encode(value).decode()

    token = workspace_token(url, workspace)
    challenge = call(url + "/v2/enrolment-challenges", token=token)
    device_class = uuid.UUID("00000000-0000-5000-8000-000000000000")
    proof = b"asvin-platform-enrol-device\0" + challenge["workspace"].to_bytes(8) + base64.b64decode(challenge["nonce"])
    proof += device_class.bytes + public + b"\0\x031.0" + b"\0\x07gateway"
    enrolment = {
        "name": "gateway", "version": "1.0", "class": str(device_class), "key": text(public), "nonce": challenge["nonce"],
        "proof": text(key.sign(proof)),
    }
    known = call(url + "/v2/devices", enrolment, token)
    nonce = base64.b64decode(call(url + "/v2/challenges")["nonce"])
    message = b"asvin-platform-login\0" + nonce + f"{known['workspace']}/{known['device']}".encode()
    login = {"workspace": known["workspace"], "device": known["device"], "nonce": text(nonce), "signature": text(key.sign(message))}
    return call(url + "/v2/login", login)["token"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=30)
    examples = parser.parse_args().examples
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run([PROGRAM, "workspace", "create", "w", "--data", f"{folder}/data", "--json"], capture_output=True, check=True)
        workspace = json.loads(made.stdout)
        server = subprocess.Popen(
            [PROGRAM, "serve", "--data", f"{folder}/data", "--port", "0", "--logins-per-minute", "1000000"],
            stdout=subprocess.PIPE, text=True,
        )
        url = server.stdout.readline().split()[-1]
        runs = {
            "^/manage": workspace["token"],
            r"^/v2/(devices/\{device\}|releases)": device_token(url, workspace),
            "^/v2/(devices|enrolments|enrolment-challenges|challenges|login)$": workspace_token(url, workspace),
        }
        results = []
        for paths, token in runs.items():
            command = ["schemathesis", "run", f"{url}/openapi.json", "--include-path-regex", paths, "-H", f"Authorization: Bearer {token}"]
            command += ["--exclude-checks", EXCLUDED, "--max-examples", str(examples), "--seed", "7", "--no-color", "--warnings", "off", "--continue-on-failure"]
            (pathlib.Path(folder) / "schemathesis.toml").write_text(CONFIGURATION)
            results.append(subprocess.run(command, cwd=folder).returncode)
        alive = server.poll() is None
        server.send_signal(signal.SIGTERM)
        server.wait(20)
    print(f"api-conformance: {'all operations conform' if not any(results) and alive else 'failed'}")
    return 0 if alive and not any(results) else 1


if __name__ == "__main__":
    sys.exit(main())
