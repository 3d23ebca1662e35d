"""Runs everything at once for a while: a platform, its agents, asvin's clients, stalled readers, random requests and operators,
with kill -9 and a full disk in between. At the end every device must be in exactly one state, every count must be exact, and
no file or process may be left over."""

import argparse
import collections
import http.client
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time

from routes import Routes
from server import PROGRAMS, Server, publish, release, run

# The number of an aborted rollout's phase in the database.
ABORTED = 5


class Soak:
    def __init__(self, seconds: float, agents: int, emulators: int, seed: int):
        self.random = random.Random(seed)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="asvin-soak-"))
        self.end = time.monotonic() + seconds
        self.agents, self.emulators = agents, emulators
        self.counts = collections.Counter()
        self.errors = []
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        self.has_disk = os.getuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=160m", "none", self.disk], capture_output=True
        ).returncode == 0
        self.server = Server(self.disk / "data")
        self.lock = threading.Lock()

    # The concurrent clients.

    def call(self, method, path, body=None, headers=None):
        """Sends a request to a server that may have just been killed."""
        try:
            with self.lock:
                server = self.server
            return server.call(method, path, body, headers, timeout=15)
        except (OSError, http.client.HTTPException):
            self.counts["connection lost"] += 1
            time.sleep(0.2)
            return 0, b""

    def emulator(self, index: int):
        """Acts as an asvin client: registers, polls, downloads, reports success and runs the image."""
        version, token = "0.1", None
        mac = f"02:00:00:00:00:{index:02x}"
        while time.monotonic() < self.end:
            if token is None:
                try:
                    token = self.server.login()
                except (OSError, AssertionError, http.client.HTTPException):
                    time.sleep(0.3)
                    continue
            status, _ = self.call("POST", "/api/device/register", {"mac": mac, "firmware_version": version, "name": "e"}, token)
            if status == 401:
                token = None
                continue
            status, body = self.call("POST", "/api/device/next/rollout", {"mac": mac, "firmware_version": version}, token)
            self.counts["polls of emulators"] += 1
            offer = json.loads(body or b"{}") if status == 200 else {}
            if "rollout_id" in offer:
                status, body = self.call("POST", "/firmware/get", {"id": offer["firmware_id"]}, token)
                if status == 200:
                    cid = json.loads(body)["cid"]
                    fields = {**token, "x-ESP8266-STA-MAC": mac, "User-Agent": "ESP8266-http-Update"}
                    status, _ = self.call("POST", "/firmware/download", {"cid": cid}, fields)
                    if status == 200:
                        self.call("POST", "/api/device/success/rollout", {
                            "mac": mac, "firmware_version": version, "rollout_id": offer["rollout_id"]}, token)
                        version = offer["version"]
                        self.counts["updates of emulators"] += 1
            time.sleep(self.random.uniform(0.1, 0.6))

    def agent(self, index: int):
        """Acts as a gateway: runs `asvin-device run --once` repeatedly and kills it now and then."""
        folder = self.folder / f"gateway-{index}"
        while time.monotonic() < self.end:
            process = subprocess.Popen(
                [PROGRAMS / "asvin-device", "run", folder, "--once"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True,
            )
            kill = self.random.random() < 0.3
            try:
                out, _ = process.communicate(timeout=self.random.uniform(0.05, 2) if kill else 60)
                self.counts["runs of agents"] += 1
                if "confirmed" in out:
                    self.counts["confirmations of agents"] += 1
                if "Fatal" in out or "crash" in out.lower():
                    self.errors.append(f"an agent crashed: {out[-400:]}")
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                self.counts["agents killed"] += 1
                if not kill:
                    self.errors.append("an agent hung for a minute")
            time.sleep(self.random.uniform(0.1, 0.8))

    def stalled_reader(self, _):
        while time.monotonic() < self.end:
            try:
                peer = self.server.raw(5)
                peer.sendall(
                    b"GET /manage/firmware/1/bundle HTTP/1.1\r\nHost: x\r\nAuthorization: "
                    + self.server.admin["Authorization"].encode() + b"\r\n\r\n"
                )
                time.sleep(self.random.uniform(1, 8))
                peer.close()
                self.counts["stalled readers"] += 1
            except OSError:
                time.sleep(0.2)

    def garbage(self, index: int):
        noise = random.Random(index)
        while time.monotonic() < self.end:
            try:
                routes = Routes(self.server, noise.randrange(1 << 30))
                routes.all = [one for one in routes.all if one[0] in ("GET", "POST") and "manage" not in one[1]]
                for _ in range(50):
                    if noise.random() < 0.2:
                        peer = self.server.raw(5)
                        peer.sendall(noise.randbytes(noise.randrange(1, 400)))
                        peer.close()
                    else:
                        method, path, body, headers = routes.next()
                        if "register" in path or "/device" in path:
                            continue
                        self.server.call(method, path, body, headers, timeout=10)
                    self.counts["garbage"] += 1
            except (OSError, AssertionError, ValueError, http.client.HTTPException):
                time.sleep(0.2)

    def operator(self, _):
        """Acts as an operator: starts, pauses, resumes and aborts rollouts, and publishes."""
        version, number = 1, 0
        while time.monotonic() < self.end:
            number += 1
            if self.random.random() < 0.4:
                version += 1
                done = publish(self.server, release(self.folder, f"1.{version}.0", self.random.choice([30_000, 400_000])), check=False)
                self.counts["published" if done.returncode == 0 else "publications refused"] += 1
            environment = {**os.environ, "ASVIN_PACK_TOKEN": self.server.workspace["token"]}
            name = f"r{number}"
            for arguments in (
                ["create", name, "--file-group", "files", "--group", "fleet", "--wave", "2", "--failures", "80", "--soak", "0", "--yes",
                 *(["--immediately"] if self.random.random() < 0.1 else [])],
                ["pause", name], ["resume", name], ["show", name],
                *([["abort", name]] if self.random.random() < 0.3 else []),
            ):
                if "--immediately" in arguments:
                    arguments = [one for one in arguments if one not in ("--wave", "2", "--failures", "80", "--soak", "0")]
                done = run("asvin-pack", "rollout", *arguments, "--to", self.server.url, check=False, env=environment)
                self.counts[f"rollout {arguments[0]}" if done.returncode == 0 else "rollout commands refused"] += 1
                if done.returncode not in (0, 1, 65, 66, 69, 77):
                    self.errors.append(f"rollout {arguments}: {done.returncode} {done.stderr[-300:]}")
                time.sleep(self.random.uniform(0.2, 1))

    def keeper(self, _):
        """Acts as an operator who keeps the platform: retries, tags, withdraws, deletes, makes backups and reads the metrics."""
        number, token = 0, {"Authorization": f"Bearer {self.server.workspace['token']}"}
        while time.monotonic() < self.end:
            number += 1
            act = self.random.choice([
                self.retry, self.tag, self.withdraw, self.remove, self.backup, self.measure, self.expect, self.switch, self.trust,
                self.account, self.search,
            ])
            status = act(number, token)
            name = f"{act.__name__}: done" if status in (0, 200, 201, 204) else f"{act.__name__}: refused"
            self.counts[name] += 1
            # 0 is a success of a program, or a connection that the server's end has cut.
            if status not in (0, 1, 65, 69, 73, 200, 201, 204, 404, 409, 410, 500, 503, 507):
                self.errors.append(f"{act.__name__}: {status}")
            time.sleep(self.random.uniform(0.2, 1))

    def listed(self, path, token):
        status, body = self.call("GET", path, None, token)
        return json.loads(body)["items"] if status == 200 else []

    def retry(self, _, token):
        rollouts = self.listed("/manage/rollouts", token)
        return self.call("POST", f"/manage/rollouts/{rollouts[-1]['id']}/retry", {}, token)[0] if rollouts else 0

    def tag(self, number, token):
        change = {"action": "tag", "selection": {"search": "gw"}, "addTags": [f"t{number % 3}"], "expected": self.agents}
        return self.call("POST", "/manage/device-changes", change, token)[0]

    def withdraw(self, _, token):
        """Withdraws one of the older releases, so that the newest ones are rolled out."""
        firmware = [one for one in self.listed("/manage/firmware", token) if not one.get("withdrawn")][:-3]
        return self.call("POST", f"/manage/firmware/{firmware[0]['id']}/withdraw", None, token)[0] if firmware else 0

    def remove(self, _, token):
        ended = [one for one in self.listed("/manage/rollouts", token) if one["phase"] in ("aborted", "finished")][:-2]
        return self.call("DELETE", f"/manage/rollouts/{ended[0]['id']}", None, token)[0] if ended else 0

    def measure(self, _, token):
        status, body = self.call("GET", "/manage/metrics", None, token)
        assert status != 200 or b"asvin_devices_placed" in body, body
        return status

    def expect(self, number, token):
        """Expects a device, lets it register, and removes it. It is in its group from its first contact."""
        name, path = f"expected-{number}", "/manage/expected-devices"
        groups = [one for one in self.listed("/manage/device-groups", token) if one["name"] == "shelf"]
        if not groups:
            return self.call("POST", "/manage/device-groups", {"name": "shelf"}, token)[0]
        status, _ = self.call("POST", path, {"devices": [{"name": name, "group": groups[0]["id"]}]}, token)
        try:
            client = self.server.login()
        except (OSError, AssertionError, http.client.HTTPException):
            return 0
        if status != 201:
            return status
        status, _ = self.call("POST", "/api/device/register", {"mac": name, "firmware_version": "1"}, client)
        if status != 200:
            return status
        for device in self.listed(f"/manage/devices?called={name}", token):
            assert device.get("group") == groups[0]["id"], device
            status = self.call("DELETE", f"/manage/devices/{device['id']}", None, token)[0]
        return status

    def switch(self, _, token):
        """Makes approval compulsory for a moment, in which the operator's rollouts wait."""
        status, _ = self.call("PUT", "/manage/settings", {"approval": True}, token)
        while status == 200 and self.call("PUT", "/manage/settings", {"approval": False}, token)[0] != 200:
            time.sleep(0.2)
        return status

    def trust(self, number, token):
        """Adds a key that signs nothing, ends its time, and removes it."""
        groups = self.listed("/manage/file-groups", token)
        if not groups:
            return 0
        path = f"/manage/file-groups/{groups[0]['id']}/trust"
        status, body = self.call("POST", path, {"add": [self.other_key], "expires": int(time.time()) + 2}, token)
        if status != 200:
            return status
        end = [one["key"] for one in json.loads(body).get("ends", [])]
        return self.call("POST", path, {"remove": end}, token)[0]

    def account(self, number, token):
        body = {"email": f"soak-{number % 5}@example.com", "password": "a password of the soak"}
        status, _ = self.call("POST", "/manage/accounts", body, token)
        return status if status == 201 else self.call("DELETE", f"/manage/accounts?email={body['email']}", None, token)[0]

    def search(self, number, token):
        """Lists devices by their last contact, which writes the contacts that are in memory."""
        since = int(time.time()) - 600
        return self.call("GET", f"/manage/devices?sort=-seen&seenSince={since}&limit={number % 20 + 1}", None, token)[0]

    def backup(self, number, _):
        """Makes a backup of the running platform, restores it, and checks what was restored."""
        backup, restored = self.folder / f"backup-{number}", self.folder / f"restored-{number}"
        done = run("asvin-platform", "backup", backup, "--data", self.server.data, check=False)
        if done.returncode == 0:
            run("asvin-platform", "restore", backup, "--data", restored)
            run("asvin-platform", "check", "--data", restored)
        assert not list(self.folder.glob("*.incomplete")), done.stderr
        for folder in (backup, restored):
            shutil.rmtree(folder, ignore_errors=True)
        return done.returncode

    def trouble(self, _):
        """Kills the server, fills its disk, and frees space again."""
        time.sleep(5)
        while time.monotonic() < self.end - 5:
            if self.has_disk and self.random.random() < 0.4:
                filler = self.disk / "filler"
                with open(filler, "wb", buffering=0) as file:
                    try:
                        while True:
                            file.write(bytes(1 << 20))
                    except OSError:
                        pass
                time.sleep(3)
                filler.unlink()
                self.counts["full disks"] += 1
            else:
                with self.lock:
                    self.server.kill()
                    self.server = Server(self.server.data, port=self.server.port)
                self.counts["servers killed"] += 1
            time.sleep(self.random.uniform(3, 8))

    # Setup and final checks.

    def prepare(self):
        run("asvin-pack", "keygen", "-o", self.folder / "TEST-ONLY-other.pem", "--quiet")
        self.other_key = (self.folder / "TEST-ONLY-other.pub.pem").read_text()
        publish(self.server, release(self.folder, "1.0.0", 100_000))
        environment = {
            **os.environ, "ASVIN_PACK_TOKEN": self.server.workspace["token"],
            "ASVIN_CUSTOMER_KEY": self.server.workspace["customerKey"], "ASVIN_DEVICE_KEY": self.server.workspace["deviceKey"],
        }
        image = self.folder / "running.bin"
        image.write_bytes(os.urandom(1000))
        for index in range(self.agents):
            run(
                "asvin-device", "enrol", self.folder / f"gateway-{index}", "--to", self.server.url, "--name", f"gw-{index}",
                "--vendor", "example.com", "--class", "gw", "--image", image, "--fw-version", "0.1.0", "--sequence", "1",
                "--trust", self.folder / "TEST-ONLY-key.pub.pem", "--room", "2000000", env=environment,
            )
        token = self.server.login()
        for index in range(self.emulators):
            self.server.call("POST", "/api/device/register", {
                "mac": f"02:00:00:00:00:{index:02x}", "firmware_version": "0.1", "name": "e"}, token)
        run("asvin-pack", "device", "group", "--lobby", "--into", "fleet", "--create", "--to", self.server.url, env=environment)

    def run(self):
        self.prepare()
        threads = [threading.Thread(target=self.guarded, args=(body, index), daemon=True) for body, number in (
            (self.emulator, self.emulators), (self.agent, self.agents), (self.stalled_reader, 3), (self.garbage, 2),
            (self.operator, 1), (self.keeper, 1), (self.trouble, 1),
        ) for index in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0, self.end - time.monotonic()) + 180)
            assert not thread.is_alive(), "a client did not end"
        self.judge()

    def guarded(self, body, index):
        try:
            body(index)
        except BaseException as error:  # noqa: BLE001 - it is checked at the end
            self.errors.append(f"{body.__name__}: {error!r}")

    def judge(self):
        took = self.server.end(within=15)
        log = self.server.log_text()
        assert not self.errors, self.errors[:3]
        for word in ("Fatal error", "critical", "a request failed"):
            assert word not in log, [line for line in log.splitlines() if word in line][:3]
        database = sqlite3.connect(self.server.data / "platform.sqlite")
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not database.execute("PRAGMA foreign_key_check").fetchall()
        states = ["offered", "downloading", "installed", "confirmed", "failed", "skipped", "stalled", "queued"]
        rollouts = database.execute(f"SELECT id, phase, {', '.join(states)} FROM rollout").fetchall()
        for rollout, phase, *tally in rollouts:
            recount = [0] * len(states)
            for state, number in database.execute(
                "SELECT record.state, count(*) FROM record JOIN device ON device.id = record.device "
                "JOIN rollout_group ON rollout_group.rollout = record.rollout "
                "AND rollout_group.device_group = device.device_group WHERE record.rollout = ? GROUP BY record.state",
                (rollout,),
            ):
                recount[state] = number
            # An aborted rollout keeps the counts that it had, while its records follow what devices report afterwards.
            is_exact = tally == recount
            if phase == ABORTED:
                is_exact = sum(tally) == sum(recount) and tally[3] <= recount[3]
            assert is_exact, f"rollout {rollout} in phase {phase} counts {tally}, its records are {recount}"
        for group, members in database.execute("SELECT id, members FROM device_group"):
            counted = database.execute("SELECT count(*) FROM device WHERE device_group = ?", (group,)).fetchone()[0]
            assert members == counted, f"group {group} has {members} members, and {counted} devices"
        twice = database.execute("SELECT device, rollout FROM record GROUP BY 1, 2 HAVING count(*) > 1").fetchall()
        assert not twice, twice
        fleet = database.execute("SELECT count(*), count(DISTINCT folded) FROM device").fetchone()
        assert fleet[0] == fleet[1] and fleet[0] >= self.agents + self.emulators, fleet
        listed = {row[0].hex() for row in database.execute("SELECT bundle FROM firmware WHERE bundle IS NOT NULL")}
        kept = {path.name for path in (self.server.data / "objects/sha256").iterdir()}
        assert listed <= kept, f"{len(listed - kept)} objects are missing"
        uploads = {str(row[0]) for row in database.execute("SELECT id FROM upload")}
        spooled = {path.name for path in (self.server.data / "objects/uploads").iterdir()}
        assert spooled <= uploads, f"stored bytes without an upload: {spooled - uploads}"
        audit = database.execute("SELECT count(*), max(number) FROM audit").fetchone()
        assert audit[0] == (audit[1] or 0), audit
        left = [path for path in self.server.data.rglob("*") if path.name.startswith(".")]
        assert not left, left
        database.close()
        # The status of each gateway can be read, and it runs one image.
        for index in range(self.agents):
            status = run("asvin-device", "status", self.folder / f"gateway-{index}")
            assert "gw-" in status.stdout or status.stdout, status
        assert self.counts["confirmations of agents"] > 0 and self.counts["updates of emulators"] > 0, self.counts
        words = ", ".join(f"{name} {number}" for name, number in sorted(self.counts.items()))
        print(f"soak: {len(rollouts)} rollouts, {fleet[0]} devices, ended in {took:.1f} s; {words}", flush=True)
        print("soak: every count is exact, nothing is left over", flush=True)

    def clean(self):
        if self.has_disk:
            subprocess.run(["umount", "-l", self.disk])
        shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--agents", type=int, default=4)
    parser.add_argument("--emulators", type=int, default=12)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"soak: seed {options.seed}", flush=True)
    soak = Soak(options.seconds, options.agents, options.emulators, options.seed)
    try:
        soak.run()
    except BaseException:
        print(f"soak: failed; its folder is kept: {soak.folder}", flush=True)
        soak.server.kill()
        raise
    soak.clean()
