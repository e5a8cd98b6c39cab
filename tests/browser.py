"""Headless Chromium for the tests, spoken to over a pair of pipes (its DevTools protocol)."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-default-apps", "--remote-debugging-pipe",
)  # fmt: skip
# texts whose contrast is below 4.5 to 1 (Web Content Accessibility Guidelines 2.1)
LOW_CONTRAST = """(() => {
  const channel = (v) => v <= 10.3 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) { return colour; }
    }
    return [255, 255, 255];
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), parent = walker.currentNode.parentElement;
    if (!text || parent.closest("svg, script, style, canvas, .big")) { continue; }
    const pair = [light(parse(getComputedStyle(parent).color)), light(ground(parent))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) { found.add(ratio.toFixed(2) + ": " + text.slice(0, 60)); }
  }
  return [...found];
})()"""


def find_chromium() -> str | None:
    """Path of a Chromium on this machine, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One page of a headless Chromium; use it as a context manager.

    ``events`` collects everything the browser reports: ``(method, params)``.
    """

    def __init__(self, executable: str):
        self.profile = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        reading, child_out = os.pipe()
        child_in, writing = os.pipe()
        # out of the way of 3 and 4, which the browser reads and writes
        child_in, child_out = (
            fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (child_in, child_out)
        )

        def connect():
            os.dup2(child_in, 3)
            os.dup2(child_out, 4)

        self.process = subprocess.Popen(
            [executable, *OPTIONS, f"--user-data-dir={self.profile.name}", "about:blank"],
            preexec_fn=connect, pass_fds=(3, 4), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(child_in)
        os.close(child_out)
        self.reading, self.writing = reading, writing
        self.buffer, self.number, self.session, self.events = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        os.close(self.reading)
        os.close(self.writing)
        self.profile.cleanup()

    def _message(self, deadline: float) -> dict:
        while b"\0" not in self.buffer:
            ready, _, _ = select.select(
                [self.reading], [], [], max(deadline - time.monotonic(), 0)
            )
            if not ready:
                raise TimeoutError("the browser did not answer in time")
            part = os.read(self.reading, 1 << 20)
            if not part:
                raise RuntimeError("the browser has gone")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method: str, *, timeout: float = 120, **params) -> dict:
        """Send one command and return its result; events on the way are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + timeout
        while True:
            answer = self._message(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            if "method" in answer:
                self.events.append((answer["method"], answer.get("params", {})))

    def open(self, address: str, *, width: int, height: int = 900) -> None:
        """Load a page in a window of this size and wait until it is there."""
        self.events.clear()
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        self.call("Page.navigate", url=address)
        self.wait_until_loaded()

    def wait_until_loaded(self) -> None:
        """Wait until a page is there that was led to after ``events`` was cleared."""
        deadline = time.monotonic() + 120
        while "Page.loadEventFired" not in [method for method, _ in self.events]:
            message = self._message(deadline)
            self.events.append((message.get("method"), message.get("params", {})))

    def run(self, expression: str):
        """Value of a JavaScript expression in the page; a promise is awaited."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description", "error"))
        return answer["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """Press and release a key, such as ``("Tab", 9)``."""
        for kind in ("rawKeyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind, key=key, code=key, windowsVirtualKeyCode=code,
            )  # fmt: skip

    def screenshot(self, path, *, height: int) -> None:
        """Save the page from its top down to ``height`` as PNG."""
        width = self.run("document.documentElement.clientWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        picture = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def print_pages(self, path) -> None:
        """Print the page to PDF, A4."""
        pdf = self.call(
            "Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=True
        )
        with open(path, "wb") as file:
            file.write(base64.b64decode(pdf["data"]))

    def complaints(self) -> list[str]:
        """Errors of the console, of the log and of scripts since the page was opened."""
        found = []
        for method, params in self.events:
            if method == "Runtime.exceptionThrown":
                found.append(str(params["exceptionDetails"]))
            elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
                found.append(str(params["args"]))
            elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
                found.append(params["entry"]["text"])
        return found

    def requests(self) -> list[str]:
        """Addresses the page asked for since it was opened, data in the page left out."""
        addresses = [
            params["request"]["url"]
            for method, params in self.events
            if method == "Network.requestWillBeSent"
        ]
        return [address for address in addresses if not address.startswith(("data:", "blob:"))]
