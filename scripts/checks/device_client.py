"""Runs a device with the C client against the platform: enrolment, polls, downloads over connections that break, power cuts,
confirmation. The platform then shows the device as verified and each rollout as done. See scripts/device/client.

Usage: device_client.py MAKE-DEVICE
"""

import base64
import hashlib
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / ".build/release"
KEY = ROOT / "Keys/TEST-ONLY-ed25519"
FLASH = 4 * 4096 + 2 * 64 * 4096
SLOT = 4 * 4096
RESTART = 10
# Where the proxy changes a stream: after the head of the reply.
CHANGED = 2000
random.seed(20)


class Proxy:
    """Passes bytes between device and platform. Ends a connection after some bytes of a reply, as a bad network does, and may end
    the device then, as a loss of power does. May change a byte of each stream. Keeps the requests that it has seen."""

    def __init__(self, port: int):
        self.port, self.cut, self.cuts, self.requests, self.victim, self.power_cuts = port, False, 0, [], None, 0
        self.change = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            device, _ = self.listener.accept()
            threading.Thread(target=self.exchange, args=(device,), daemon=True).start()

    def exchange(self, device: socket.socket):
        with device, socket.create_connection(("127.0.0.1", self.port)) as platform:
            request = b""
            while b"\r\n\r\n" not in request:
                if not (piece := device.recv(65536)):
                    return
                request += piece
            head, _, body = request.partition(b"\r\n\r\n")
            length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
            while len(body) < length:
                body += device.recv(65536)
            self.requests.append(head + b"\r\n\r\n" + body)
            platform.sendall(self.requests[-1])
            left = random.randrange(1500, 9000) if self.cut and b"/stream" in head else 1 << 40
            passed = 0
            while left > 0 and (piece := platform.recv(1024)):
                passed += len(piece)
                if self.change and b"/stream" in head and passed - len(piece) <= CHANGED < passed:
                    place = CHANGED - passed + len(piece)
                    piece = piece[:place] + bytes([piece[place] ^ 1]) + piece[place + 1 :]
                try:
                    device.sendall(piece[:left])
                except OSError:
                    return
                left -= len(piece)
            self.cuts += left <= 0
            if left <= 0 and self.victim and random.random() < 0.3:
                self.victim.kill()
                self.power_cuts += 1


def run(*command, **options) -> str:
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if result.returncode != 0:
        sys.exit(f"client: error: {command[0]} ended with {result.returncode}: {result.stdout}{result.stderr}")
    return result.stdout


def demand(holds: bool, what: str):
    if not holds:
        sys.exit(f"client: error: {what}")


def array(data: bytes) -> str:
    return "{" + ", ".join(f"0x{byte:02X}" for byte in data) + "}"


def text(value: str) -> str:
    return json.dumps(value)


def image(version: str, size: int, base: bytes = b"") -> bytes:
    """An image that begins with its version and its size; most of it is as in a base."""
    rest = bytearray(base[64:] + random.randbytes(max(size - len(base), 0)))[: size - 64]
    for place in random.sample(range(len(rest)), 40 if base else 0):
        rest[place] ^= 1
    return f"firmware {version} {size}\n".encode().ljust(64, b"\0") + bytes(rest)


class Platform:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.workspace = json.loads(run(BIN / "asvin-platform", "workspace", "create", "ours", "--data", folder / "data", "--json"))
        os.environ["ASVIN_PACK_TOKEN"] = self.workspace["token"]
        self.log = open(folder / "platform.log", "wb")
        self.process = subprocess.Popen(
            [BIN / "asvin-platform", "serve", "--data", folder / "data", "--port", "0", "--log-requests"],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.url = self.process.stdout.readline().split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def pack(self, *command) -> dict:
        return json.loads(run(BIN / "asvin-pack", *command, "--to", self.url, "--json", cwd=self.folder))

    def call(self, method: str, path: str, body=None) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.workspace['token']}"}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers, method=method)) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def device(self, name: str) -> dict:
        return next(device for device in json.loads(self.call("GET", "/manage/devices")[1])["items"] if device["name"] == name)

    def rollout(self, name: str) -> dict:
        return next(rollout for rollout in json.loads(self.call("GET", "/manage/rollouts")[1])["items"] if rollout["name"] == name)

    def release(self, version: str, content: bytes, *options, board: str = "client-board", key: pathlib.Path = KEY) -> pathlib.Path:
        """Publishes a release of a board in a file group of the board's name and the key's."""
        file = self.folder / f"{board}-{version}.bin"
        file.write_bytes(content)
        bundle = self.folder / f"{board}-{version}.asvin"
        run(BIN / "asvin-pack", "sign", file, "--key", f"{key}.pem", "--vendor", "example.com", "--class", board, "--name",
            "firmware", "--fw-version", version, "--profile", "tiny", "--allow", "format", "--allow", "test-key", "--quiet", "-o",
            bundle, *options, cwd=self.folder)
        run(BIN / "asvin-pack", "publish", bundle, "--group", f"{board}-{key.name}", "--create-group", "--trust", f"{key}.pub.pem", "--to",
            self.url, "--quiet", cwd=self.folder)
        return bundle

    def send(self, request: bytes) -> int:
        """Sends a request again, as it is; returns the status."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(request)
            return int(connection.recv(65536).split()[1])


class Device:
    def __init__(self, platform: Platform, name: str, factory: bytes, make: str):
        self.folder, self.name, self.key = platform.folder / name, name, random.randbytes(32)
        self.folder.mkdir()
        run(BIN / "asvin-pack", "device-header", "--trust", f"{KEY}.pub.pem", "--vendor", "example.com", "--class", "client-board",
            "--sequence", "1", "-o", self.folder / "asvin_device.h", cwd=self.folder)
        constants = {
            "NAME": text(name), "WORKSPACE": "1", "KEY": array(self.key), "CUSTOMER_KEY": text(platform.workspace["customerKey"]),
            "WORKSPACE_KEY": text(platform.workspace["deviceKey"])}
        (self.folder / "device.h").write_text("".join(f"#define DEVICE_{key} {value}\n" for key, value in constants.items()))
        flash = bytearray(b"\xff" * FLASH)
        flash[SLOT : SLOT + len(factory)] = factory
        (self.folder / "flash").write_bytes(flash)
        self.proxy = Proxy(platform.port)
        run(make, self.folder)

    def start(self, verb: str = "run", is_cut: bool = False) -> tuple[int, str]:
        """One start of the device, which may lose its power."""
        command = [self.folder / "device", self.folder, "127.0.0.1", str(self.proxy.address), verb]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.proxy.victim = process if is_cut else None
        try:
            out, error = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            sys.exit(f"client: error: {self.name} does not end: {process.communicate()}")
        demand(process.returncode in (0, 1, RESTART, -signal.SIGKILL), f"{self.name} ended with {process.returncode}: {out}{error}")
        return process.returncode, out

    def update(self, platform: Platform, rollout: str, version: str, content: bytes, is_cut: bool = False):
        """Starts the device until it runs a version and has reported that."""
        shown = ""
        for _ in range(60):
            status, out = self.start(is_cut=is_cut)
            shown += out
            if status == 0 and f"start of {version} " in out:
                break
        record = platform.rollout(rollout)
        demand(record["phase"] == "finished" and record["tally"]["confirmed"] == 1, f"the rollout is not done: {record} {shown}")
        slot = int((self.folder / "slot").read_text())
        flash = (self.folder / "flash").read_bytes()
        begin = SLOT + slot * 64 * 4096
        demand(flash[begin : begin + len(content)] == content, f"{self.name} has another image")
        known = platform.device(self.name)
        demand(known["isVerifying"] and known["version"] == version, f"the platform shows {known}")


def check_replays(platform: Platform, device: Device):
    """A request that was seen on the way is of no use to anyone else, and a changed one is refused."""
    polls = [request for request in device.proxy.requests if b"/next HTTP" in request]
    reports = [request for request in device.proxy.requests if b"/events HTTP" in request]
    demand(bool(polls and reports), "the proxy has seen no poll and no report")
    for request in (polls[-1], reports[-1]):
        demand(platform.send(request) == 401, "a replayed request is accepted")
        demand(platform.send(request.replace(b"Asvin-Device ", b"Asvin-Workspace ")) == 401, "another scheme is accepted")
    streams = [request for request in device.proxy.requests if b"/stream HTTP" in request]
    demand(platform.send(streams[-1]) == 401, "a replayed download is served")


def check_change(platform: Platform, device: Device, bundle: pathlib.Path, base: bytes):
    """Where every stream of a release is changed on its way, device and platform show what is wrong with a stream, and not that
    none is left."""
    platform.release("1.3.0", image("1.3.0", 200_000, base), "--seal", "--from", bundle)
    platform.pack("rollout", "create", "changed", "--file-group", f"client-board-{KEY.name}", "--group", "kitchen", "--wave", "1", "--yes")
    device.proxy.cut, device.proxy.change = False, True
    status, out = device.start()
    device.proxy.change = False
    demand(status == 1 and "update: link-digest-mismatch" in out, f"a changed stream ends with {status}: {out}")
    rollout = platform.rollout("changed")["id"]
    known = json.loads(platform.call("GET", f"/manage/rollouts/{rollout}/devices")[1])["items"]
    demand([(each["state"], each["reason"]) for each in known] == [("failed", 55)], f"the platform shows {known}")
    demand(device.start()[1].startswith("start of 1.2.0 "), "another version starts after a changed stream")


def check_secrets(platform: Platform, devices: list[Device]):
    """No reply and no line of the log holds a key of a device."""
    shown = (platform.folder / "platform.log").read_bytes()
    for path in ("/manage/devices", "/manage/audit?limit=100", "/metrics", "/openapi.json"):
        shown += platform.call("GET", path)[1]
    for device in devices:
        for form in (device.key, device.key.hex().encode(), base64.b64encode(device.key)):
            demand(form not in shown, f"the key of {device.name} is shown")


def main(make: str):
    with tempfile.TemporaryDirectory() as name:
        platform = Platform(pathlib.Path(name))
        try:
            factory = image("1.0.0", 90_000)
            first = image("1.1.0", 120_000)
            # Much of it is new, so that the sealed stream of the patch is interrupted often.
            second = image("1.2.0", 180_000, first)

            # One device enrols by itself, and an operator registers the other one with the key that its factory wrote.
            enrolled = Device(platform, "enrolled", factory, make)
            registered = Device(platform, "registered", factory, make)
            demand(enrolled.start()[0] == 1, "a device that is not enrolled gets an answer")
            status, out = enrolled.start("enrol")
            demand(status == 0, f"the enrolment fails: {out}")
            keys = platform.folder / "key", platform.folder / "other-key"
            keys[0].write_text(registered.key.hex() + "\n")
            keys[1].write_bytes(random.randbytes(32))
            register = "device", "register", "registered", "--vendor", "example.com", "--class", "client-board", "--key-file"
            for _ in range(2):
                shown = platform.pack(*register, keys[0])["devices"]
                demand([device["name"] for device in shown] == ["registered"], f"the registration answers with {shown}")
            refused = subprocess.run([BIN / "asvin-pack", *register, keys[1], "--to", platform.url], capture_output=True)
            demand(b"a device with that name exists" in refused.stderr, f"a registered key is replaced: {refused}")
            demand(all(platform.device(device.name)["isVerifying"] for device in (enrolled, registered)), "a device is unverified")
            demand(enrolled.start()[0] == 0, "a device in the lobby gets another answer than nothing")

            for device, group in ((enrolled, "kitchen"), (registered, "cellar")):
                platform.pack("device", "group", device.name, "--into", group, "--create")
            bundle = platform.release("1.1.0", first)
            for device, group in ((enrolled, "kitchen"), (registered, "cellar")):
                platform.pack("rollout", "create", group, "--file-group", f"client-board-{KEY.name}", "--group", group, "--wave", "1", "--yes")
                device.proxy.cut = True
                device.update(platform, group, "1.1.0", first, is_cut=device is registered)
            bundle = platform.release("1.2.0", second, "--from", bundle)
            platform.pack("rollout", "create", "patch", "--file-group", f"client-board-{KEY.name}", "--group", "kitchen", "--wave", "1", "--yes")
            image_cuts = enrolled.proxy.cuts + registered.proxy.cuts
            enrolled.update(platform, "patch", "1.2.0", second)

            check_replays(platform, enrolled)
            check_change(platform, enrolled, bundle, second)
            check_secrets(platform, [enrolled, registered])
            cuts = enrolled.proxy.cuts + registered.proxy.cuts
            demand(registered.proxy.power_cuts > 0, "power was never lost")
            demand(image_cuts > 10 and cuts - image_cuts > 5, f"only {image_cuts} and {cuts - image_cuts} connections were broken")
            print(
                f"client: two devices, an image each and a sealed patch: installed, tried and confirmed; {cuts} connections broken,"
                f" power lost {registered.proxy.power_cuts} times; verified on the platform, rollouts finished; replays and changed streams refused")
        finally:
            platform.process.send_signal(signal.SIGTERM)
            platform.process.wait(20)


if __name__ == "__main__":
    main(sys.argv[1])
