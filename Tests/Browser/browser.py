"""A Chromium to look at the pages with, and the server that it looks at."""

import base64
import os
import pathlib
import re
import signal
import subprocess
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

BIN = pathlib.Path(os.environ.get(
    "WINNOW_BIN", pathlib.Path(__file__).resolve().parents[2] / ".build/release"))
WIDE, PHONE = (1280, 900), (390, 844)


class Server:
    """winnow-inspect on a free port, stopped as a service manager would."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [BIN / "winnow-inspect", *map(str, arguments), "--port", "0", "--reviewer", "reviewer-7"],
            stderr=subprocess.PIPE, text=True)
        self.address = ""
        for line in self.process.stderr:
            if match := re.search(r"http://[^/ ]+/", line):
                self.address = match[0]
                break

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=10)
        self.process.stderr.close()
        return status


class Browser:
    """Chromium without a window, and without a network but for this machine."""

    def __init__(self):
        options = webdriver.ChromeOptions()
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                         "--disable-dev-shm-usage", "--force-color-profile=srgb", "--lang=en",
                         "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                         "--disable-background-networking", "--no-first-run"]:
            options.add_argument(argument)
        options.binary_location = "/usr/bin/chromium"
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options, Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(30)

    def quit(self):
        self.driver.quit()

    def look(self, size=WIDE, dark=False):
        """Sets the window's size and the colour scheme that the system asks for."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})

    def open(self, address, ready):
        self.driver.get(address)
        return self.wait(ready)

    def wait(self, what, seconds=10):
        """Waits for an element of a selector, or for a function of this browser to be true."""
        condition = (lambda _: self.first(what)) if isinstance(what, str) else (lambda _: what(self))
        return WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(condition)

    def first(self, selector):
        found = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return found[0] if found else None

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        """An element's text; nothing while the page is changing under the question."""
        return self.run(
            "return document.querySelector(arguments[0])?.innerText ?? ''", selector).strip()

    def texts(self, selector):
        """The texts of all elements, read in one go: a page may change between two questions."""
        return self.run(
            "return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)",
            selector)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def press(self, *keys):
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def path(self):
        return self.run("return location.pathname + location.search")

    def pictures_are_there(self):
        """Whether all pictures within sight have loaded or failed."""
        return self.run(
            "return [...document.images].every((image) => image.complete ||"
            " image.getBoundingClientRect().top > innerHeight + 200)")

    def complaints(self):
        """What the console says of errors, refused loads among them."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING")]

    def screenshot(self, path):
        """The whole page, however long, up to three windows."""
        height = self.run("return Math.min(document.documentElement.scrollHeight, 2700)")
        width = self.run("return innerWidth")
        image = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}})
        pathlib.Path(path).write_bytes(base64.b64decode(image["data"]))

    def settle(self):
        self.wait(lambda browser: browser.pictures_are_there())
        time.sleep(0.15)
