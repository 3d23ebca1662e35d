"""A headless Chromium, and what it finds on a page."""

import base64
import pathlib
import site
import time

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

AXE = next(
    file
    for folder in site.getsitepackages()
    for file in pathlib.Path(folder).glob("axe_core_python/axe.min.js")
).read_text()
PHONE, DESK = (390, 844), (1280, 900)
WEIGHT = 100_000


class Browser:
    """One browser with its own cookies."""

    def __init__(self, url: str, size=DESK, language: str = "en", screenshots: pathlib.Path | None = None):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]:
            options.add_argument(argument)
        options.add_argument(f"--window-size={size[0]},{size[1]}")
        options.add_experimental_option("prefs", {"intl.accept_languages": language})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))
        self.url, self.screenshots, self.language, self.size = url, screenshots, language, size
        self.resize(size)
        self.violations: list[str] = []

    def resize(self, size):
        """Chromium's window is never narrower than 500 pixels; the page is."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 500},
        )

    def open(self, path: str):
        self.driver.get(self.url + path)

    @property
    def path(self) -> str:
        return self.driver.current_url.removeprefix(self.url)

    @property
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    def find(self, selector: str):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def fill(self, name: str, value: str, within: str = "main"):
        """Types into the visible field of a name."""
        field = next(f for f in self.all(f"{within} [name='{name}']") if f.is_displayed())
        field.clear()
        field.send_keys(value)
        return field

    def choose(self, name: str, text: str, within: str = "main"):
        field = next(f for f in self.all(f"{within} select[name='{name}']") if f.is_displayed())
        Select(field).select_by_visible_text(text)

    def press(self, text: str, within: str = "main"):
        """Presses the button or the link with a text, and waits for the next page."""
        for element in self.all(f"{within} button, {within} a"):
            if element.text.strip() == text and element.is_displayed():
                page = self.find("html")
                element.click()
                self.wait(lambda: self._is_gone(page), f"after '{text}'")
                self.wait(lambda: self.driver.execute_script("return document.readyState") == "complete", "the page")
                return
        raise AssertionError(f"no '{text}' at {self.path}: {self.text[:2000]}")

    @staticmethod
    def _is_gone(element) -> bool:
        try:
            element.is_enabled()
            return False
        except WebDriverException:
            return True

    def wait(self, condition, what: str, seconds: float = 60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if value := condition():
                    return value
            except WebDriverException:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{what} did not happen within {seconds} s at {self.path}: {self.text[:2000]}")

    def sees(self, *texts: str):
        for text in texts:
            assert text in self.text, f"'{text}' is not at {self.path}: {self.text[:3000]}"

    def keys(self, *keys: str):
        """Types to the element that has the focus."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def tab_to(self, text: str, most: int = 120):
        """Moves the focus with the tabulator key alone until it is on a control with a text or a name."""
        for _ in range(most):
            self.keys(Keys.TAB)
            focus = self.driver.switch_to.active_element
            if text in (focus.text.strip(), focus.get_attribute("name"), focus.get_attribute("aria-label")):
                return focus
        raise AssertionError(f"the tabulator key does not reach '{text}' at {self.path}")

    def examine(self, name: str):
        """Examines the page with axe-core, its weight and its layout, in both sizes and both colour schemes."""
        for size in (PHONE, DESK):
            self.resize(size)
            for scheme in ("light", "dark"):
                self.driver.execute_cdp_cmd(
                    "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
                )
                where = f"{name}-{size[0]}-{scheme}"
                self.driver.execute_script(AXE)
                found = self.driver.execute_async_script(
                    "const done = arguments[arguments.length - 1]; axe.run(document).then(done, done)"
                )
                for violation in found["violations"]:
                    nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
                    self.violations.append(f"{where}: {violation['id']} ({violation['help']}): {nodes}")
                width = self.driver.execute_script("return document.documentElement.scrollWidth")
                if width > size[0]:
                    self.violations.append(f"{where}: the page is {width} pixels wide")
                if self.screenshots:
                    self.screenshot(where)
        self.resize(self.size)
        bytes_ = self.driver.execute_script(
            "return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))"
            ".reduce((sum, entry) => sum + entry.decodedBodySize, 0)"
        )
        if bytes_ > WEIGHT:
            self.violations.append(f"{name}: the page weighs {bytes_} bytes")
        for entry in self.driver.get_log("browser"):
            if entry["level"] == "SEVERE" and "status of 4" not in entry["message"]:
                self.violations.append(f"{name}: {entry['message']}")

    def screenshot(self, name: str):
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        shot = self.driver.execute_cdp_cmd(
            "Page.captureScreenshot",
            {"captureBeyondViewport": True, "clip": {**size, "height": min(size["height"], 3000), "scale": 1}},
        )
        (self.screenshots / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))

    def end(self):
        self.driver.quit()
