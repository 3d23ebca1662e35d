"""Runs the sketch of the Arduino library against the platform, as ESP8266s and ESP32s: enrolment, updates over connections that
break, what must be rejected, power cuts at writes of flash, and images that do not work. See scripts/device/sketch.

Usage: arduino_sketch.py MAKE-SKETCH [--all]
"""

import base64
import concurrent.futures
import json
import os
import pathlib
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading

from device_client import BIN, KEY, Platform, demand, run

OTHER_KEY = KEY.with_name("TEST-ONLY-ecdsa-p256")
FLASH = 1 << 20
RESTART, POWER_LOST = 10, 99
STREAM = re.compile(rb"GET /v2/releases/[0-9a-f]{64}/payloads/(\d+)/stream HTTP.*\r\nRange: bytes=(\d+)-", re.DOTALL)
random.seed(64)


class Wire:
    """Passes requests and replies between devices and the platform, over connections that are kept. It may break a stream, change
    a reply, or be silent."""

    def __init__(self, port: int):
        self.port, self.cut, self.change, self.is_silent, self.cuts = port, False, None, False, 0
        self.offers, self.streams = [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            device, _ = self.listener.accept()
            threading.Thread(target=self.exchange, args=(device,), daemon=True).start()

    @staticmethod
    def message(connection: socket.socket) -> tuple[bytes, bytes]:
        """A request or a reply: its head and its body."""
        data = b""
        while b"\r\n\r\n" not in data:
            if not (piece := connection.recv(65536)):
                return b"", b""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n", body

    def exchange(self, device: socket.socket):
        try:
            with device, socket.create_connection(("127.0.0.1", self.port)) as platform:
                while True:
                    head, body = self.message(device)
                    if not head:
                        return
                    if self.is_silent:
                        device.recv(1)
                        return
                    if found := STREAM.match(head):
                        self.streams.append((int(found[1]), int(found[2])))
                    platform.sendall(head + body)
                    reply, content = self.message(platform)
                    if b"/next HTTP" in head and reply.startswith(b"HTTP/1.1 200"):
                        self.offers.append((reply, content))
                    if self.change:
                        reply, content = self.change(head, reply, content)
                    is_cut = self.cut and b"/stream" in head and len(content) > 9000
                    self.cuts += is_cut
                    device.sendall(reply + (content[: random.randrange(1500, 9000)] if is_cut else content))
                    if is_cut:
                        return
        except OSError:
            return


def image(chip: str, version: str, size: int, works: bool = True) -> bytes:
    """An image in the form that the chip starts, as far as the device's own code looks at it."""
    note = f"firmware {version} {'works' if works else 'broken'}\n".encode()
    content = random.randbytes(size)
    if chip == "esp32":
        head = struct.pack("<BBBB28xI28x", 0xE9, 1, 2, 0x20, 128 + size)
        return head + note.ljust(64, b"\0") + content
    eboot = (bytes([0xE9, 1, 2, 0x20]).ljust(64, b"\0") + note).ljust(4096, b"\xaa")
    size &= ~15
    sketch = struct.pack("<BBBBIII", 0xE9, 1, 2, 0x20, 0x40201010, 0x40201010, size) + content[:size]
    return eboot + sketch + bytes(16 - len(sketch) % 16)


class Device:
    def __init__(self, platform: Platform, wire: Wire, program: pathlib.Path, name: str, factory: bytes):
        self.folder, self.name, self.platform, self.program = platform.folder / name, name, platform, program
        self.board = f"{program.parent.name}-board"
        self.start_of_slots = (0,) if self.board == "esp8266-board" else (0x10000, 0x70000)
        self.key = base64.b64encode(random.randbytes(24)).decode()
        self.folder.mkdir()
        flash = bytearray(b"\xff" * FLASH)
        flash[self.start_of_slots[0] : self.start_of_slots[0] + len(factory)] = factory
        (self.folder / "flash").write_bytes(flash)
        self.environment = os.environ | {
            "NAME": name, "KEY": self.key, "PORT": str(wire.address), "CUSTOMER_KEY": platform.workspace["customerKey"],
            "WORKSPACE_KEY": platform.workspace["deviceKey"]}

    def register(self, group: str):
        (self.folder / "key").write_bytes(self.key.encode())
        self.platform.pack("device", "register", self.name, "--vendor", "example.com", "--class", self.board, "--key-file",
                           self.folder / "key")
        self.platform.pack("device", "group", self.name, "--into", group, "--create")

    def start(self, *more: str, loops: int = 1, **variables: str) -> tuple[int, str]:
        """One start of the device."""
        result = subprocess.run([self.program, self.folder, str(loops), *more], env=self.environment | variables,
                                capture_output=True, text=True, timeout=120)
        demand(result.returncode in (0, RESTART, POWER_LOST), f"{self.name} ended with {result.returncode}: {result}")
        # A loss of power takes the memory that only a restart keeps.
        if result.returncode == POWER_LOST:
            (self.folder / "rtc").unlink(missing_ok=True)
        return result.returncode, result.stdout

    def runs(self, version: str, **variables: str):
        """Starts the device until it runs a version and has polled once."""
        shown = ""
        for _ in range(12):
            status, out = self.start(loops=16, **variables)
            shown += out
            if status == 0 and f"start of {version}\n" in out:
                return
        sys.exit(f"sketch: error: {self.name} does not run {version}: {shown} {self.state()}")

    def holds(self, *images: bytes) -> bool:
        """Whether a slot holds one of the images."""
        flash = (self.folder / "flash").read_bytes()
        return any(flash[start : start + len(image)] == image for start in self.start_of_slots for image in images)

    def state(self, rollout: str | None = None) -> dict:
        if rollout is None:
            return self.platform.device(self.name)
        number = self.platform.rollout(rollout)["id"]
        after, found = 0, []
        while after is not None and not found:
            page = json.loads(self.platform.call("GET", f"/manage/rollouts/{number}/devices?after={after}")[1])
            after, found = page.get("next"), [device for device in page["items"] if device["name"] == self.name]
        return found[0]


class Chip:
    """The devices of a chip, and their releases."""

    def __init__(self, platform: Platform, make: str, name: str):
        self.platform, self.name, self.board, self.made = platform, name, f"{name}-board", 0
        self.wire = Wire(platform.port)
        folder = platform.folder / name
        folder.mkdir()
        run(BIN / "asvin-pack", "device-header", "--trust", f"{KEY}.pub.pem", "--vendor", "example.com", "--class", self.board,
            "--fw-version", "1.0.0", "-o", folder / "asvin_device.h")
        run(make, folder, name)
        self.program = folder / "device"
        self.factory = image(name, "1.0.0", 60_000)

    def device(self, name: str) -> Device:
        return Device(self.platform, self.wire, self.program, f"{self.name}-{name}", self.factory)

    def release(self, version: str, size: int, *options, works: bool = True, base: bytes = b"", key: pathlib.Path = KEY) -> bytes:
        """Publishes an image, and returns it. Most of it is as in a base."""
        content = bytearray(image(self.name, version, size, works))
        if base:
            content[8192:-64] = base[8192 : len(content) - 64]
            content[9000:9100] = random.randbytes(100)
        bundle = self.platform.release(version, bytes(content), "--allow", "role", "--allow", "integrity", "--seal", *options,
                                       board=self.board, key=key)
        self.bundle = bundle
        return bytes(content)

    def rollout(self, name: str, group: str, *options, key: pathlib.Path = KEY) -> str:
        self.platform.pack("rollout", "create", f"{self.name}-{name}", "--file-group", f"{self.board}-{key.name}", "--group", group,
                           "--wave", "100%", "--soak", "0", "--no-failure-limit", "--yes", *options)
        return f"{self.name}-{name}"


def check_updates(chip: Chip) -> Device:
    """An enrolment, and an update over connections that break."""
    device = chip.device("first")
    demand("enrol 1" in device.start("enrol")[1], "the enrolment fails")
    demand(device.start()[0] == 0 and device.state()["placement"] == "lobby", "a device in the lobby is not in the lobby")
    chip.platform.pack("device", "group", device.name, "--into", chip.name, "--create")
    new = chip.release("1.1.0", 120_000)
    rollout = chip.rollout("first", chip.name)
    chip.wire.cut = True
    device.runs("1.1.0")
    chip.wire.cut = False
    demand(device.holds(new), "another image runs than was published")
    demand(device.state(rollout)["state"] == "confirmed", f"the update is not confirmed: {device.state(rollout)}")
    demand(device.state()["isVerifying"] and device.state()["version"] == "1.1.0", f"the platform shows {device.state()}")
    demand(chip.wire.cuts >= 5, f"only {chip.wire.cuts} connections were broken")
    # A server that accepts connections and sends nothing.
    chip.wire.is_silent = True
    status, out = device.start(SPEED="60")
    chip.wire.is_silent = False
    demand(status == 0 and "operations 0 " in out, f"a silent server has an effect: {out}")
    return device


def reject(chip: Chip, device: Device, name: str, reason: int, change=None, key: pathlib.Path = KEY):
    """A rollout whose release is not accepted, and is reported so."""
    rollout = chip.rollout(name, chip.name, key=key)
    chip.wire.change = change
    status, out = device.start()
    chip.wire.change = None
    demand(status == 0 and f"reason {reason} " in out, f"{device.name} does not reject with {reason}: {out}")
    known = device.state(rollout)
    demand(known["state"] == "failed" and known["reason"] == reason, f"the platform shows {known}, and not {reason}")


def check_rejections(chip: Chip, device: Device):
    """What is changed on the way or not signed by a trusted key, or older, is not installed."""
    first_offer = chip.wire.offers[0]
    before = chip.release("1.2.0", 90_000)
    ids = (chip.program.parent / "asvin_device.h").read_text().split("ASVIN_DEVICE_CLASS {")[1].split("}")[0]
    class_id = bytes(int(byte, 16) for byte in ids.replace("\\", "").split(","))

    def flip(content: bytes, place: int) -> bytes:
        return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

    def change_envelope(head: bytes, reply: bytes, content: bytes):
        return reply, flip(content, content.index(class_id)) if b"/next" in head and class_id in content else content

    def change_block(head: bytes, reply: bytes, content: bytes):
        return reply, flip(content, len(content) // 2) if b"/stream" in head else content

    reject(chip, device, "envelope", 24, change_envelope)
    reject(chip, device, "block", 55, change_block)
    rollout = chip.rollout("second", chip.name)
    device.runs("1.2.0")
    demand(device.holds(before) and device.state(rollout)["state"] == "confirmed", f"{device.state(rollout)}")

    def offer_first(head: bytes, reply: bytes, content: bytes):
        return first_offer if b"/next HTTP" in head and not reply.startswith(b"HTTP/1.1 401") else (reply, content)

    chip.wire.change = offer_first
    status, out = device.start()
    chip.wire.change = None
    demand(status == 0 and "reason 42 " in out, f"an older release is not rejected: {out}")

    chip.release("1.3.0", 90_000, key=OTHER_KEY)
    reject(chip, device, "key", 21, key=OTHER_KEY)
    demand(device.holds(before), "something that was rejected was installed")
    return before


def check_trial(chip: Chip, device: Device, before: bytes):
    """An image that does not work is reported as failed; the next one replaces it."""
    broken = chip.release("1.4.0", 100_000, works=False)
    rollout = chip.rollout("fourth", chip.name)
    kept = "1.2.0" if chip.name == "esp32" else "1.4.0"
    device.runs(kept)
    known = device.state(rollout)
    demand(known["state"] == "failed" and known["reason"] == 80, f"the platform shows {known}")
    demand(device.holds(before if chip.name == "esp32" else broken), "another image runs")
    after = chip.release("1.5.0", 110_000)
    device.runs("1.5.0") if (rollout := chip.rollout("fifth", chip.name)) else None
    demand(device.holds(after) and device.state(rollout)["state"] == "confirmed", f"{device.state(rollout)}")
    if chip.name == "esp32":
        bundle = chip.bundle
        patched = chip.release("1.6.0", 110_000, "--from", bundle, base=after)
        rollout = chip.rollout("sixth", chip.name)
        chip.wire.streams.clear()
        device.runs("1.6.0", PATCHES="1")
        demand(device.holds(patched) and device.state(rollout)["state"] == "confirmed", f"{device.state(rollout)}")
        demand(all(payload > 0 for payload, _ in chip.wire.streams), f"no patch was fetched: {chip.wire.streams}")


def check_power(chip: Chip, samples: int) -> str:
    """Power is lost at writes of flash, in the update and in the start after it."""
    new = chip.release("2.0.0", 60_000)
    interrupted, counted = chip.device("interrupted"), chip.device("counted")
    for device in (interrupted, counted):
        device.register(f"{chip.name}-count")
    rollout = chip.rollout("count", f"{chip.name}-count")
    status, out = interrupted.start(loops=16)
    demand(status == RESTART, f"the update does not end: {out}")
    # The restart keeps what eboot is asked for, and a loss of power does not: the update is installed again.
    (interrupted.folder / "rtc").unlink(missing_ok=True)
    interrupted.runs("2.0.0")
    demand(interrupted.state(rollout)["failures"] == 0, f"a restart that was cut off is a failure: {interrupted.state(rollout)}")
    counts = [int(counted.start(loops=16)[1].split("operations ")[1].split()[0]) for _ in range(2)]
    every = max(sum(counts) // samples, 1)
    places = sorted({1, counts[0], counts[0] + 1, sum(counts), *range(random.randrange(1, 1 + every), sum(counts), every)})
    devices = {place: chip.device(f"cut-{place}") for place in places}
    for device in devices.values():
        device.register(f"{chip.name}-power")
    # An ESP32's bootloader goes back where power is lost in the trial, which counts as a failure.
    rollout = chip.rollout("power", f"{chip.name}-power", "--retries", "1")
    chip.wire.streams.clear()

    def lose(place: int):
        device = devices[place]
        if place <= counts[0]:
            status, out = device.start(loops=16, CUT=str(place))
        else:
            demand(device.start(loops=16)[0] == RESTART, "the update does not end")
            status, out = device.start(loops=16, CUT=str(place - counts[0]))
        demand(status == POWER_LOST, f"power was not lost at {place} of {counts}: {out}")
        demand(device.holds(chip.factory, new), f"after power was lost at {place}, no image is complete")
        device.runs("2.0.0")
        known = device.state(rollout)
        demand(device.holds(new) and known["state"] == "confirmed", f"after power was lost at {place}: {known}")

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lose, places))
    resumed = sum(offset > 0 for _, offset in chip.wire.streams)
    demand(resumed > 0 or chip.name == "esp8266", "no download was resumed")
    return f"power lost at {len(places)} of {sum(counts)} writes; {resumed} downloads resumed after it"


def main(make: str, *options: str):
    with tempfile.TemporaryDirectory() as name:
        platform = Platform(pathlib.Path(name))
        try:
            for chip_name in ("esp8266", "esp32"):
                chip = Chip(platform, make, chip_name)
                device = check_updates(chip)
                before = check_rejections(chip, device)
                check_trial(chip, device, before)
                power = check_power(chip, FLASH if "--all" in options else 12)
                shown = (platform.folder / "platform.log").read_text()
                demand(device.key not in shown and base64.b64encode(device.key.encode()).decode() not in shown, "a key is shown")
                print(f"sketch: {chip_name}: enrolled, verified, installed and confirmed; {chip.wire.cuts} connections broken;"
                      f" changed, foreign and older releases rejected; {power}")
        finally:
            platform.process.send_signal(signal.SIGTERM)
            platform.process.wait(20)


if __name__ == "__main__":
    main(*sys.argv[1:])
