"""The Run page as a person finds it: by what its controls and regions are called."""

import json
import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, Request, Response, Route, expect

from support.browser import Watch

_LABELS = {
    "tensor_parallel_degree": "Tensor Parallel Degree",
    "quantization": "Quantization",
    "max_model_len": "Max Model Length",
    "concurrency": "Concurrency",
    "input_sequence_length": "Input Length",
    "output_sequence_length": "Output Length",
}
_RECOMMEND = "/api/v1/recommend?"
_PANEL = re.compile("^(Why this|Your) configuration$")
_BANNER = re.compile("does not fit|not yet supported|cannot be benchmarked|needs another checkpoint")


@dataclass(frozen=True, slots=True)
class RunPage:
    """An open Run page and the watch over it."""

    page: Page
    watch: Watch

    @property
    def model(self) -> Locator:
        return self.page.get_by_role("combobox", name="Model", exact=True)

    @property
    def instance_type(self) -> Locator:
        return self.page.get_by_label("Instance Type", exact=True)

    @property
    def token(self) -> Locator:
        return self.page.get_by_label("Hub Token", exact=True)

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("region", name=_PANEL)

    @property
    def banner(self) -> Locator:
        return self.page.get_by_role("region", name=_BANNER)

    @property
    def error(self) -> Locator:
        return self.page.get_by_role("alert")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def field(self, name: str) -> Locator:
        return self.page.get_by_label(_LABELS[name], exact=True)

    def choose(self, model: str, instance_type: str) -> None:
        """Fill in what a question needs; leaving the model's field closes its list."""
        self.model.fill(model)
        self.model.press("Tab")
        self.instance_type.select_option(instance_type)

    def suggest(self, model: str, instance_type: str) -> Any:
        """Ask about a model on an instance type; gives what the service answered."""
        self.choose(model, instance_type)
        return self.answer_after(lambda: self.button("Suggest Config").click())

    def answer_after(self, act: Any) -> Any:
        """The service's next answer, with which the page has then done what it does."""
        with self.page.expect_response(_is_recommendation) as response:
            act()
        answer = response.value.json()
        expect(self.button("Suggest Config")).to_have_attribute("aria-busy", "false")
        return answer

    def refused_after(self, act: Any) -> Any:
        """The same where the service refuses, which Chromium reports on the console."""
        self.watch.may_be_refused = True
        return self.answer_after(act)

    def requests(self, part: str = "") -> list[Request]:
        """What the page asks for from now on, with `part` in its address."""
        sent: list[Request] = []

        def note(request: Request) -> None:
            if part in request.url:
                sent.append(request)

        self.page.on("request", note)
        return sent

    def questions(self) -> list[Request]:
        """What it asks the service from now on."""
        return self.requests(_RECOMMEND)

    def held_questions(self, part: str = "") -> list[Route]:
        """From now on the questions with `part` in their address, none of which gets further by itself."""
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        self.page.route(lambda url: _RECOMMEND in url and part in url, hold)
        return held

    def expect_values(self, source: dict[str, Any]) -> None:
        """The form holds the values of an answer, an option or a checkpoint."""
        for name in _LABELS:
            value = source[name]
            expect(self.field(name)).to_have_value("" if value is None else str(value))

    def request_body(self) -> Any:
        """What the page says that it would send."""
        self.button("Run Benchmark").click()
        return json.loads(self.page.get_by_role("region", name="Request body").locator("pre").inner_text())


def _is_recommendation(response: Response) -> bool:
    return _RECOMMEND in response.url
