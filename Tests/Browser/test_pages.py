#!/usr/bin/env python3
"""Uses the pages of winnow-inspect as a person does, in a real browser.

  python3 Tests/Browser/test_pages.py [--screenshots FOLDER]

`make test-browser` installs what it needs and runs it.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import accessibility
import sample_workspace
from browser import BIN, PHONE, WIDE, Browser, Server

SCREENSHOTS = None
PAGES = [
    ("overview", "", ".changes"), ("gallery", "gallery", "li.card"),
    ("pair", "pairs/{rejected}", "ol.words"), ("reviews", "reviews", "table.reviews"),
    ("label", "label?count=20", ".labelling"),
]


class PageTest(unittest.TestCase):
    """One browser for all; a workspace and a server for each class."""

    scored = True
    browser = None

    @classmethod
    def setUpClass(cls):
        if PageTest.browser is None:
            PageTest.browser = Browser()
            unittest.addModuleCleanup(PageTest.browser.quit)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.workspace = sample_workspace.make(pathlib.Path(folder.name) / "sample", cls.scored)
        cls.server = Server(*cls.command())
        cls.addClassCleanup(cls.server.stop)

    @classmethod
    def command(cls):
        return ["serve", "--workspace", cls.workspace]

    def setUp(self):
        self.browser.look(WIDE)
        self.browser.complaints()
        self.addCleanup(self.nothing_was_refused)

    def nothing_was_refused(self):
        # A missing picture is a 404 that the page shows as such.
        refused = [line for line in self.browser.complaints() if "/image" not in line
                   and "/thumbnail" not in line]
        self.assertEqual(refused, [])

    def open(self, path, ready):
        return self.browser.open(self.server.address + path, ready)

    def gallery(self, query=""):
        self.open("gallery" + query, "#cards:not([aria-busy]) > li, #cards:empty:not([aria-busy])")

    def numbers(self):
        return self.browser.run("return [...document.querySelectorAll('li.card')]"
                                ".map((card) => Number(card.dataset.pair))")

    def matching(self):
        """How many pairs the gallery says pass its filters."""
        self.browser.wait("#cards:not([aria-busy])")
        found = re.match(r"([\d,]+) pair", self.browser.text("#result"))
        return int(found[1].replace(",", "")) if found else 0

    def a_rejected_pair(self):
        self.gallery("?status=rejected")
        return self.numbers()[0]


class GalleryTest(PageTest):
    def test_filters_narrow_the_list_and_the_address_holds_them(self):
        browser = self.browser
        self.gallery()
        everything = self.matching()
        self.assertEqual(everything, 303)
        first = self.numbers()
        browser.run("const s = document.getElementById('status'); s.value = 'rejected';"
                    "s.dispatchEvent(new Event('change'))")
        browser.wait(lambda b: b.path() == "/gallery?status=rejected" and self.matching() < 303)
        rejected = self.matching()
        self.assertTrue(all("rejected" in badge for badge in browser.texts("li.card .badge")))
        search = browser.first("#search")
        search.send_keys("circle red", Keys.ENTER)
        browser.wait(lambda b: "search=circle+red" in b.path())
        browser.wait("#cards:not([aria-busy]) > li")
        captions = browser.texts("li.card .caption")
        self.assertTrue(captions and all("red circle" in caption for caption in captions))
        # The same address shows the same, elsewhere and after going back.
        address, shown = browser.path(), self.numbers()
        self.gallery()
        self.open(address[1:], "#cards:not([aria-busy]) > li")
        self.assertEqual(self.numbers(), shown)
        self.assertEqual(browser.run("return document.getElementById('status').value"), "rejected")
        browser.driver.back()
        browser.wait("#cards:not([aria-busy]) > li")
        browser.driver.back()
        browser.wait(lambda b: b.path() == address)
        browser.driver.back()
        browser.wait(lambda b: b.path() == "/gallery?status=rejected"
                     and self.matching() == rejected)
        browser.driver.back()
        browser.wait(lambda b: b.path() == "/gallery" and self.numbers() == first)

    def test_pages_follow_each_other_without_repeating(self):
        browser = self.browser
        self.gallery("?sort=similarity")
        seen = self.numbers()
        first = list(seen)
        while browser.run("return !document.getElementById('next-page').hidden"):
            before = browser.path()
            browser.first("#next-page").click()
            browser.wait(lambda b: b.path() != before)
            browser.wait("#cards:not([aria-busy]) > li")
            seen += self.numbers()
        self.assertEqual(len(seen), 303)
        self.assertEqual(len(set(seen)), 303)
        browser.first("#first-page").click()
        browser.wait(lambda b: "after=" not in b.path() and self.numbers() == first)

    def test_the_keyboard_reviews_and_undoes(self):
        browser = self.browser
        self.gallery("?status=rejected")
        numbers = self.numbers()
        browser.press("j", "j", "k", "j")
        self.assertEqual(
            browser.run("return document.activeElement.dataset.pair"), str(numbers[1]))
        browser.press("a")
        said = f"Pair {numbers[1]} is kept by review, against the model. Press u to undo."
        browser.wait(lambda b: b.run(
            "return document.getElementById('announcer').textContent") == said)
        card = f"li.card[data-pair='{numbers[1]}']"
        self.assertIn("overruled by review", browser.text(f"{card} .badge"))
        self.assertEqual(
            browser.first(f"{card} .verdict.kept").get_attribute("aria-pressed"), "true")
        # The keys go on where they were.
        self.assertEqual(
            browser.run("return document.activeElement.dataset.pair"), str(numbers[1]))
        browser.press("u")
        browser.wait(lambda b: "overruled" not in b.text(f"{card} .badge"))
        self.assertIn("rejected", browser.text(f"{card} .badge"))
        browser.press("r")
        browser.wait(lambda b: "confirmed by review" in b.text(f"{card} .badge"))
        browser.press("u")
        browser.wait(lambda b: "confirmed" not in b.text(f"{card} .badge"))

    def test_keys_open_search_and_help(self):
        browser = self.browser
        self.gallery("?status=kept")
        number = self.numbers()[0]
        browser.run("document.activeElement?.blur()")
        browser.press("/")
        self.assertEqual(browser.run("return document.activeElement.id"), "search")
        browser.press("a", "j", "r")
        self.assertEqual(browser.first("#search").get_attribute("value"), "ajr")
        browser.press(Keys.ESCAPE, "?")
        browser.wait("dialog[open]")
        self.assertIn("keep the pair", browser.text("dialog"))
        self.assertEqual(accessibility.problems(browser), [])
        browser.press(Keys.ESCAPE)
        browser.wait(lambda b: b.first("dialog") is None)
        browser.press("j", Keys.ENTER)
        browser.wait(lambda b: b.path() == f"/pairs/{number}?status=kept")
        browser.wait("#next-pair")
        browser.press("j")
        browser.wait(lambda b: b.path().startswith("/pairs/") and str(number) not in b.path())
        browser.wait("#prev-pair")
        browser.press("g")
        browser.wait(lambda b: b.path() == "/gallery?status=kept")
        # The gallery goes on at the pair that was looked at.
        browser.wait("#cards:not([aria-busy]) > li:nth-child(2)")
        second = self.numbers()[1]
        browser.wait(lambda b: b.run("return document.activeElement.dataset.pair") == str(second))

    def test_hostile_captions_stay_text(self):
        browser = self.browser
        self.gallery("?sort=manifest")
        self.assertIsNone(browser.run("return window.pwned ?? null"))
        self.assertEqual(browser.all("#cards script, #cards img[onerror]"), [])
        captions = browser.texts("li.card .caption")
        self.assertTrue(captions[1].startswith("<script>window.pwned = 1</script><img src=x"))
        for code in ["U+202E", "U+202C", "U+2066", "U+2069", "U+200B", "U+0007"]:
            self.assertIn(code, captions[2])
        self.assertEqual(
            browser.first("li.card:nth-child(3) .control").get_attribute("title"),
            "right-to-left override")
        # A caption of a megabyte is cut until it is asked for.
        self.assertLess(len(captions[4]), 200)
        browser.first("li.card:nth-child(5) button.link").click()
        browser.wait(lambda b: len(b.run(
            "return document.querySelector('li.card:nth-child(5) bdi').textContent")) > 1_000_000)
        for number in range(2, 6):
            self.open(f"pairs/{number}", "dl.facts")
            self.assertIsNone(browser.run("return window.pwned ?? null"))
            self.assertEqual(accessibility.overflow(browser), [])

    def test_pictures_that_are_not_there_are_words(self):
        browser = self.browser
        self.gallery("?status=failed,pending")
        browser.settle()
        self.assertIn("no picture here", browser.text("#cards"))
        self.assertEqual(browser.run("return document.querySelectorAll("
                                     "'li.card .verdict.kept:not([disabled])').length"), 1)


class OverviewTest(PageTest):
    def changes(self):
        return [int(self.browser.text(f"#{name}").split()[0].replace(",", ""))
                for name in ("lost", "won")]

    def test_the_threshold_is_dragged_by_mouse_finger_and_keys(self):
        browser = self.browser
        self.open("", ".changes")
        start = self.changes()
        handle = browser.first(".threshold")
        grip = browser.first(".threshold-grip")
        ActionChains(browser.driver).click_and_hold(grip).move_by_offset(160, 5).release().perform()
        dragged = self.changes()
        self.assertGreater(dragged[0], start[0])
        self.assertLess(dragged[1], start[1] + 1)
        value = float(handle.get_attribute("aria-valuenow"))
        self.assertIn(f"threshold={value:g}", browser.path())
        self.assertIn(f"--threshold {value:.3f}", browser.text(".told code"))
        self.assertIn("kept now would be rejected", handle.get_attribute("aria-valuetext"))
        browser.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.PAGE_DOWN)
        self.assertAlmostEqual(float(handle.get_attribute("aria-valuenow")), value - 0.12, 5)
        box = grip.rect
        self.touch([(box["x"] + 7, box["y"] + 10), (box["x"] + 60, box["y"] + 12),
                    (box["x"] + 120, box["y"] + 12)])
        browser.wait(lambda b: float(b.first(".threshold").get_attribute("aria-valuenow"))
                     > value - 0.11)
        # The address brings the line back to where it was.
        there = browser.first(".threshold").get_attribute("aria-valuenow")
        browser.driver.refresh()
        browser.wait(".changes")
        self.assertEqual(browser.first(".threshold").get_attribute("aria-valuenow"), there)
        browser.first(".told button.link").click()
        browser.wait(lambda b: self.changes() == start)
        self.assertNotIn("threshold", browser.path())

    def touch(self, points):
        send = self.browser.driver.execute_cdp_cmd
        scroll = self.browser.run("return window.scrollY")
        for number, (x, y) in enumerate(points):
            send("Input.dispatchTouchEvent", {
                "type": "touchStart" if number == 0 else "touchMove",
                "touchPoints": [{"x": x, "y": y - scroll}]})
        send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def test_the_pairs_that_would_change_are_a_click_away(self):
        browser = self.browser
        for share in (0.3, 0.62):
            for name in ("lost", "won"):
                self.open(f"?threshold={share}", ".changes")
                lost, won = self.changes()
                expected = lost if name == "lost" else won
                link = browser.first(f"li.{name} a")
                if link is None:
                    self.assertEqual(expected, 0)
                    continue
                link.click()
                browser.wait(lambda b, expected=expected: self.matching() == expected)

    def test_the_counts_lead_to_their_pairs(self):
        browser = self.browser
        self.open("", "table.reasons")
        rows = {row.find_element(By.CSS_SELECTOR, "th").text: int(
            row.find_element(By.CSS_SELECTOR, "td.number").text.replace(",", ""))
            for row in browser.all("table.reasons tbody tr")}
        self.assertEqual(sum(rows.values()), 303)
        self.assertEqual(rows["missing image"], 1)
        link = browser.first("table.reasons a[href*='mismatch']")
        link.click()
        browser.wait("#cards:not([aria-busy]) > li")
        self.assertEqual(self.matching(), rows["mismatch"])

    def test_training_is_drawn_and_told_in_numbers(self):
        browser = self.browser
        self.open("", ".curves")
        self.assertEqual(len(browser.all(".curves figure")), 4)
        browser.first("details summary").click()
        self.assertEqual(len(browser.all("details tbody tr")), 7)


class PairTest(PageTest):
    def test_a_word_shows_where_it_looks(self):
        browser = self.browser
        self.open(f"pairs/{self.a_rejected_pair()}", "ol.words")
        browser.settle()
        canvas = browser.first("canvas.heat")
        self.assertFalse(canvas.is_displayed())
        word = browser.first("ol.words li:nth-child(3) button")
        ActionChains(browser.driver).move_to_element(word).perform()
        browser.wait(lambda b: b.first("canvas.heat").is_displayed())
        self.assertRegex(browser.text(".looks"), " looks ")
        self.assertGreater(browser.run(
            "const c = arguments[0];"
            "return c.getContext('2d').getImageData(0, 0, c.width, c.height).data"
            ".filter((value, index) => index % 4 === 3 && value > 0).length", canvas), 30)
        ActionChains(browser.driver).move_to_element(browser.first("h1")).perform()
        browser.wait(lambda b: not b.first("canvas.heat").is_displayed())
        # By keyboard: focus shows it, pressing keeps it.
        browser.run("document.querySelector('ol.words button').focus()")
        browser.wait(lambda b: b.first("canvas.heat").is_displayed())
        browser.press(Keys.SPACE)
        self.assertEqual(
            browser.first("ol.words button").get_attribute("aria-pressed"), "true")
        browser.run("document.activeElement.blur()")
        self.assertTrue(browser.first("canvas.heat").is_displayed())

    def test_the_map_lies_over_the_part_that_the_network_saw(self):
        browser = self.browser
        self.open(f"pairs/{self.a_rejected_pair()}", "ol.words")
        browser.settle()
        browser.run("document.querySelector('ol.words button').focus()")
        # The sample's pictures are 120 × 90 and were padded: the square sticks out above and below.
        image = browser.run("const r = document.querySelector('.picture.image img')"
                            ".getBoundingClientRect(); return [r.x, r.y, r.width, r.height]")
        heat = browser.run("const r = document.querySelector('canvas.heat')"
                           ".getBoundingClientRect(); return [r.x, r.y, r.width, r.height]")
        self.assertAlmostEqual(heat[2], image[2], delta=2)
        self.assertAlmostEqual(heat[3], image[2], delta=2)
        self.assertAlmostEqual(heat[1] + heat[3] / 2, image[1] + image[3] / 2, delta=2)

    def test_what_fits_better_is_named(self):
        browser = self.browser
        self.open(f"pairs/{self.a_rejected_pair()}", "ol.words")
        self.assertGreater(len(browser.all(".matches.captions li")), 0)
        self.assertGreater(len(browser.all(".matches.pictures li img")), 0)

    def test_a_review_with_a_note_is_kept_in_the_history(self):
        browser = self.browser
        number = self.a_rejected_pair()
        self.open(f"pairs/{number}", "#note")
        browser.press("n")
        self.assertEqual(browser.run("return document.activeElement.id"), "note")
        browser.press("it is <b>right</b>, akru")
        browser.first(".verdict.kept").click()
        browser.wait(lambda b: "overruled by review" in b.text(".judgement .badge"))
        self.assertIn("A reviewer decided against the model", browser.text(".sentence"))
        history = browser.text("[aria-labelledby=history]")
        self.assertIn("it is <b>right</b>, akru", history)
        self.assertIn("reviewer-7", history)
        self.assertEqual(browser.first("#note").get_attribute("value"), "")
        self.open("reviews", "table.reviews")
        row = browser.text("table.reviews tbody tr")
        self.assertIn("it is <b>right</b>", row)
        self.assertIn("kept", row)
        self.open(f"pairs/{number}", "#note")
        browser.press("u")
        browser.wait(lambda b: "overruled" not in b.text(".judgement .badge"))
        browser.press("u")
        browser.wait(lambda b: "no review to take back" in b.text(".reviewing"))
        # The answer was 409, which the console tells as well.
        browser.complaints()

    def test_a_pair_that_is_not_there_is_said_to_be_none(self):
        self.open("pairs/99999", ".problem")
        self.assertIn("There is no pair 99999", self.browser.text("main"))
        # The answer was 404, which the browser tells as well.
        self.browser.complaints()

    def test_a_pair_without_an_explanation_says_how_to_get_one(self):
        self.open("pairs/303", "dl.facts")
        self.assertIn("no model has scored this pair", self.browser.text("main"))


class LabelTest(PageTest):
    scored = False

    @classmethod
    def command(cls):
        return ["label", "--workspace", cls.workspace, "--random", 5, "--seed", 3]

    def test_five_pairs_are_labelled_one_after_another(self):
        browser = self.browser
        self.open("label", ".labelling")
        self.assertEqual(browser.text("#progress"), "0 of 5")
        asked = []
        for count, key in enumerate("aaru", start=1):
            caption = browser.text(".labelling blockquote")
            if key == "u":
                browser.press("u")
                browser.wait(lambda b: b.text("#progress") == "2 of 5")
                self.assertEqual(browser.text(".labelling blockquote"), asked[-1])
                break
            asked.append(caption)
            browser.press(key)
            browser.wait(lambda b, count=count: b.text("#progress") == f"{count} of 5")
        browser.first(".answers .kept").click()
        browser.wait(lambda b: b.text("#progress") == "3 of 5")
        browser.press("j")
        # Going on later begins with what is open, the skipped one first.
        self.open("label", ".labelling")
        self.assertEqual(browser.text("#progress"), "3 of 5")
        browser.press("a")
        browser.wait(lambda b: b.text("#progress") == "4 of 5")
        browser.press("r")
        browser.wait(".finished")
        self.assertEqual(browser.text("#progress"), "5 of 5")
        self.assertIn("winnow-train", browser.text(".finished"))
        self.assertIn("--meta-from-reviews", browser.text(".finished"))
        self.assertEqual(accessibility.problems(browser), [])

    def test_an_unscored_workspace_has_an_overview(self):
        self.open("", "table.reasons")
        self.browser.wait(lambda b: "No pair has a score yet" in b.text("#similarities"))
        self.assertIn("Nothing was trained", self.browser.text("#training"))


class AppearanceTest(PageTest):
    def test_pages_are_legible_labelled_and_fit_every_window(self):
        browser = self.browser
        rejected = self.a_rejected_pair()
        browser.press("j", "a")
        browser.wait(lambda b: "overruled" in b.text("#cards"))
        for size, width in ((WIDE, "wide"), (PHONE, "phone")):
            for dark, scheme in ((False, "light"), (True, "dark")):
                browser.look(size, dark)
                for name, path, ready in PAGES:
                    with self.subTest(page=name, width=width, scheme=scheme):
                        self.open(path.format(rejected=rejected), ready)
                        if name == "pair":
                            browser.run("document.querySelectorAll('ol.words button')[2].focus()")
                        browser.settle()
                        if SCREENSHOTS:
                            browser.screenshot(SCREENSHOTS / f"{name}-{width}-{scheme}.png")
                        self.assertEqual(accessibility.problems(browser), [])
                        self.assertEqual(accessibility.overflow(browser), [])

    def test_the_first_tab_leads_to_the_content_and_focus_is_seen(self):
        browser = self.browser
        self.gallery()
        browser.run("sessionStorage.clear()")
        self.gallery()
        browser.press(Keys.TAB)
        self.assertEqual(browser.run("return document.activeElement.className"), "skip")
        self.assertGreaterEqual(
            browser.run("return document.activeElement.getBoundingClientRect().top"), 0)
        for _ in range(12):
            browser.press(Keys.TAB)
            outline = browser.run("const s = getComputedStyle(document.activeElement);"
                                  "return [s.outlineStyle, parseFloat(s.outlineWidth)]")
            self.assertNotEqual(outline[0], "none")
            self.assertGreaterEqual(outline[1], 2)

    def test_markup_cannot_be_made_from_text(self):
        self.gallery()
        refused = self.browser.run(
            "try { document.body.innerHTML = '<b>x</b>'; return false } catch { return true }")
        self.assertTrue(refused)
        self.browser.complaints()


class ReportTest(PageTest):
    def test_the_report_shows_all_of_itself_and_moves_its_threshold(self):
        browser = self.browser
        report = self.workspace.parent / "report.html"
        subprocess.run([BIN / "winnow-inspect", "report", "--workspace", self.workspace,
                        "--output", report, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        for size, dark in ((WIDE, False), (PHONE, True)):
            browser.look(size, dark)
            browser.open(report.as_uri(), ".cards img")
            browser.settle()
            self.assertIsNone(browser.run("return window.pwned ?? null"))
            self.assertEqual(accessibility.problems(browser), [])
            self.assertEqual(accessibility.overflow(browser), [])
            self.assertEqual(browser.run("return [...document.images].filter("
                                         "(image) => image.naturalWidth === 0).length"), 0)
            self.assertEqual(len(browser.all(".curves figure")), 4)
            self.assertGreater(len(browser.all("#samples li")), 20)
            if SCREENSHOTS:
                name = "wide-light" if size == WIDE else "phone-dark"
                browser.screenshot(SCREENSHOTS / f"report-{name}.png")
        before = browser.text("#lost")
        browser.run("document.querySelector('.threshold').focus()")
        browser.press(Keys.PAGE_UP)
        self.assertNotEqual(browser.text("#lost"), before)


class ServerTest(PageTest):
    def test_the_page_tells_that_the_server_is_gone_and_it_stops_cleanly(self):
        browser = self.browser
        other = Server("serve", "--workspace", self.workspace)
        browser.open(other.address + "gallery", "li.card")
        self.assertEqual(other.stop(), 0)
        browser.press("j", "a")
        browser.wait(lambda b: "The server does not answer" in b.text("#cards"))
        browser.complaints()

    def test_new_results_are_offered_and_not_thrown_in(self):
        import sqlite3
        browser = self.browser
        self.gallery()
        before = self.numbers()
        with sqlite3.connect(self.workspace / "audit.sqlite") as database:
            sample_workspace.begin(database, "purify", 200, 201, {})
        database.close()
        browser.run("document.dispatchEvent(new Event('visibilitychange'))")
        browser.wait(lambda b: "new results are there" in b.text("#freshness"))
        self.assertEqual(self.numbers(), before)
        browser.first("#freshness button").click()
        browser.wait("#cards:not([aria-busy]) > li")
        browser.wait(lambda b: not b.text("#freshness"))


if __name__ == "__main__":
    if "--screenshots" in sys.argv:
        at = sys.argv.index("--screenshots")
        SCREENSHOTS = pathlib.Path(sys.argv[at + 1])
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        del sys.argv[at:at + 2]
    unittest.main(verbosity=2)
