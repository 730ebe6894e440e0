"""A link reproduces the view, in any language; the browser's back button and a visit to another page lose nothing."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import wait_until_ready
from tests.server_process import Server

pytestmark = pytest.mark.browser


def open_link(page: Page, url: str) -> Page:
    page.goto(url)
    wait_until_ready(page)
    return page


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a filter by its name."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    box.fill(option)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    wait_until_ready(page)


def press(page: Page, radio: str) -> None:
    page.get_by_role("radio", name=radio, exact=True).click()
    wait_until_ready(page)


def asked(page: Page) -> dict[str, list[str]]:
    """The parameters in the address."""
    return parse_qs(urlsplit(page.url).query)


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_choices_come_into_the_address_and_the_link_shows_them_in_another_language(
    page: Page, browser: Browser, server: Server
) -> None:
    open_link(page, server.url)
    choose(page, "Business unit", "Harbour Life")
    choose(page, "From", "Jan 2024")
    choose(page, "To", "Jun 2026")
    page.get_by_role("button", name="More filters").click()
    choose(page, "Product", "Protection")
    page.keyboard.press("Escape")
    press(page, "Side by side")
    page.get_by_test_id("stCheckbox").filter(has_text="Weighted").locator("label").click()
    wait_until_ready(page)
    assert asked(page) == {
        "unit": ["HL"],
        "from": ["2024-01"],
        "to": ["2026-06"],
        "product": ["Protection"],
        "chart": ["multiples"],
        "weights": ["on"],
    }
    other = browser.new_context(locale="zh-TW", viewport={"width": 1440, "height": 900})
    try:
        reader = open_link(other.new_page(), page.url)
        assert reader.evaluate("document.documentElement.lang") == "zh-Hant"
        assert asked(reader) == asked(page)
        assert "Harbour Life" in heading(reader)
        assert heading(reader) != heading(page)
        assert cards(reader) == cards(page)
        assert panels(reader) == panels(page)
        assert reader.get_by_role("switch").first.is_checked()
    finally:
        other.close()


def cards(page: Page) -> list[str]:
    """The figures of the cards."""
    return page.locator("[data-testid=stMetricValue]").all_inner_texts()


def panels(page: Page) -> list[str]:
    """The names and figures above the panels."""
    return page.locator(".annotation-text").all_text_contents()


def test_the_back_button_takes_back_the_last_choice(page: Page, server: Server) -> None:
    open_link(page, server.url)
    everything = heading(page)
    choose(page, "Business unit", "Harbour Life")
    one = heading(page)
    press(page, "Transaction (T-NPS)")
    assert "T-NPS of Harbour Life" in heading(page)
    page.go_back()
    wait_until_ready(page)
    assert heading(page) == one
    page.go_back()
    wait_until_ready(page)
    assert heading(page) == everything
    page.go_forward()
    wait_until_ready(page)
    assert heading(page) == one


def test_a_visit_to_the_data_page_keeps_filters_and_language(page: Page, server: Server) -> None:
    open_link(page, f"{server.url}/?unit=HL&survey=transaction&lang=zh_Hant")
    before = heading(page)
    page.get_by_role("link", name="資料").click()
    page.wait_for_url("**/data*")
    wait_until_ready(page)
    assert page.evaluate("document.documentElement.lang") == "zh-Hant"
    assert asked(page)["lang"] == ["zh_Hant"]
    page.get_by_role("link", name="NPS").first.click()
    page.wait_for_url(lambda url: "/data" not in url)
    wait_until_ready(page)
    assert heading(page) == before
    assert asked(page) == {"unit": ["HL"], "survey": ["transaction"], "lang": ["zh_Hant"]}


def test_what_a_link_asks_for_and_is_not_there_is_said_and_taken_out(page: Page, server: Server) -> None:
    open_link(page, f"{server.url}/?unit=HL&unit=GONE&product=%60**x**%60&chart=pie&who=me")
    warning = page.get_by_role("alert").inner_text()
    assert "unit=GONE" in warning
    assert "**x**" in warning
    assert "Harbour Life" in heading(page)
    assert asked(page).get("unit") == ["HL"]
    assert "product" not in asked(page)
    assert "who" not in asked(page)


def test_two_readers_at_once_see_their_own_units(browser: Browser, server: Server) -> None:
    contexts = [browser.new_context(viewport={"width": 1440, "height": 900}) for _ in range(2)]
    try:
        readers = [context.new_page() for context in contexts]
        for reader in readers:
            reader.goto(server.url)
        for reader in readers:
            wait_until_ready(reader)
        for reader, unit in zip(readers, ("Harbour Life", "Harbour Bank"), strict=True):
            choose(reader, "Business unit", unit)
        for reader in readers:
            press(reader, "Transaction (T-NPS)")
        assert ["Harbour Life" in heading(reader) for reader in readers] == [True, False]
        assert ["Harbour Bank" in heading(reader) for reader in readers] == [False, True]
    finally:
        for context in contexts:
            context.close()
