"""The platform under attack: a real process on a free port, and calls of its clients."""

import atexit
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("ASVIN_PROGRAMS", ROOT / ".build/release"))


class Server:
    """`asvin-platform serve` over a data folder with one workspace."""

    def __init__(self, data: pathlib.Path | None = None, before: str = "", port: int = 0, certificate=None, key=None):
        """`before` is a shell command that limits the process, such as `ulimit -n 256`. With a certificate, the server has TLS."""
        self.data = data or pathlib.Path(tempfile.mkdtemp(prefix="asvin-attack-")) / "data"
        keys = self.data.parent / (self.data.name + "-workspace.json")
        if not keys.exists():
            made = run("asvin-platform", "workspace", "create", "ours", "--data", self.data, "--json")
            keys.write_text(made.stdout)
        self.workspace = json.loads(keys.read_text())
        self.admin = {"Authorization": f"Bearer {self.workspace['token']}"}
        command = [PROGRAMS / "asvin-platform", "serve", "--data", self.data, "--port", port]
        if certificate:
            command += ["--certificate", certificate, "--certificate-key", key]
        shell = f"{before or ':'} && exec \"$@\""
        # The log is outside the data folder, whose disk may be filled.
        self.log_path = pathlib.Path(tempfile.gettempdir()) / f"{self.data.parent.parent.name}-{self.data.parent.name}.log"
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "serve", *map(str, command)], stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        # A failed attack must not leave a server that slows down what runs next.
        atexit.register(self.process.kill)
        line = self.process.stdout.readline()
        if "listening" not in line:
            raise AssertionError(f"the platform did not start: {line!r} {self.log_text()[-500:]}")
        self.port = int(line.rsplit(":", 1)[1])
        self.certificate = certificate
        self.url = f"https://localhost:{self.port}" if certificate else f"http://127.0.0.1:{self.port}"

    def log_text(self) -> str:
        return self.log_path.read_text(errors="replace")

    def connection(self, timeout: float = 20) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def call(self, method: str, path: str, body=None, headers=None, timeout: float = 20):
        """Sends a request on a new connection and returns the status and the body."""
        connection = self.connection(timeout)
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        try:
            connection.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def raw(self, timeout: float = 60) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def login(self) -> dict:
        """Logs in as an asvin client and returns the header fields."""
        key, now = self.workspace["deviceKey"], int(time.time())
        code = hmac.new(self.workspace["customerKey"].encode(), f"{now}{key}".encode(), hashlib.sha256).hexdigest()
        status, body = self.call(
            "POST", "/auth/login", {"device_key": key, "timestamp": now, "device_signature": code}
        )
        assert status == 200, (status, body)
        return {"x-access-token": json.loads(body)["token"]}

    def cpu_seconds(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self) -> float:
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0

    def end(self, within: float = 15) -> float:
        """Ends the server with SIGTERM and returns the seconds until it ended."""
        start = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(within)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError(f"the platform did not end within {within} s after SIGTERM") from None
        return time.monotonic() - start

    def kill(self):
        self.process.kill()
        self.process.wait()


def run(program: str, *arguments, check: bool = True, **options) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [PROGRAMS / program, *map(str, arguments)], capture_output=True, text=True, timeout=300, **options
    )
    if check and done.returncode != 0:
        raise AssertionError(f"{program} {arguments}: {done.returncode} {done.stderr}")
    return done


def release(folder: pathlib.Path, version: str, size: int, name: str = "gw") -> pathlib.Path:
    """Signs a bundle of random bytes. The first call generates the key."""
    key = folder / "TEST-ONLY-key.pem"
    if not key.exists():
        run("asvin-pack", "keygen", "-o", key, "--quiet")
    image, bundle = folder / f"{name}-{version}.bin", folder / f"{name}-{version}.asvin"
    image.write_bytes(os.urandom(size))
    run(
        "asvin-pack", "sign", image, "--name", name, "--key", key, "--vendor", "example.com", "--class", "gw",
        "--fw-version", version, "-o", bundle, "--quiet",
    )
    return bundle


def publish(server: Server, bundle: pathlib.Path, check: bool = True) -> subprocess.CompletedProcess:
    environment = {**os.environ, "ASVIN_PACK_TOKEN": server.workspace["token"]}
    authority = []
    if server.certificate:
        authority = ["--ca", server.certificate.with_name("TEST-ONLY-authority.pem")]
    return run(
        "asvin-pack", "publish", bundle, "--group", "files", "--to", server.url, "--create-group", "--trust",
        bundle.parent / "TEST-ONLY-key.pub.pem", "--quiet", *authority, check=check, env=environment,
    )
