"""The story of an operator in a browser. See scripts/console-story."""

import argparse
import atexit
import json
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "attacks"))

from browser import DESK, PHONE, Browser
from clients import Client, simulating
from server import PROGRAMS, Server, release
from selenium.webdriver.common.keys import Keys

PASSWORD = "TEST-ONLY a long sentence"
ADMIN = "ada@example.com"


class FirstServer(Server):
    """A platform without a workspace, whose first start is in the browser."""

    def __init__(self, folder: pathlib.Path):
        self.data = folder / "data"
        self.log_path = folder / "platform.log"
        self.certificate = None
        self.second = None
        self.process = subprocess.Popen(
            [PROGRAMS / "asvin-platform", "serve", "--data", self.data, "--port", "0"],
            stdout=subprocess.PIPE, stderr=self.log_path.open("ab"), text=True,
        )
        atexit.register(self.process.kill)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.link = self.process.stdout.readline().rsplit(" ", 1)[1].strip().removeprefix(self.url)


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--screenshots", type=pathlib.Path)
    options = options.parse_args()
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="asvin-console-"))
    print(f"console-story: in {folder}")
    server = FirstServer(folder)
    browser = Browser(server.url, screenshots=options.screenshots)
    begun = time.monotonic()
    try:
        for chapter in CHAPTERS:
            start = time.monotonic()
            chapter(browser, server, folder)
            print(f"console-story: {chapter.__doc__.rstrip('.')}: {time.monotonic() - start:.1f} s")
    except Exception:
        browser.screenshots = folder
        browser.screenshot("failure")
        print(f"console-story: failed at {browser.path}; see {folder}/failure.png", file=sys.stderr)
        raise
    finally:
        violations = browser.violations
        if server.second:
            violations += server.second.violations
            server.second.end()
        browser.end()
        server.end()
    for violation in violations:
        print(f"console-story: error: {violation}", file=sys.stderr)
    print(f"console-story: {len(CHAPTERS)} chapters, {len(violations)} violations, {time.monotonic() - begun:.0f} s")
    return 1 if violations else 0


def first_start(browser: Browser, server: FirstServer, folder):
    """First start: the link on the console makes the first administrator, once."""
    browser.open(server.link)
    browser.examine("start")
    browser.fill("workspace", "Example Ltd")
    browser.fill("email", ADMIN)
    browser.fill("password", PASSWORD)
    browser.fill("again", "TEST-ONLY another sentence")
    browser.press("Create the administrator")
    browser.sees("The two passwords differ.")
    browser.fill("password", PASSWORD)
    browser.fill("again", PASSWORD)
    browser.press("Create the administrator")
    browser.sees("First steps", ADMIN)
    browser.examine("home-new")
    browser.open(server.link)
    browser.sees("The link is no longer valid.")
    browser.examine("problem")
    keys = subprocess.run(
        [PROGRAMS / "asvin-platform", "workspace", "show", "1", "--data", server.data, "--json"],
        capture_output=True, text=True, check=True,
    )
    server.workspace = json.loads(keys.stdout)
    made = subprocess.run(
        [PROGRAMS / "asvin-platform", "user", "create", "bea@example.com", "--role", "operator", "--data", server.data],
        capture_output=True, text=True, check=True,
    )
    # The second person signs in before the plan: a user whose password came by a link after it may not approve it.
    other = Browser(server.url, screenshots=browser.screenshots)
    server.second = other
    other.open(made.stdout.strip())
    other.sees("Choose a password", "bea@example.com")
    other.examine("welcome")
    other.fill("password", PASSWORD)
    other.fill("again", PASSWORD)
    other.press("Save and sign in")


def sign_in(browser: Browser, server: FirstServer, folder):
    """Sign-in: with the keyboard alone, and back to the page that was asked for."""
    browser.open("/console")
    browser.press("Sign out", within="header")
    browser.sees("You are signed out.")
    browser.open("/console/devices?placement=lobby")
    browser.sees("Sign in")
    browser.examine("sign-in")
    browser.fill("email", ADMIN)
    browser.fill("password", "wrong")
    browser.press("Sign in")
    browser.sees("The address or the password is wrong.")
    browser.find("main [name=password]").send_keys("")
    browser.open("/console/devices?placement=lobby")
    browser.tab_to("email").send_keys(ADMIN)
    browser.tab_to("password").send_keys(PASSWORD, Keys.ENTER)
    browser.wait(lambda: "placement=lobby" in browser.path and "next=" not in browser.path, "the lobby")
    browser.sees("No device waits in the lobby.")
    browser.examine("devices-empty")


def lobby(browser: Browser, server: FirstServer, folder):
    """Lobby: devices register, are grouped, tagged and labelled."""
    for number in range(1, 7):
        Client(server, f"aa:bb:cc:00:00:0{number}").register(f"board {number}")
    browser.open("/console/groups")
    browser.examine("groups-empty")
    browser.fill("name", "my-first-dg")
    browser.press("New device group")
    browser.sees("The group was created.")
    browser.open("/console/devices?placement=lobby")
    assert len(browser.all("tbody tr")) == 6
    browser.examine("devices-lobby")
    button = next(b for b in browser.all("main button") if b.text == "Group")
    assert not button.is_enabled(), "an action needs a selected row"
    for box in browser.all("tbody input[type=checkbox]")[:5]:
        box.click()
    browser.choose("group", "my-first-dg", within="fieldset")
    browser.press("Group")
    browser.sees("5 devices were grouped.")
    assert len(browser.all("tbody tr")) == 1
    browser.press("aa:bb:cc:00:00:06")
    browser.fill("label", "The board at the window")
    browser.fill("tags", "window beta")
    browser.press("Save")
    browser.sees("Saved.", "No rollout has reached this device.")
    browser.examine("device")
    browser.open("/console/devices?tag=beta")
    browser.sees("The board at the window")
    browser.open("/console/groups")
    browser.press("my-first-dg")
    browser.examine("group")
    browser.sees("5 devices.")
    browser.open("/console")
    # The numbers of the home page are a few seconds old at most.
    browser.wait(lambda: browser.open("/console") or "1 device waits in the lobby." in browser.text, "the numbers")
    browser.sees("6 devices do not verify signatures themselves.")
    browser.examine("home")


def firmware(browser: Browser, server: FirstServer, folder):
    """Firmware: a plain image is refused with the command that signs it; a bundle is shown before it is saved."""
    key = folder / "TEST-ONLY-key.pem"
    bundle = release(folder, "1.1.0", 300_000, name="esp-ota-blink")
    browser.open("/console/firmware")
    browser.sees("There are no file groups.")
    browser.examine("file-groups-empty")
    browser.fill("name", "kettles")
    browser.fill("trust", "not a key")
    browser.press("New file group")
    browser.sees("must be one public key in PEM")
    browser.fill("trust", key.with_name("TEST-ONLY-key.pub.pem").read_text())
    browser.press("New file group")
    browser.sees("The group was created.", "There are no files in this group.")
    browser.examine("file-group-empty")
    field = browser.find("[data-file]")
    field.send_keys(str(folder / "esp-ota-blink-1.1.0.bin"))
    browser.wait(lambda: "asvin-pack sign \"esp-ota-blink-1.1.0.bin\"" in browser.text, "the command that signs")
    field.send_keys(str(bundle))
    browser.wait(lambda: "/uploads/" in browser.path, "the check of the bundle")
    browser.sees("Every byte was checked", "esp-ota-blink", "1.1.0", "Signed by")
    browser.examine("upload")
    browser.press("Save")
    browser.sees("The bundle was verified and published.", "Unused", "CID")
    browser.examine("firmware")
    # The same file again leads to the published one, and a bundle of another key is refused.
    browser.open("/console/firmware/groups/1")
    browser.examine("file-group")
    browser.find("[data-file]").send_keys(str(bundle))
    browser.wait(lambda: browser.path.endswith("/firmware/1"), "the published file")
    other = folder / "other"
    other.mkdir()
    browser.open("/console/firmware/groups/1")
    browser.find("[data-file]").send_keys(str(release(other, "1.2.0", 1000, name="esp-ota-blink")))
    browser.wait(lambda: "/uploads/" in browser.path, "the refusal of the bundle")
    browser.sees("The bundle is not saved.")
    browser.examine("upload-refused")
    browser.press("Discard")
    browser.sees("The upload was discarded.")


def immediately(browser: Browser, server: FirstServer, folder):
    """Rollout Immediately: a board updates, and the numbers change without a reload."""
    browser.open("/console/rollouts")
    browser.examine("rollouts-empty")
    browser.press("New rollout")
    browser.examine("rollout-new")
    browser.fill("name", "new-demo-rollout")
    browser.choose("firmware", "esp-ota-blink 1.1.0")
    browser.find("input[name=group]").click()
    browser.find("input[name=priority][value=immediately]").click()
    browser.press("Show the plan")
    browser.sees("Check the plan", "my-first-dg", "esp-ota-blink 1.1.0")
    browser.examine("rollout-preview")
    browser.press("Change")
    assert browser.find("input[name=name]").get_attribute("value") == "new-demo-rollout"
    browser.press("Show the plan")
    browser.press("Save")
    browser.sees("The rollout was started.", "Running")
    browser.examine("rollout-running")
    browser.driver.execute_script("window.untouched = true")
    board = Client(server, "aa:bb:cc:00:00:01")
    assert board.update(), "the board is offered the rollout"
    browser.wait(lambda: "aa:bb:cc:00:00:01" in browser.text, "the board on the rollout's page")
    browser.wait(lambda: "Updated devices\n1" in browser.text, "the number of updated devices")
    assert browser.driver.execute_script("return window.untouched"), "the page was not loaded again"
    for number in range(2, 6):
        assert Client(server, f"aa:bb:cc:00:00:0{number}").update()
    browser.wait(lambda: "Remaining devices\n0" in browser.text, "the end of the rollout")
    browser.examine("rollout-done")
    browser.open("/console/devices?search=00:01")
    browser.press("aa:bb:cc:00:00:01")
    browser.sees("Installed", "new-demo-rollout")
    browser.examine("device-history")
    browser.open("/console")
    browser.examine("home-running")


def batch(browser: Browser, server: FirstServer, folder):
    """Rollout Batch: a second person approves it, a failing wave stops it, and it is resumed."""
    with simulating(server, folder, "--enrol-only"):
        pass
    browser.open("/console/groups")
    browser.fill("name", "fleet")
    browser.press("New device group")
    browser.open("/console/devices?placement=lobby&verifying=true")
    browser.find("thead input[type=checkbox]").click()
    browser.choose("group", "fleet", within="fieldset")
    browser.press("Group")
    browser.sees("6 devices were grouped.")
    browser.open("/console/firmware/groups/1")
    browser.find("[data-file]").send_keys(str(release(folder, "2.0.0", 20_000)))
    browser.wait(lambda: "/uploads/" in browser.path, "the check of the bundle")
    browser.press("Save")
    browser.press("New rollout")
    browser.fill("name", "careful")
    assert browser.find("select[name=firmware]").get_attribute("value") == "2", "the file is chosen already"
    next(label for label in browser.all("fieldset label") if label.text.startswith("fleet")).click()
    browser.fill("waves", "2, 101%")
    browser.find("input[name=approval]").click()
    browser.press("Show the plan")
    browser.sees("percentage above 100")
    browser.fill("waves", "2")
    browser.fill("failure", "50")
    browser.fill("soak", "0")
    browser.press("Show the plan")
    browser.sees("A second person must approve it first.", "It stops when 50 %")
    browser.examine("rollout-preview-batch")
    browser.press("Save")
    browser.sees("The rollout was planned.")
    rollout = browser.path.split("?")[0]
    browser.press("Approve")
    browser.sees("The author of a rollout cannot approve it.")
    approve(browser, server, rollout)
    browser.open(rollout)
    if "Running" not in browser.text:
        browser.press("Start")
    with simulating(server, folder, "--interval", "0.3", "--failing", "100"):
        browser.wait(lambda: "Stopped" in browser.text, "the stop of the rollout")
    browser.sees("not-confirmed")
    browser.examine("rollout-stopped")
    browser.open("/console")
    browser.sees("The rollout careful stopped")
    browser.press("The rollout careful stopped: too many devices failed.")
    browser.press("Retry failed devices")
    browser.press("Resume")
    with simulating(server, folder, "--interval", "0.3"):
        browser.wait(lambda: "Finished" in browser.text, "the end of the rollout")
    browser.sees("Remaining devices\n0")
    browser.examine("rollout-finished")


def approve(browser: Browser, server: FirstServer, rollout: str):
    """Approves a rollout as the second person."""
    other = server.second
    other.open(rollout)
    other.press("Approve")
    other.sees("The rollout was approved.")


def account(browser: Browser, server: FirstServer, folder):
    """Account: users, tokens that are shown once, sessions, the language, and the audit log of the story."""
    browser.open("/console/account")
    browser.sees(ADMIN, "Administrator", "this one")
    browser.examine("account")
    browser.press("Users")
    browser.fill("email", "cem@example.com")
    browser.press("New user")
    browser.sees("Link for cem@example.com", "no password yet")
    assert "/console/welcome?code=" in browser.find("input.secret").get_attribute("value")
    browser.examine("users")
    browser.press("API tokens")
    browser.fill("name", "build-server")
    browser.press("Create a token")
    secret = browser.find("input.secret").get_attribute("value")
    assert secret.startswith("asvin_"), secret
    browser.examine("tokens")
    assert server.call("GET", "/manage/me", None, {"Authorization": f"Bearer {secret}"})[0] == 200
    browser.open("/console/account/tokens")
    assert secret not in browser.driver.page_source, "the secret is shown once"
    browser.press("Audit log")
    browser.sees("The chain of these entries is intact.", "rollout.approve", "rollout.stop", ADMIN, "bea@example.com")
    browser.examine("audit")
    browser.open("/console/account")
    browser.choose("language", "Deutsch")
    browser.press("Save")
    browser.sees("Gespeichert.", "Ihr Konto")
    browser.choose("language", "Wie der Browser")
    browser.press("Speichern")
    browser.sees("Saved.")


def german(browser: Browser, server: FirstServer, folder):
    """The same platform in German, on a phone."""
    other = Browser(server.url, size=PHONE, language="de", screenshots=browser.screenshots)
    try:
        other.open("/console")
        other.sees("Anmelden")
        other.fill("email", ADMIN)
        other.fill("password", PASSWORD)
        other.press("Anmelden")
        other.sees("Braucht Aufmerksamkeit")
        other.examine("de-home")
        other.find(".menu summary").click()
        other.press("Geräte", within="header")
        other.sees("Alle Geräte")
        other.examine("de-devices")
        other.open("/console/rollouts")
        other.press("new-demo-rollout")
        other.sees("Aktualisierte Geräte")
        other.examine("de-rollout")
        other.open("/console/rollouts/new")
        other.examine("de-rollout-new")
    finally:
        browser.violations += other.violations
        other.end()


CHAPTERS = [first_start, sign_in, lobby, firmware, immediately, batch, account, german]

if __name__ == "__main__":
    sys.exit(main())
