"""Compares what two builds of the programs produce: bundles, patches, JSON, server replies, the database schema.

Usage: outputs.py OLD-PROGRAMS NEW-PROGRAMS
Values that differ in each run (keys, tokens, times, ports) are replaced by their kind; everything else must be the same.
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared/corpus"
FIRMWARE = ROOT / "Tests/Firmware/esp-ota-blink"
# Larger pairs are left to scripts/bench-delta, because each patch of them takes seconds.
LARGEST = 1 << 17

PROJECT = """vendor: example.com
class: {name}
name: {name}
trust: [{key}.pub.pem]
"""


class Recorder:
    """Runs one build's programs in a folder and keeps what they produce, by name."""

    def __init__(self, programs: pathlib.Path):
        self.programs = programs
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="asvin-outputs-"))
        self.found: dict[str, bytes] = {}
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "SOURCE_DATE_EPOCH": "1700000000", "TMPDIR": str(self.folder),
        }
        for key in (ROOT / "Keys").glob("TEST-ONLY-*.pem"):
            shutil.copy(key, self.folder / key.name.removeprefix("TEST-ONLY-"))

    def run(self, name: str, program: str, *arguments, output: str | None = None) -> bool:
        """Keeps exit code and JSON of a call, and the file that it writes."""
        done = subprocess.run(
            [self.programs / program, *map(str, arguments)], cwd=self.folder, env=self.environment, capture_output=True
        )
        text = done.stdout.replace(str(self.folder).encode(), b"FOLDER")
        self.found[name] = b"%d\n%s" % (done.returncode, text)
        if done.returncode == 0 and output:
            self.found[f"{name}: {output}"] = (self.folder / output).read_bytes()
        return done.returncode == 0

    # Firmware.

    def release(self, label: str, old: pathlib.Path, new: pathlib.Path):
        for key in ("ed25519", "ecdsa-p256"):
            (self.folder / "asvin-pack.yaml").write_text(PROJECT.format(name="board", key=key))
            common = ["--json", "--force", "--key", f"{key}.pem", "--allow", "role", "--allow", "format", "--allow", "rollback"]
            self.run(f"{label} sign {key} old", "asvin-pack", "sign", old, *common, "--fw-version", "1.0.0", "-o", "old.asvin",
                     output="old.asvin")
            if not self.run(f"{label} sign {key} new", "asvin-pack", "sign", new, *common, "--fw-version", "1.1.0",
                            *(["--from", "old.asvin"] if key == "ed25519" else []), "-o", "new.asvin", output="new.asvin"):
                continue
            self.run(f"{label} inspect {key}", "asvin-pack", "inspect", "new.asvin", "--json")
            self.run(f"{label} verify {key}", "asvin-pack", "verify", "new.asvin", "--json", "--trust", f"{key}.pub.pem",
                     "--vendor", "example.com", "--class", "board", "--floor", "0")
            self.run(f"{label} extract {key}", "asvin-pack", "extract", "new.asvin", "--slot", "0", "-o", "slot.bin", "--force",
                     "--json", "--trust", f"{key}.pub.pem", output="slot.bin")
        self.run(f"{label} inspect image", "asvin-pack", "inspect", new, "--json")
        self.run(f"{label} lint", "asvin-pack", "lint", new, "--json")
        for profile in (["--profile", "standard"], ["--profile", "tiny"], ["--in-place", "--memory", 4 << 20]):
            name = f"{label} delta {' '.join(map(str, profile))}"
            if self.run(name, "asvin-pack", "delta", old, new, *profile, "-o", "one.patch", "--force", "--json", output="one.patch"):
                self.run(f"{name} inspect", "asvin-pack", "inspect", "one.patch", "--json")
                self.run(f"{name} apply", "asvin-pack", "apply", old, "one.patch", "-o", "out.bin", "--force", "--json",
                         output="out.bin")

    # The platform.

    def platform(self):
        sys.path.insert(0, str(ROOT / "scripts/attacks"))
        os.environ["ASVIN_PROGRAMS"] = str(self.programs)
        sys.modules.pop("server", None)
        import server as attacks

        data = self.folder / "data"
        server = attacks.Server(data)
        try:
            self.environment["ASVIN_PACK_TOKEN"] = server.workspace["token"]
            self.run("platform publish", "asvin-pack", "publish", "blink.asvin", "--group", "files", "--create-group", "--json",
                     "--to", server.url, "--trust", "ed25519.pub.pem")
            token = server.login()
            for number in range(3):
                self.reply(server, "POST", "/api/device/register", {"mac": f"d{number}", "firmware_version": "0.1", "name": "e"}, token)
            self.run("platform group", "asvin-pack", "device", "group", "--lobby", "--into", "fleet", "--create", "--json", "--to", server.url)
            self.run("platform rollout", "asvin-pack", "rollout", "create", "r1", "--file-group", "files", "--group", "fleet",
                     "--wave", "1", "--failures", "50", "--soak", "0", "--yes", "--json", "--to", server.url)
            offers = [self.reply(server, "POST", "/api/device/next/rollout", {"mac": f"d{n}", "firmware_version": "0.1"}, token) for n in range(3)]
            offer = next((json.loads(body) for body in offers if b"rollout_id" in body), {})
            self.reply(server, "POST", "/firmware/get", {"id": offer.get("firmware_id", "1")}, token)
            self.reply(server, "POST", "/api/device/success/rollout", {
                "mac": "d0", "firmware_version": "0.1", "rollout_id": offer.get("rollout_id", "1")}, token)
            for verb in ("pause", "resume", "show", "disable", "enable", "abort"):
                self.run(f"platform rollout {verb}", "asvin-pack", "rollout", verb, "r1", "--json", "--to", server.url)
            document = json.loads(server.call("GET", "/openapi.json")[1])
            self.found["openapi"] = json.dumps(without_words(document), sort_keys=True).encode()
            for path, methods in sorted(document["paths"].items()):
                for method in sorted(methods):
                    filled = re.sub(r"\{[^}]*\}", "1", path)
                    for headers in ({}, server.admin, token):
                        if method == "get":
                            self.reply(server, "GET", filled, None, headers)
                        elif "admin" not in str(headers):
                            self.reply(server, method.upper(), filled, {}, {} if headers else {})
        finally:
            server.end(within=15)
        with sqlite3.connect(data / "platform.sqlite") as base:
            self.found["schema"] = "\n".join(row[0] or "" for row in base.execute("SELECT sql FROM sqlite_master ORDER BY name")).encode()

    def reply(self, server, method, path, body, headers) -> bytes:
        status, content = server.call(method, path, body, headers)
        role = "admin" if "Authorization" in (headers or {}) else "device" if headers else "none"
        text = content if len(content) < 65536 else hashlib.sha256(content).hexdigest().encode()
        if path == "/metrics":
            text = b"\n".join(line.split(b" ")[0] for line in text.splitlines() if not line.startswith(b"#"))
        elif text[:1] in (b"{", b"["):
            text = json.dumps(without_words(json.loads(text)), sort_keys=True).encode()
        self.found[f"{len(self.found):04} {method} {path} as {role}"] = b"%d %s" % (status, without_chance(text))
        return content

    def all(self):
        pairs = [("blink", FIRMWARE / "esp-ota-blink.bin", FIRMWARE / "esp-ota-blink-1.1.0.bin")]
        if CORPUS.is_dir():
            pairs += [(folder.name, folder / "old.bin", folder / "new.bin") for folder in sorted(CORPUS.iterdir())]
        for label, old, new in pairs:
            if new.is_file() and max(old.stat().st_size, new.stat().st_size) <= LARGEST:
                self.release(label, old, new)
        (self.folder / "asvin-pack.yaml").write_text(PROJECT.format(name="board", key="ed25519"))
        self.run("blink", "asvin-pack", "sign", pairs[0][1], "--key", "ed25519.pem", "--fw-version", "1.0.0", "--force", "--allow", "rollback", "-o", "blink.asvin")
        self.platform()
        shutil.rmtree(self.folder)
        return self.found


def without_words(value):
    """JSON without the texts that are written for people."""
    if isinstance(value, dict):
        return {key: without_words(part) for key, part in value.items()
                if key not in ("summary", "description", "message", "hint", "error", "msg")}
    if isinstance(value, list):
        return [without_words(part) for part in value]
    return value


def without_chance(text: bytes) -> bytes:
    """Text without what another run makes anew: tokens, digests of signed times, times, nonces."""
    text = re.sub(rb"eyJ[\w.-]+", b"TOKEN", text)
    text = re.sub(rb"\b[0-9a-f]{32,}\b", b"HEX", text)
    text = re.sub(rb"(?:[A-Za-z0-9+/_-]{40,}\s?)+[A-Za-z0-9+/_-]*=*", b"BASE64", text)
    text = re.sub(rb"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?", b"TIME", text)
    text = re.sub(rb"\"seconds\" : [0-9.e-]+", b"SECONDS", text)
    text = re.sub(rb"\b1[6-9]\d{8}\b", b"TIME", text)
    return re.sub(rb"127\.0\.0\.1:\d+", b"HOST", text)


def main() -> int:
    old, new = (Recorder(pathlib.Path(path).resolve()).all() for path in sys.argv[1:3])
    different = 0
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before is not None and after is not None and without_chance(before) == without_chance(after):
            continue
        different += 1
        print(f"outputs: error: {name} differs:\n  {(before or b'absent')[:600]!r}\n  {(after or b'absent')[:600]!r}", file=sys.stderr)
    files = sum(1 for name in old if ": " in name)
    print(f"outputs: {len(old)} outputs, {files} of them files, {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
