"""A Hub that knows one model and answers well until a test makes it misbehave."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from support.loopback import Loopback, Misbehave, Say, Seen, loopback
from support.metadata import real

MODEL = "mistralai/Mistral-7B-Instruct-v0.3"

_DOCUMENTS = real(MODEL)
INFORMATION = {"id": MODEL, **_DOCUMENTS.information}
CONFIG = dict(_DOCUMENTS.config or {})


class FaultyHub:
    """Its `fault`, once set, is the answer to everything."""

    def __init__(self) -> None:
        self.fault: Say | Misbehave | None = None
        self.config_text = json.dumps(CONFIG)
        self.headers: dict[str, str] = {}
        self.running: Loopback

    @property
    def url(self) -> str:
        return self.running.url

    def answer(self, request: Seen) -> Say | Misbehave:
        if self.fault is not None:
            return self.fault
        text = json.dumps(INFORMATION) if request.path.startswith("/api/") else self.config_text
        return Say(headers=self.headers, body=text.encode())


@contextmanager
def faulty_hub(*, tls: ssl.SSLContext | None = None) -> Iterator[FaultyHub]:
    hub = FaultyHub()
    with loopback(hub.answer, tls=tls) as hub.running:
        yield hub
