"""Page object for the Compare page. It finds controls and regions by their accessible names."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from support.browser import PageMonitor


@dataclass(frozen=True, slots=True)
class ComparePage:
    """An open Compare page and its monitor."""

    page: Page
    monitor: PageMonitor

    @property
    def model(self) -> Locator:
        return self.page.get_by_role("combobox", name="Model", exact=True)

    @property
    def token(self) -> Locator:
        return self.page.get_by_label("Hugging Face Token", exact=True).locator("visible=true")

    def field(self, label: str) -> Locator:
        """The visible one: the Run page has fields with the same labels."""
        return self.page.get_by_label(label, exact=True).locator("visible=true")

    @property
    def table(self) -> Locator:
        return self.page.get_by_role("table", name="Instances")

    @property
    def plot(self) -> Locator:
        return self.page.get_by_role("group", name="Requests at once against")

    @property
    def count(self) -> Locator:
        return self.page.get_by_role("status").filter(has_text=" instances")

    def heading(self, column: str) -> Locator:
        return self.table.get_by_role("columnheader", name=column, exact=True)

    def sort_button(self, column: str) -> Locator:
        return self.heading(column).get_by_role("button")

    def instances(self) -> list[str]:
        """The instance types in the table, from top to bottom."""
        return self.table.get_by_role("rowheader").get_by_role("link").all_inner_texts()

    def compare(self, model: str) -> Any:
        """Request a comparison and return the response, once the page shows it."""
        self.model.fill(model)
        with self.page.expect_response(lambda response: "/api/v1/instances?" in response.url) as response:
            self.model.press("Enter")
        expect(self.page.get_by_role("button", name="Compare")).to_have_attribute("aria-busy", "false")
        return response.value.json()
