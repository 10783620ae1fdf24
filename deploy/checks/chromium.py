"""Debian's Chromium without a window, for the checks that look at pages.

Importing it needs selenium. Where this Python has none, the check is started again by the Python that deploy/checks/browser
makes (LEADLINE_BROWSER_PYTHON names another); without one nothing is looked at, and that is said."""

import os
import sys

try:
    from selenium import webdriver
except ImportError:
    here = os.path.dirname(os.path.abspath(__file__))
    python = os.environ.get("LEADLINE_BROWSER_PYTHON", f"{here}/../../.build-browser/bin/python")
    if os.path.exists(python) and os.path.abspath(sys.executable) != os.path.abspath(python):
        os.execv(python, [python, "-B", *sys.argv])
    print("skipped, nothing was looked at: deploy/checks/browser makes the Python that this needs", file=sys.stderr)
    sys.exit(0)

PROGRAM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"


def chromium(*arguments, zone=None, logs=False):
    """A browser that believes somebody looks at it.

    zone: the time zone of whoever looks, by its name in the database; None for the machine's.
    logs: whether what pages say on their console is kept."""
    options = webdriver.ChromeOptions()
    options.binary_location = PROGRAM
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", *arguments):
        options.add_argument(argument)
    if logs:
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    environment = dict(os.environ, TZ=zone) if zone else None
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER, env=environment))
    # A window that nobody looks at has its flow wait.
    browser.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
    return browser
