"""Page object for the Run page. It finds controls and regions by their accessible names."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, Request, Response, Route, expect

from support.browser import PageMonitor

_FIELD_LABELS = {
    "tensor_parallel_degree": "Tensor Parallel",
    "quantization": "Quantization",
    "max_model_len": "Max Model Length",
    "concurrency": "Concurrency",
    "input_sequence_length": "Input Length",
    "output_sequence_length": "Output Length",
}
_RECOMMEND_PATH = "/api/v1/recommend?"
_PANEL_NAME = re.compile("^(Recommended|Your) Configuration$")
_BANNER_NAME = re.compile(
    "too large for native|does not run on|not yet supported|cannot be benchmarked|needs a pre-quantized"
)


@dataclass(frozen=True, slots=True)
class RunPage:
    """An open Run page and its monitor."""

    page: Page
    monitor: PageMonitor

    @property
    def model(self) -> Locator:
        return self.page.get_by_role("combobox", name="Model", exact=True)

    @property
    def instance_type(self) -> Locator:
        return self.page.get_by_label("Instance Type", exact=True)

    @property
    def token(self) -> Locator:
        return self.page.get_by_label("Hugging Face Token", exact=True)

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("region", name=_PANEL_NAME)

    @property
    def result(self) -> Locator:
        return self.page.get_by_role("region", name="Suggested configuration")

    @property
    def banner(self) -> Locator:
        return self.page.get_by_role("region", name=_BANNER_NAME)

    @property
    def error(self) -> Locator:
        return self.page.get_by_role("alert")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def button_like(self, text: str) -> Locator:
        """The buttons whose names contain `text`."""
        return self.page.get_by_role("button", name=text)

    def field(self, name: str) -> Locator:
        """The visible one: the Compare page has fields with the same labels."""
        return self.page.get_by_label(_FIELD_LABELS[name], exact=True).locator("visible=true")

    def select(self, model: str, instance_type: str) -> None:
        """Fill in the model and the instance type. Tab closes the list of models."""
        self.model.fill(model)
        self.model.press("Tab")
        self.instance_type.select_option(instance_type)

    def suggest(self, model: str, instance_type: str) -> Any:
        """Request a configuration and return the response."""
        self.select(model, instance_type)
        return self.response_after(lambda: self.button("Suggest Config").click())

    def response_after(self, action: Callable[[], Any]) -> Any:
        """Run `action` and return the body of the next response, once the page has processed it."""
        with self.page.expect_response(_is_recommendation) as response:
            action()
        body = response.value.json()
        expect(self.button("Suggest Config")).to_have_attribute("aria-busy", "false")
        return body

    def hint_after(self, action: Callable[[], Any]) -> Any:
        """Run `action` and return the body of the response to the changed values alone."""
        with self.page.expect_response(_is_hint) as response:
            action()
        return response.value.json()

    def error_after(self, action: Callable[[], Any]) -> Any:
        """Like `response_after`, if an error is expected."""
        self.monitor.allow_failed_requests = True
        return self.response_after(action)

    def recorded_requests(self, url_part: str = "") -> list[Request]:
        """A list that grows with each request whose URL contains `url_part`."""
        requests: list[Request] = []

        def record(request: Request) -> None:
            if url_part in request.url:
                requests.append(request)

        self.page.on("request", record)
        return requests

    def recorded_api_requests(self) -> list[Request]:
        """A list that grows with each request for a recommendation."""
        return self.recorded_requests(_RECOMMEND_PATH)

    def held_api_requests(self, url_part: str = "") -> list[Route]:
        """Like `recorded_api_requests`, but each request waits until the test continues or fulfills it."""
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        self.page.route(lambda url: _RECOMMEND_PATH in url and url_part in url, hold)
        return held

    def expect_values(self, config: dict[str, Any]) -> None:
        """Check that the form holds the values of a response, an option or a checkpoint."""
        for name in _FIELD_LABELS:
            value = config[name]
            expect(self.field(name)).to_have_value("" if value is None else str(value))

    def expect_panel_like_form(self) -> None:
        """Check that the rows of the panel and the flags of the command have the values of the form."""
        expect(self.panel).to_have_attribute("aria-busy", "false")
        shown = {name: self.field(name).input_value() for name in _FIELD_LABELS}
        counts = {name: f"{int(text):,}" for name, text in shown.items() if text.isdecimal()}
        quantization = shown["quantization"].upper() or "None"
        for name in ("tensor_parallel_degree", "max_model_len", "concurrency"):
            expect(self.panel).to_contain_text(f"{_FIELD_LABELS[name]} = {counts[name]} \N{EM DASH}")
        expect(self.panel).to_contain_text(f"Quantization = {quantization} \N{EM DASH}")
        workload = f"{counts['input_sequence_length']} + {counts['output_sequence_length']}"
        expect(self.panel).to_contain_text(f"Input + Output = {workload} \N{EM DASH}")
        words = self.command_words()
        flags = dict(pairwise(words))
        assert words[:3] == ["vllm", "serve", self.model.input_value()]
        assert flags["--tensor-parallel-size"] == shown["tensor_parallel_degree"]
        assert flags["--max-model-len"] == shown["max_model_len"]

    def command_words(self) -> list[str]:
        """The words of the `vllm serve` command."""
        return self.panel.locator("code").inner_text().replace("\\\n", "").split()

    def expect_one_story(self) -> None:
        """Check that the form, the panel, the command and the request preview have the same values."""
        self.expect_panel_like_form()
        body = self.submit()
        assert (body["model"], body["instance_type"]) == (
            self.model.input_value(),
            self.instance_type.input_value(),
        )
        self.expect_values(body)

    def submit(self) -> Any:
        """Submit the form and return the previewed request body."""
        self.button("Run Benchmark").click()
        return self.previewed_request()

    def previewed_request(self) -> Any:
        preview = self.page.get_by_role("region", name="Request preview")
        return json.loads(preview.locator("pre").inner_text())


def _is_recommendation(response: Response) -> bool:
    return _RECOMMEND_PATH in response.url and not _is_hint(response)


def _is_hint(response: Response) -> bool:
    """Whether it responds to the changed values alone, which are sent after all values of the form."""
    given = set(parse_qs(urlsplit(response.url).query)) & {"tp", *_FIELD_LABELS}
    return _RECOMMEND_PATH in response.url and 0 < len(given) < len(_FIELD_LABELS)
