"""Devices beside the pages: asvin's client of 2021, as its documentation describes it."""

import json
import os
import pathlib
import subprocess

from server import PROGRAMS, Server


class Client:
    """A board that registers, polls, fetches and reports success."""

    def __init__(self, server: Server, mac: str, version: str = "1.0.0"):
        self.server, self.mac, self.version = server, mac, version

    def call(self, path: str, body: dict) -> tuple[int, bytes]:
        return self.server.call("POST", path, {"mac": self.mac, **body}, self.server.login())

    def register(self, name: str = "board"):
        status, body = self.call("/api/device/register", {"firmware_version": self.version, "name": name})
        assert status == 200, (status, body)

    def update(self) -> bool:
        """Polls, and installs what the platform offers."""
        status, body = self.call("/api/device/next/rollout", {"firmware_version": self.version})
        assert status == 200, (status, body)
        offer = json.loads(body)
        if not offer.get("rollout_id"):
            return False
        token = self.server.login()
        status, body = self.server.call("POST", "/firmware/get", {"id": offer["firmware_id"]}, token)
        assert status == 200, (status, body)
        status, image = self.server.call("POST", "/firmware/download", {"cid": json.loads(body)["cid"]}, {**token, "x-ESP8266-STA-MAC": self.mac})
        assert status == 200, status
        self.version = offer.get("version", self.version)
        status, body = self.call(
            "/api/device/success/rollout", {"firmware_version": self.version, "rollout_id": offer["rollout_id"]}
        )
        assert status == 200, (status, body)
        return True


def simulate(server: Server, folder: pathlib.Path, *arguments: str):
    """Runs verifying devices of the class `gw` in one process, until its time ends."""
    done = subprocess.run(
        [
            PROGRAMS / "asvin-device", "simulate", folder / "fleet", "--count", "6", "--to", server.url, "--name", "sim",
            "--vendor", "example.com", "--class", "gw", "--image", folder / "esp-ota-blink-1.1.0.bin", "--fw-version", "1.0.0", "--sequence", "1",
            "--trust", folder / "TEST-ONLY-key.pub.pem", *arguments,
        ],
        capture_output=True, text=True, timeout=120,
        env={
            **os.environ, "ASVIN_CUSTOMER_KEY": server.workspace["customerKey"],
            "ASVIN_DEVICE_KEY": server.workspace["deviceKey"],
        },
    )
    assert done.returncode in (0, 1), (done.returncode, done.stderr[-1000:], done.stdout[-1000:])
