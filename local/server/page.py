"""The built page: the files of `frontend/dist`, as a careful web server hands them out."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote

from local.server.http_types import Answer, Request

BUILT_PAGE = Path(__file__).resolve().parents[2] / "frontend" / "dist"

_INDEX = "/index.html"
_NOT_BUILT = (
    "The page is not built: with Node 20 or later installed, `make start` builds it before it serves.\n"
)

# Vite puts a hash of their content into the names of the files in this folder: https://vite.dev/guide/build
_HASHED = "/assets/"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"

# Not `mimetypes`: that is what the machine's registry makes of a suffix, and differs between machines.
_CONTENT_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_UNKNOWN_TYPE = "application/octet-stream"

# The page is made of its own files and talks to its own origin's API, and to nothing else. `base-uri`,
# `form-action` and `frame-ancestors` do not follow `default-src`. On AWS frontend/page.yaml says the same.
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ON_EVERY_FILE: Mapping[str, str] = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Answers for the files that are in `folder` when it is asked, and for no other path."""

    folder: Path = BUILT_PAGE

    def __call__(self, request: Request) -> Answer | None:
        """The file at the path, where there is one."""
        path = _INDEX if request.path == "/" else unquote(request.path)
        file = self._files().get(path)
        if file is not None:
            return _sent(path, file.read_bytes(), request.if_none_match)
        return _not_built() if path == _INDEX else None

    def _files(self) -> Mapping[str, Path]:
        """By path on the server. A path is looked up here, and never put together with the folder's."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {f"/{file.relative_to(self.folder).as_posix()}": file for file in files}


def _sent(path: str, body: bytes, if_none_match: str) -> Answer:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "Content-Type": _CONTENT_TYPES.get(Path(path).suffix, _UNKNOWN_TYPE),
        "Cache-Control": _FOR_EVER if path.startswith(_HASHED) else _ASK_EACH_TIME,
        "ETag": etag,
        **_ON_EVERY_FILE,
    }
    if etag in if_none_match:
        return Answer(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Answer(status=HTTPStatus.OK, headers=headers, body=body)


def _not_built() -> Answer:
    headers = {"Content-Type": _CONTENT_TYPES[".txt"], "Cache-Control": "no-store"}
    return Answer(status=HTTPStatus.NOT_FOUND, headers=headers, body=_NOT_BUILT.encode())
