"""Each role's day in the dashboard, in Chromium. Says what was looked at, and fails for what is wrong."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from importlib import resources

from chromium import chromium  # first: it sees to it that there is selenium
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Delimiters before and after marks that join them to another character, and markup that would do something.
HOSTILE = "\u0600<img src=x onerror=\"document.title='taken'\">\"\u0301 '><script>document.title='taken'</script>&amp;\u0301"
# The same within the 64 bytes that a category has.
HOSTILE_WORD = "\u0600<img src=x onerror=x()>\"\u0301'<script>&\u0301"
# By day, by night, on a telephone by day and by night: width, height, scheme.
VIEWS = [(1280, 900, "light"), (1280, 900, "dark"), (390, 844, "light"), (390, 844, "dark")]
BYTES_MOST = 100_000


class Day:
    def __init__(self, address, work, binary, pictures):
        self.address, self.work, self.binary, self.pictures = address, work, binary, pictures
        self.wrong, self.looked, self.checked, self.largest = [], 0, 0, (0, "")
        self.browser = chromium(
            "--hide-scrollbars", "--lang=en-GB", f"--user-data-dir={work}/profile", zone="Europe/Rome", logs=True)
        self.browser.set_page_load_timeout(60)

    # What is found

    def expect(self, condition, what):
        self.checked += 1
        if not condition:
            self.wrong.append(what)
            print(f"WRONG: {what}", file=sys.stderr, flush=True)

    def wait(self, condition, what, seconds=60):
        try:
            found = WebDriverWait(self.browser, seconds, 0.05, [WebDriverException]).until(lambda _: condition())
            self.checked += 1
            return found
        except WebDriverException:
            self.expect(False, f"waited in vain: {what}; the page says {self.text()[:400]!r}")
            return None

    def text(self):
        return self.browser.find_element(By.TAG_NAME, "body").text

    def one(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def logged(self, where):
        for line in self.browser.get_log("browser"):
            if line["level"] == "SEVERE" and "the server responded with a status of" not in line["message"]:
                self.expect(False, f"{where}: {line['message']}")

    # Going about

    def go(self, path):
        self.browser.get(self.address + path)

    def sign_in(self, role):
        self.browser.delete_all_cookies()
        self.go("/app")
        self.expect("/app/sign-in" in self.browser.current_url, f"{role}: whoever is unknown signs in first")
        with open(f"{self.work}/{role}", encoding="ascii") as file:
            self.one("input[name=key]").send_keys(file.read().strip())
        self.one("form button").click()
        self.wait(lambda: self.all("nav.side"), f"{role} signs in")

    def view(self, width, height, scheme):
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
        self.browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def look(self, name, path, then=lambda: None):
        """One page in every view, after what somebody does there."""
        for width, height, scheme in VIEWS:
            self.view(width, height, scheme)
            self.go(path)
            then()
            where = f"{name} {width} {scheme}"
            self.looked += 1
            wide = self.browser.execute_script("return document.documentElement.scrollWidth")
            self.expect(wide <= width, f"{where}: scrolls sideways, {wide} wide")
            self.browser.execute_script(AXE)
            found = self.browser.execute_async_script(
                "const done = arguments[1]; axe.run(document, {runOnly: arguments[0]}).then(done, e => done({violations: [{id: String(e), nodes: []}]}))",
                TAGS)
            for one in found["violations"]:
                places = [f"{node['target']} {node.get('failureSummary', '')[:160]}" for node in one["nodes"][:3]]
                self.expect(False, f"{where}: {one['id']}: {places}")
            self.checked += 1
            size = len(self.browser.page_source.encode())
            self.largest = max(self.largest, (size, name))
            self.expect(size <= BYTES_MOST, f"{where}: {size} bytes")
            self.expect(self.browser.title != "taken", f"{where}: hostile text ran")
            self.expect(not self.all("main img, main script, [onerror]"), f"{where}: hostile text became markup")
            self.logged(where)
            if self.pictures:
                tall = self.browser.execute_script("return document.documentElement.scrollHeight")
                self.view(width, min(max(height, tall), 3000), scheme)
                self.browser.save_screenshot(f"{self.pictures}/{name}-{width}-{scheme}.png")
        self.view(*VIEWS[0])

    # What is asked beside the browser

    def ask(self, role, method, path, body=None):
        with open(f"{self.work}/{role}", encoding="ascii") as file:
            key = file.read().strip()
        request = urllib.request.Request(
            self.address + path, None if body is None else json.dumps(body).encode(), method=method,
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Prefer": "wait=20"})
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as reply:
                    return json.loads(reply.read())
            except urllib.error.HTTPError as refused:
                # The pages of this key have used up what it may ask for a minute.
                if refused.code != 429:
                    raise
                time.sleep(float(refused.headers.get("Retry-After", "1")))

    def submit(self, name, **more):
        body = {"leadId": name, "country": "IT", "vertical": "manufacturing", "employees": 240, "language": "it",
                "accountDomain": f"{name}.example", "lawfulBasis": "LAWFUL_BASIS_CONSENT",
                "dealValue": {"minorUnits": "12000000", "currency": "EUR"},
                "contact": {"email": f"{name}@person.example", "givenName": "Kim"}}
        body.update(more)
        return self.ask("admin", "POST", "/v1/leads", body)

    def key(self, name, *options):
        made = subprocess.run(
            [self.binary, "access", "create", "--json", "--label", "browser", *options], capture_output=True, text=True, check=True)
        with open(f"{self.work}/{name}", "w", encoding="ascii") as file:
            file.write(json.loads(made.stdout)["key"])

    # The days

    def stranger(self):
        self.go("/app/sign-in")
        self.look("sign-in", "/app/sign-in")
        self.one("input[name=key]").send_keys("ll_0123456789abcdef_" + "0" * 64)
        self.one("form button").click()
        self.wait(lambda: self.all("[role=alert]"), "a wrong key is told of")
        self.expect("/app/sign-in" in self.browser.current_url, "a wrong key opens nothing")

    def manager(self):
        self.sign_in("manager")
        sections = [link.get_attribute("data-key") for link in self.all("nav.side a")]
        self.expect(sections == ["t", "l", "p", "r", "u", "e", "f", "a", "i", "n", "s"], f"a manager goes where its scopes let it: {sections}")
        self.wait(lambda: self.one("#state").get_attribute("data-is") == "on", "the page is live")
        self.browser.execute_script("window.stayed = true")
        self.submit("seen-live-1")
        row = self.wait(lambda: self.all("#flow-rows a[href='/app/leads/seen-live-1']"), "a lead is seen routed")
        self.expect(self.browser.execute_script("return window.stayed") is True, "without a reload")
        self.wait(lambda: self.all("#due a[href='/app/leads/seen-live-1']"), "its promise is counted down")
        # The flow waits while it is read, and says how many wait.
        self.browser.execute_script("document.querySelector('#flow-rows li').dispatchEvent(new MouseEvent('mouseover', {bubbles: true}))")
        self.submit("seen-live-2")
        self.wait(lambda: self.one("#flow-state").text.startswith("1 "), "a flow that is read waits")
        self.expect(not self.all("#flow-rows a[href='/app/leads/seen-live-2']"), "and moves nothing under the pointer")
        self.one("#flow-state").click()
        self.wait(lambda: self.all("#flow-rows a[href='/app/leads/seen-live-2']"), "and goes on")
        # A second tab lives on the same stream.
        first = self.browser.current_window_handle
        self.browser.switch_to.new_window("tab")
        self.browser.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
        self.go("/app")
        self.wait(lambda: self.one("#state").get_attribute("data-is") == "on", "a second tab is live")
        opened = self.browser.execute_script("return performance.getEntriesByType('resource').filter(r => r.name.includes('/app/live')).length")
        self.expect(opened == 0, "a second tab opens no stream of its own")
        self.submit("seen-live-3", vertical=HOSTILE_WORD)
        self.wait(lambda: self.all("#flow-rows a[href='/app/leads/seen-live-3']"), "a second tab sees what the first is told")
        self.browser.close()
        self.browser.switch_to.window(first)
        # By keys to the list, and from there to the lead.
        self.go("/app")
        self.one("body").send_keys("g")
        self.one("body").send_keys("l")
        self.wait(lambda: self.browser.current_url.endswith("/app/leads"), "g l leads to the leads")
        self.one("body").send_keys("j")
        self.browser.switch_to.active_element.send_keys(Keys.ENTER)
        self.wait(lambda: "/app/leads/" in self.browser.current_url, "j and Enter open a lead")
        self.explained_and_overridden()

    def contact(self):
        """Names and addresses: asked for with a reason, which is asked for once a visit."""
        reason = "case 4711 " + HOSTILE[:60]
        self.go("/app/leads/seen-live-1")
        self.expect("@person.example" not in self.browser.page_source, "no address stands on a page unasked")
        self.look("lead-contact-asked", "/app/leads/seen-live-1")
        self.go("/app/leads/seen-live-1")
        self.one("#contact button").click()
        self.expect(not self.all("#contact dd"), "without a reason nothing is read")
        self.one("#contact input[name=reason]").send_keys(reason)
        self.one("#contact button").click()
        self.wait(lambda: self.all("#contact dd"), "names and addresses are read")
        self.expect("seen-live-1@person.example" in self.one("#contact").text, "of the lead that was asked for")
        self.look("lead-contact", "/app/leads/seen-live-2", lambda: self.one("#contact button").click())
        self.expect("Kim" in self.one("#contact").text, "the reason of a visit serves for the next")
        self.go("/app/leads/seen-live-2/contact")
        self.expect(self.browser.current_url.endswith("/app/leads/seen-live-2"), "an address leads to nobody's data")

    def explained_and_overridden(self):
        self.contact()
        self.go("/app/leads/seen-live-1")
        # What was recorded is there at once; that it was made again comes by itself.
        self.wait(lambda: "equal to what was recorded" in self.one("#why").text, "it was decided again")
        sentence = self.one("#why .lead").text
        chosen = re.search(r"assigned to ([\w.-]+)", sentence)
        self.expect(chosen is not None, f"the decision is one sentence: {sentence}")
        told = self.ask("manager", "GET", "/v1/leads/seen-live-1/explanation")
        self.expect(told["text"][0].startswith(sentence.split(", respond by")[0]), "in the words of the API")
        candidates = {one["partnerId"]: one for one in told["evaluation"]["candidates"]}
        heads = [head.text for head in self.all("#why table thead th.chosen")]
        self.expect(heads and heads[0] == chosen[1], f"the chosen stands first: {heads}")
        text = self.one("#why").text
        share = f"{candidates[chosen[1]]['conversion'] * 100:.1f}"
        self.expect(share in text, f"the conversion is the recorded one, {share}")
        self.expect("would have gone to" in text or "would have received it" in text, "what would have changed it is told")
        self.one("#reasons summary").click()
        reasons = self.all("#reasons dt")
        self.expect(len(reasons) >= 5, f"the other partners' reasons are told: {len(reasons)}")
        other = self.all("#why table thead th.second")[0].text
        # An override without a reason is none.
        form = self.one("#act-override form")
        if not self.one("#act-override").get_attribute("open"):
            self.one("#act-override summary").click()
        Select(form.find_element(By.NAME, "decision")).select_by_value("assign")
        form.find_element(By.NAME, "partner").send_keys(other)
        form.find_element(By.CSS_SELECTOR, "button").click()
        self.expect("/app/leads/seen-live-1" in self.browser.current_url and not self.all(".notice.good"), "an override needs its reason")
        form.find_element(By.NAME, "note").send_keys(HOSTILE)
        form.find_element(By.CSS_SELECTOR, "button").click()
        self.wait(lambda: self.all(".notice.good"), "an override is told of")
        story = self.ask("manager", "GET", "/v1/leads/seen-live-1")
        self.expect(story["lead"].get("partner") == other, f"the lead is with {other}: {story['lead']}")
        self.expect(f"assigned to {other}" in self.one("#story").text, "the story says so")
        # A review, asked for and decided.
        self.go("/app/leads/seen-live-2")
        self.one("#act-review summary").click()
        self.one("#act-review textarea").send_keys("please look")
        self.one("#act-review form button").click()
        self.wait(lambda: self.all(".notice.good"), "a review is asked for")
        self.go("/app/reviews")
        self.expect(bool(self.all("#reviews a[href='/app/leads/seen-live-2']")), "it stands in the queue")
        self.look("reviews", "/app/reviews")
        # Somebody takes it up, and it says so; what somebody else looks at is taken over first.
        self.ask("admin", "PUT", "/v1/reviews/seen-live-2/claim")
        self.go("/app/leads/seen-live-2")
        self.expect(not self.all("#act-decideReview textarea"), "what somebody else looks at is not decided beside it")
        self.look("review-claimed", "/app/leads/seen-live-2")
        self.go("/app/reviews")
        self.one("#reviews form[action='/app/reviews/seen-live-2/claim'] button").click()
        self.wait(lambda: self.all(".notice.good"), "a review is taken over")
        self.expect(self.browser.current_url.split("?")[0].endswith("/app/leads/seen-live-2"), "that leads to the lead")
        self.go("/app/reviews")
        self.expect(bool(self.all("#reviews form[action='/app/reviews/seen-live-2/release']")), "it can be given up")
        self.look("reviews-claimed", "/app/reviews")
        self.go("/app/leads/seen-live-2")
        self.one("#act-decideReview textarea").send_keys("well decided")
        self.one("#act-decideReview form[action$='/decide'] button").click()
        self.wait(lambda: self.all(".notice.good"), "a review is decided")
        self.go("/app/reviews")
        self.expect(not self.all("#reviews a[href='/app/leads/seen-live-2']"), "and is no longer open")
        self.looks_of_a_manager(other)
        self.palette_and_views()
        self.all_that_match()
        self.rules()
        self.reports()

    def looks_of_a_manager(self, partner):
        self.look("today", "/app")
        self.look("leads", "/app/leads")
        self.look("leads-filtered", "/app/leads?status=assigned")
        self.look("leads-none", "/app/leads?status=withdrawn")
        self.look("lead", "/app/leads/seen-live-1")
        self.look("lead-hostile", "/app/leads/seen-live-3")
        self.expect("onerror=x()>" in self.text(), "a hostile category is shown as it was sent")
        self.look("leads-hostile", "/app/leads?lead=" + urllib.parse.quote(HOSTILE))
        self.expect("<img src=x" in self.text(), "hostile text is shown as it was sent")
        self.look("partners", "/app/partners")
        self.look("partner", f"/app/partners/{partner}")
        self.look("system", "/app/system")
        self.look("preferences", "/app/preferences")
        self.look("nothing", "/app/leads/nothing-1")
        self.expect("Nothing is here" in self.text(), "what is not there is told of in words")
        for path in ["/app/leads?status=nonsense", "/app/leads?x=1", "/app/nowhere"]:
            self.go(path)
            self.expect(bool(self.all("h1")) and "{" not in self.text()[:1], f"{path}: an error is a page")
        self.go("/app/leads?status=&partner=&lead=seen-live-1")
        self.expect(self.browser.current_url.endswith("/app/leads/seen-live-1"), "a lead is found by its id")
        # Without script a form still does what it says.
        self.absence(partner)
        for language, word in [("de", "Heute"), ("fr", "Aujourd"), ("it", "Oggi"), ("es", "Hoy")]:
            self.go("/app/preferences")
            Select(self.one("select[name=language]")).select_by_value(language)
            self.one("form.narrow button").click()
            self.wait(lambda: self.one("html").get_attribute("lang") == language, f"{language} is chosen")
            self.go("/app")
            self.expect(word in self.one("nav.side").text, f"the navigation is in {language}")
            self.look(f"today-{language}", "/app")
            self.look(f"lead-{language}", "/app/leads/seen-live-1")
        self.go("/app/preferences")
        Select(self.one("select[name=language]")).select_by_value("en")
        self.one("form.narrow button").click()
        self.wait(lambda: self.one("html").get_attribute("lang") == "en", "en is chosen")

    def palette_and_views(self):
        """All of it by keys: the list of pages opens, narrows, leads on, and finds a lead."""
        self.go("/app/partners")
        body = self.one("body")
        body.send_keys(Keys.CONTROL, "k")
        self.wait(lambda: self.one("#palette").get_attribute("open"), "Ctrl K opens the list of pages")
        shown = lambda: [one.text for one in self.all("#palette-list li") if one.is_displayed()]
        whole = len(shown())
        sections = len(self.all("nav.side a"))
        self.expect(whole > sections, f"it has every page: {whole} beside {sections} in the navigation")
        self.browser.switch_to.active_element.send_keys("fore")
        self.expect(shown() == ["Forecast"], f"it narrows: {shown()}")
        self.browser.switch_to.active_element.send_keys(Keys.ENTER)
        self.wait(lambda: self.browser.current_url.endswith("/app/forecast"), "Enter opens the page")
        self.one("body").send_keys(Keys.CONTROL, "k")
        self.browser.switch_to.active_element.send_keys("seen-live-1", Keys.ENTER)
        self.wait(lambda: self.browser.current_url.endswith("/app/leads/seen-live-1"), "what is no page is a lead")
        self.one("body").send_keys(Keys.CONTROL, "k")
        self.browser.switch_to.active_element.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
        self.expect(self.browser.switch_to.active_element.tag_name == "a", "arrows move through it")
        self.browser.switch_to.active_element.send_keys(Keys.ESCAPE)
        self.wait(lambda: not self.one("#palette").get_attribute("open"), "Escape closes it")
        # Every key that leads somewhere says so where the pointer rests.
        for link in self.all("nav.side a"):
            self.expect(link.get_attribute("title") == "g " + link.get_attribute("data-key"), "a shortcut is shown")
        # A view is kept under a name, and forgotten.
        self.go("/app/leads?status=assigned")
        self.one("#view-add summary").click()
        self.one("#f-view").send_keys(HOSTILE[:40], Keys.ENTER)
        kept = self.wait(lambda: self.all("#views li a"), "a view is kept")
        self.expect(kept and kept[0].get_attribute("href").endswith("?status=assigned"), "with its address")
        self.expect(not self.all("#views img, #views script"), "a view's name is text")
        self.go("/app/leads")
        self.one("#views li a").click()
        self.wait(lambda: self.browser.current_url.endswith("?status=assigned"), "and opened again")
        self.one("#views li button").click()
        self.expect(not self.all("#views li"), "and forgotten")
        # Suggestions, and the table as CSV.
        self.expect(len(self.all("#known-partners option")) > 1, "partners are suggested")
        self.browser.execute_script(
            "window.copied = ''; navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }")
        self.one("#list [data-copy]").click()
        self.wait(lambda: self.browser.execute_script("return window.copied"), "a table is copied")
        lines = self.browser.execute_script("return window.copied").split("\r\n")
        self.expect(len(lines) == len(self.all("#list tbody tr")) + 1, f"all of it: {len(lines)} lines")
        self.expect(not [one for line in lines for one in line.split(",") if one[:1] in ("=", "@")], "nothing of it reckons")

    def all_that_match(self):
        for number in range(3):
            self.submit(f"many-{number}", country="JP")
        self.wait(lambda: len(self.ask("manager", "GET", "/v1/leads?status=escalated")["leads"]) >= 3, "leads wait for a person")
        self.go("/app/leads?status=escalated")
        self.one("a[href='/app/bulk?status=escalated']").click()
        self.wait(lambda: self.all("#matching"), "all that match are shown")
        self.look("bulk", "/app/bulk?status=escalated")
        self.go("/app/bulk?status=escalated")
        count = self.one("label[for=f-count]").text.split()[1]
        Select(self.one("#f-act")).select_by_value("close")
        self.one("#f-note").send_keys("no country of ours")
        self.one("#f-count").send_keys("1" + count, Keys.ENTER)
        self.wait(lambda: self.all("[role=alert]"), "another count confirms nothing")
        Select(self.one("#f-act")).select_by_value("close")
        self.one("#f-note").send_keys("no country of ours")
        self.one("#f-count").send_keys(count, Keys.ENTER)
        self.wait(lambda: self.all(".notice.good"), "all that match are changed")
        self.wait(lambda: not [one for one in self.ask("manager", "GET", "/v1/leads?status=escalated")["leads"]
                               if one["lead"].startswith("many-")], "and each is closed")

    def rules(self):
        self.go("/app/rules")
        self.expect(len(self.all("#policy .reasons li")) > 10, "the policy is told in words")
        self.look("rules", "/app/rules")
        self.look("rules-history", "/app/rules/history")
        self.look("rules-proposal", "/app/rules/proposal")
        self.look("rules-effect-before", "/app/rules/effect")
        self.go("/app/rules/proposal")
        text = self.one("#f-policy").get_attribute("value")
        policy = json.loads(text)

        def fill(value):
            self.browser.execute_script("arguments[0].value = arguments[1]", self.one("#f-policy"), value)

        # What is wrong is told at its field, and what was written stays.
        fill(json.dumps(dict(policy, attemptsMax="many"), indent=2))
        self.one("button[value=check]").click()
        fault = self.wait(lambda: self.all("#fault"), "a wrong field is told of")
        self.expect(fault and "line" in fault[0].text, f"with its line: {fault and fault[0].text}")
        self.expect("many" in self.one("#f-policy").get_attribute("value"), "and nothing written is lost")
        self.expect(self.one("#f-policy").get_attribute("aria-invalid") == "true", "the field says that it is wrong")
        self.expect(not self.all("button[value=publish]"), "and it cannot be published")
        self.go("/app/rules/proposal")
        policy["name"] = HOSTILE_WORD
        fill(json.dumps(policy))
        self.one("button[value=check]").click()
        self.wait(lambda: self.all("#differences-rows tbody tr"), "a difference is shown")
        self.expect("<img src=x" in self.one("#differences").text, "as it was written")
        self.expect(not self.all("main img, main script"), "a policy's text stays text")
        self.one("button[value=effect]").click()
        self.wait(lambda: self.browser.current_url.endswith("/app/rules/effect"), "its effect is asked for")
        self.wait(lambda: self.all("#report .tiles"), "and found", 240)
        self.look("rules-effect", "/app/rules/effect")
        self.go("/app/rules/effect")
        self.one("#report form button").click()
        self.wait(lambda: self.all("button[value=publish]"), "the same text can be published")
        self.one("button[value=publish]").click()
        self.wait(lambda: self.all(".notice.good"), "a policy is published")
        self.look("rules-hostile", "/app/rules")
        # What changed last month, in two clicks from anywhere.
        self.go("/app")
        self.one("nav.side a[data-key=u]").click()
        self.one("a[href='/app/rules/history']").click()
        self.wait(lambda: self.all("#version-0-rows tbody tr"), "what changed is told with what it was before")
        self.look("rules-history-hostile", "/app/rules/history")

    def reports(self):
        partner = self.ask("manager", "GET", "/v1/partners")["partners"][0]["partner"]
        for name in ["learning", "forecast", "fairness", "pilot", "enablement"]:
            self.look(f"{name}-before", f"/app/{name}")
            self.go(f"/app/{name}")
            self.expect(bool(self.all("#report .empty")), f"{name}: what would be there is told")
            if name == "enablement":
                self.one("#f-partner").send_keys(partner)
                self.one("#f-value").send_keys("iso-27001")
            if name == "forecast":
                Select(self.one("#f-backtest")).select_by_value("yes")
            self.one("aside form button").click()
            # What was found may have empty parts of its own.
            self.wait(
                lambda: self.all("#report .tiles") or not self.all("#report .empty") or self.all("#work .notice.bad"),
                f"{name} is found", 240)
            self.look(name, f"/app/{name}")
            self.go(f"/app/{name}")
            for figure in self.all("figure"):
                told = figure.find_elements(By.CSS_SELECTOR, "svg title")
                self.expect(bool(told), f"{name}: what a plot shows is told where the pointer rests")
            for summary in self.all("details[id$='-table'] > summary"):
                summary.click()
            self.expect(all(one.is_displayed() for one in self.all("details[id$='-table'] table")), f"{name}: tables stand behind plots")
            self.logged(name)
        # By the keyboard alone: from the first field to the button, and by Enter to the report.
        self.go("/app/fairness")
        self.one("aside form button").send_keys(Keys.ENTER)
        self.wait(lambda: self.browser.current_url.endswith("/app/fairness"), "a report is asked for by a key")
        for language in ["de", "fr", "it", "es"]:
            self.browser.add_cookie({"name": "leadline-language", "value": language})
            for name in ["learning", "rules/proposal"]:
                self.look(f"{name.replace('/', '-')}-{language}", f"/app/{name}")
        self.browser.add_cookie({"name": "leadline-language", "value": "en"})

    def absence(self, partner):
        # The page's own script does not run; what is asked of the page here does.
        self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        self.go(f"/app/partners/{partner}")
        self.expect(not self.one("#state").get_attribute("data-is"), "no script runs on the page")
        self.expect(self.one("#absence-add").get_attribute("open"), "where no absence is set, one is asked for")
        for name, value in [("from", "2031-03-01T09:00"), ("until", "2031-03-05T18:30")]:
            self.browser.execute_script("arguments[0].value = arguments[1]", self.one(f"#f-{name}"), value)
        self.one("#absence-add form button").click()
        self.wait(lambda: self.all(".notice.good"), "an absence is set")
        times = [place.get_attribute("datetime") for place in self.all("#away time")]
        self.expect(times[:2] == ["2031-03-01T08:00:00Z", "2031-03-05T17:30:00Z"], f"in the reader's zone: {times}")
        self.one("#away li form button").click()
        self.wait(lambda: self.all(".notice.good") and not self.all("#away time"), "and called off")
        self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    def partner(self, name):
        self.key("partner", "--role", "partner-lead", "--partner", name)
        self.sign_in("partner")
        self.wait(lambda: self.all("#answers li"), "a partner sees what waits for it")
        self.look("partner-today", "/app")
        # A lead of its own, and handed over now: the promise of an older one may have passed on a slow machine.
        lead = "seen-partner-1"
        self.submit(lead)
        self.ask("admin", "POST", f"/v1/leads/{lead}/override", {"assignToPartnerId": name, "note": "a lead for the partner's day"})
        self.go("/app")
        self.wait(lambda: self.all(f"#answers form[action='/app/leads/{lead}/accept']"), "a lead handed to it waits")
        self.one(f"#answers form[action='/app/leads/{lead}/accept'] button").click()
        self.wait(lambda: self.all(".notice.good"), "a partner accepts")
        self.expect(f"/app/leads/{lead}" in self.browser.current_url, "and is shown the lead")
        self.look("partner-lead", f"/app/leads/{lead}")
        self.look("partner-contact", f"/app/leads/{lead}", lambda: self.one("#contact button").click())
        self.expect("@person.example" in self.one("#contact").text, "a partner sees whom to call once it accepted")
        others = [one["partnerId"] for one in self.ask("manager", "GET", f"/v1/leads/{lead}/explanation")["evaluation"]["candidates"]]
        source = self.browser.page_source
        self.expect(not [one for one in others if one != name and one in source], "no other partner's name is on its pages")
        self.go(f"/app/leads/{lead}")
        buttons = [form for form in self.all("form") if (form.get_attribute("action") or "").endswith("/respond")]
        buttons[0].find_element(By.CSS_SELECTOR, "button").click()
        self.wait(lambda: self.all(".notice.good"), "a partner says that it responded")
        self.expect(self.ask("manager", "GET", f"/v1/leads/{lead}")["lead"]["status"] == "responded", "and so it is recorded")
        for path in ["/app/reviews", "/app/system", "/app/proof"]:
            self.go(path)
            self.expect("may not" in self.text(), f"{path} is not a partner's")
        self.go("/app/partners")
        self.expect(self.browser.current_url.endswith(f"/app/partners/{name}"), "a partner sees itself alone")
        self.look("partner-self", f"/app/partners/{name}")
        # A pause of one that is paused is told of as what it is: nothing.
        for said in [".notice.good", ".notice.warn"]:
            self.go(f"/app/partners/{name}")
            token = self.one("input[name=token]").get_attribute("value")
            self.browser.execute_script(
                "const form = document.createElement('form'); form.method = 'post'; form.action = arguments[0];"
                "for (const [name, value] of Object.entries(arguments[1])) { const one = document.createElement('input');"
                "one.name = name; one.value = value; form.append(one); } document.body.append(form); form.submit();",
                f"/app/partners/{name}/pause", {"token": token, "once": os.urandom(12).hex()})
            self.wait(lambda: self.all(said), f"a pause says {said}")
        self.go(f"/app/partners/{name}")
        [form for form in self.all("form") if (form.get_attribute("action") or "").endswith("/resume")][0].find_element(
            By.CSS_SELECTOR, "button").click()
        self.wait(lambda: self.all(".notice.good"), "a partner takes leads again")

    def auditor(self):
        self.sign_in("auditor")
        self.go("/app/proof")
        self.expect(bool(self.all("#checkpoint .mono")), "the newest checkpoint is shown")
        self.one("button[value=no]").click()
        self.wait(lambda: self.all("#work .notice.good"), "a verification runs to its end and holds", 240)
        self.look("proof", "/app/proof")
        self.go("/app/leads/seen-live-1")
        self.expect(not self.all("#act-override"), "an auditor reads and overrides nothing")
        # Who read a person's data, in two clicks from anywhere.
        self.go("/app/leads")
        self.one("nav.side a[data-key=v]").click()
        self.one("main a[href='/app/proof/access']").click()
        self.wait(lambda: self.all(".notice.good"), "the access log is whole")
        self.look("access", "/app/proof/access")
        self.look("access-hostile", "/app/proof/access?person=" + urllib.parse.quote(HOSTILE[:100]))
        self.expect("No read is like that" in self.text(), "of nobody nothing was read")
        self.go("/app/proof/access")
        self.expect("case 4711" in self.text(), "the reason of a read stands in the log")

    def producer(self):
        self.sign_in("producer")
        self.wait(lambda: self.browser.current_url.endswith("/app/leads"), "a producer is led to its leads")
        self.look("producer", "/app/leads")

    def admin(self):
        self.sign_in("admin")
        self.look("system-admin", "/app/system")
        self.look("proof-admin", "/app/proof")
        made = self.ask("admin", "POST", "/v1/webhooks", {"url": "https://hooks.partner.example/secret-path"})["webhook"]
        self.look("webhooks", "/app/system/webhooks")
        self.look("webhook", f"/app/system/webhooks?endpoint={made}")
        self.expect("secret-path" not in self.browser.page_source, "an address's path, which may hold a token, is not shown")
        self.go(f"/app/system/webhooks?endpoint={made}")
        self.one("#f-after").send_keys(self.ask("admin", "GET", "/v1/program")["program"] + "/1")
        self.one("aside form button").click()
        self.wait(lambda: self.all(".notice.good"), "decisions are sent again")
        # A form of another session does nothing.
        self.go("/app/leads/seen-live-3")
        self.browser.execute_script("for (const one of document.querySelectorAll('input[name=token]')) one.value = '0'.repeat(32)")
        if not self.one("#act-review").get_attribute("open"):
            self.one("#act-review summary").click()
        self.one("#act-review form button").click()
        self.wait(lambda: "belongs to a session" in self.text(), "a form without its token is refused")
        self.go("/app")
        self.one("details.menu summary").click()
        [form for form in self.all("form") if (form.get_attribute("action") or "").endswith("/app/sign-out")][0].find_element(
            By.CSS_SELECTOR, "button").click()
        self.wait(lambda: "/app/sign-in" in self.browser.current_url, "somebody signs out")
        self.go("/app/leads")
        self.expect("/app/sign-in?next=/app/leads" in self.browser.current_url, "and is nobody again")


    # A demonstration

    def demonstration(self):
        """The tour, as somebody goes who has never seen it: signs in without a key, and follows the button."""
        self.go("/app")
        self.expect("demonstration" in self.text(), "a demonstration says that it is one")
        self.all("button[name=as]")[0].click()
        self.wait(lambda: self.all("#tour"), "the tour begins")
        stops = []
        for number in range(1, 7):
            self.expect(f"Stop {number} of 6" in self.text(), f"stop {number} of the tour: {self.text()[:200]!r}")
            stops.append(urllib.parse.urlparse(self.browser.current_url).path)
            if number == 1:
                newest = self.one("#flow-rows").text[:200]
                self.wait(lambda: self.one("#flow-rows").text[:200] != newest, "leads come in while somebody watches")
            following = self.all("#tour a.primary")
            self.expect(bool(following) == (number < 6), f"stop {number} leads on")
            if following:
                before = self.browser.current_url
                following[0].click()
                self.wait(lambda: self.browser.current_url != before, f"from stop {number} on")
        for name, path in zip(["today", "lead", "partners", "reviews", "rules", "proof"], stops):
            self.look("tour-" + name, path)
        self.go(stops[1])
        self.wait(lambda: "attempt 2" in self.text(), "the story's lead moves on once its minute is over, on the open page", 120)
        self.go("/app")
        self.one("#tour form button").click()
        self.wait(lambda: not self.all("#tour"), "the tour ends")
        self.browser.delete_all_cookies()
        self.go("/app")
        partner = [one for one in self.all("button[name=as]") if one.get_attribute("value") == "partner-lead"]
        partner[0].click()
        self.wait(lambda: self.all("#tour"), "a partner has a tour too")


def main():
    address, work, binary = sys.argv[1:4]
    is_demonstration = binary == "demonstration"
    day = Day(address, work, binary, sys.argv[4] if len(sys.argv) > 4 else None)
    began = time.monotonic()
    try:
        if is_demonstration:
            day.demonstration()
            return conclude(day, began)
        day.stranger()
        day.manager()
        held = day.ask("manager", "GET", "/v1/leads?status=assigned")["leads"]
        day.partner(held[0]["partner"])
        day.auditor()
        day.producer()
        day.admin()
    finally:
        day.browser.quit()
    conclude(day, began)


def conclude(day, began):
    print(f"{day.looked} views, {day.checked} checks in {time.monotonic() - began:.0f} s, the largest page "
          f"{day.largest[1]} with {day.largest[0]} bytes: {len(day.wrong)} wrong")
    sys.exit(1 if day.wrong else 0)


main()
