"""Kills the platform instead of each write during a rollout, and checks that nothing acknowledged is lost."""

import argparse
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / ".build/release"
SHIM = ROOT / ".build/kill_at_write.so"
DEVICES = 4


class Dead(Exception):
    """The platform was killed."""


class Server:
    def __init__(self, data: pathlib.Path, kill_at: int | None = None):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        environment = dict(os.environ)
        if kill_at is not None:
            environment.update(LD_PRELOAD=str(SHIM), KILL_AT=str(kill_at))
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [BIN / "asvin-platform", "serve", "--data", data, "--port", str(port)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        self.process.stdout.readline()

    def call(self, method: str, path: str, body=None, headers=None):
        request = urllib.request.Request(
            self.url + path, None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json", **(headers or {})}, method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                return reply.status, json.loads(reply.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")
        except OSError as error:
            raise Dead from error

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


class Fleet:
    """The steps of asvin clients and an operator, each repeated until it is acknowledged."""

    def __init__(self, workspace: dict, rollout: int):
        self.workspace, self.rollout = workspace, rollout
        self.admin = {"Authorization": f"Bearer {workspace['token']}"}

    def token(self, server: Server) -> dict:
        key, now = self.workspace["deviceKey"], int(time.time())
        code = hmac.new(self.workspace["customerKey"].encode(), f"{now}{key}".encode(), hashlib.sha256).hexdigest()
        _, reply = server.call("POST", "/auth/login", {"device_key": key, "timestamp": now, "device_signature": code})
        return {"x-access-token": reply["token"]}

    def steps(self) -> list:
        rollout = f"/manage/rollouts/{self.rollout}"

        def poll(device, version="1.0"):
            return lambda server: server.call("POST", "/api/device/next/rollout", {"mac": device, "firmware_version": version}, self.token(server))

        def success(device):
            body = {"mac": device, "firmware_version": "1.0", "rollout_id": str(self.rollout)}
            return lambda server: server.call("POST", "/api/device/success/rollout", body, self.token(server))

        def operate(action):
            return lambda server: server.call("POST", f"{rollout}/{action}", None, self.admin)

        steps = [("start", operate("start"))]
        for number in range(DEVICES):
            name = f"device-{number}"
            steps += [(f"offer {name}", poll(name)), (f"success {name}", success(name)), (f"again {name}", success(name))]
            if number == 1:
                steps += [("pause", operate("pause")), ("resume", operate("resume"))]
            steps.append((f"confirm {name}", poll(name, "2.0.0")))
        return steps

    def check(self, server: Server, acknowledged: list):
        """Checks that every acknowledged step is recorded and counted once."""
        _, rollout = server.call("GET", f"/manage/rollouts/{self.rollout}", None, self.admin)
        _, devices = server.call("GET", f"/manage/rollouts/{self.rollout}/devices", None, self.admin)
        states = {device["name"]: device["state"] for device in devices["items"]}
        order = ["offered", "downloading", "installed", "confirmed"]
        for step in acknowledged:
            what, _, device = step.partition(" ")
            least = {"offer": "offered", "success": "installed", "again": "installed", "confirm": "confirmed"}.get(what)
            if least and order.index(states[device]) < order.index(least):
                raise AssertionError(f"'{step}' was acknowledged, and {device} is {states[device]}")
        for state, number in rollout["tally"].items():
            if number != sum(one == state for one in states.values()):
                raise AssertionError(f"{number} devices are counted as {state}, of {states}")
        page, after = None, 0
        while after is not None:
            _, page = server.call("GET", f"/manage/audit?after={after}", None, self.admin)
            if not page["isIntact"]:
                raise AssertionError("the audit log is broken")
            after = page.get("next")
        return rollout


def prepare(folder: pathlib.Path) -> Fleet:
    """Creates a workspace with devices in a group, firmware, and a planned rollout of three waves."""
    data = folder / "prepared"
    made = subprocess.run([BIN / "asvin-platform", "workspace", "create", "w", "--data", data, "--json"], capture_output=True, check=True)
    workspace = json.loads(made.stdout)
    environment = {**os.environ, "ASVIN_PACK_TOKEN": workspace["token"]}
    server = Server(data)
    (folder / "f.bin").write_bytes(os.urandom(1000))

    def pack(*arguments):
        subprocess.run([BIN / "asvin-pack", *arguments], cwd=folder, env=environment, check=True, capture_output=True)

    pack("keygen", "-o", "key.pem")
    pack("sign", "f.bin", "--name", "f", "--fw-version", "2.0.0", "--vendor", "example.com", "--class", "c", "--key", "key.pem")
    pack("publish", "f-2.0.0.asvin", "--group", "g", "--trust", "key.pub.pem", "--create-group", "--to", server.url)
    fleet = Fleet(workspace, 0)
    for number in range(DEVICES):
        server.call("POST", "/api/device/register", {"mac": f"device-{number}", "firmware_version": "1.0"}, fleet.token(server))
    pack("device", "group", "--lobby", "--into", "d", "--create", "--to", server.url)
    pack("rollout", "create", "r", "--file-group", "g", "--group", "d", "--wave", "1", "--wave", "50%", "--soak", "0", "--start", "never", "--yes", "--to", server.url)
    fleet.rollout = server.call("GET", "/manage/rollouts", None, fleet.admin)[1]["items"][0]["id"]
    server.end()
    return fleet


def run(folder: pathlib.Path, fleet: Fleet, kill_at: int | None) -> bool:
    """Returns whether the platform was killed."""
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(folder / "prepared", data)
    was_killed, acknowledged = False, []
    server = Server(data, kill_at)
    for name, step in fleet.steps():
        while True:
            try:
                status, _ = step(server)
                # A step that was performed and not acknowledged may be refused in the new phase.
                assert status == 200 or (was_killed and status == 409), f"{name}: {status}"
                break
            except Dead:
                assert server.process.wait(20) == -signal.SIGKILL, "the platform ended by itself"
                was_killed = True
                server = Server(data)
                fleet.check(server, acknowledged)
        acknowledged.append(name)
    rollout = fleet.check(server, acknowledged)
    assert rollout["phase"] == "finished" and rollout["tally"]["confirmed"] == DEVICES, rollout
    server.end()
    return was_killed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    every = parser.parse_args().every
    folder = pathlib.Path(tempfile.mkdtemp())
    fleet = prepare(folder)
    try:
        assert not run(folder, fleet, None)
        operation, kills = 1, 0
        while run(folder, fleet, operation):
            operation, kills = operation + every, kills + 1
    except AssertionError as error:
        print(f"kill-platform: error: {error}; the folder is kept: {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    print(f"kill-platform: killed instead of {kills} of {operation - every} writes and flushes; nothing was lost or counted twice")
    return 0 if kills else 1


if __name__ == "__main__":
    sys.exit(main())
