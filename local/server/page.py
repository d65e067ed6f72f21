"""The route of the built page: the files of `frontend/dist`."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote

from local.http_types import HttpRequest, HttpResponse

BUILT_PAGE = Path(__file__).resolve().parents[2] / "frontend" / "dist"

_INDEX = "/index.html"
# Which page to show is decided in the browser; frontend/page.yaml rewrites the same path on AWS.
_PAGES = {"/", "/compare"}
# Redirected, because the page's files have relative addresses.
_PAGES_WITH_SLASH = {f"{path}/" for path in _PAGES - {"/"}}
_NOT_BUILT = "The page is not built. With Node 20 or later installed, `make start` builds it.\n"

# Vite names the files in this folder by a hash of their content: https://vite.dev/guide/build
_HASHED = "/assets/"
_IMMUTABLE = "public, max-age=31536000, immutable"
_REVALIDATE = "no-cache"

# Not `mimetypes`, which reads the machine's own registry and differs between machines.
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

# The page loads only its own files and calls only its own origin's API. `base-uri`, `form-action` and
# `frame-ancestors` do not default to `default-src`. frontend/page.yaml sets the same policy on AWS.
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Serves the files that are in `folder` at the time of the request."""

    folder: Path = BUILT_PAGE

    def __call__(self, request: HttpRequest) -> HttpResponse | None:
        """The file at the path, which is the index for each page; `None` if there is none."""
        if request.path in _PAGES_WITH_SLASH:
            return _redirect(request)
        path = _INDEX if request.path in _PAGES else unquote(request.path)
        file = self._files().get(path)
        if file is not None:
            return _file_response(path, file.read_bytes(), request.if_none_match)
        return _not_built() if path == _INDEX else None

    def _files(self) -> Mapping[str, Path]:
        """Files by URL path. Requests are looked up here and never joined with the folder's path."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {f"/{file.relative_to(self.folder).as_posix()}": file for file in files}


def _file_response(path: str, body: bytes, if_none_match: str) -> HttpResponse:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "Content-Type": _CONTENT_TYPES.get(Path(path).suffix, _UNKNOWN_TYPE),
        "Cache-Control": _IMMUTABLE if path.startswith(_HASHED) else _REVALIDATE,
        "ETag": etag,
        **_SECURITY_HEADERS,
    }
    if etag in if_none_match:
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return HttpResponse(status=HTTPStatus.OK, headers=headers, body=body)


def _redirect(request: HttpRequest) -> HttpResponse:
    """To the same page without the slash at the end of its path."""
    query = f"?{request.query}" if request.query else ""
    location = f"{request.path.removesuffix('/')}{query}"
    return HttpResponse(status=HTTPStatus.MOVED_PERMANENTLY, headers={"Location": location})


def _not_built() -> HttpResponse:
    headers = {"Content-Type": _CONTENT_TYPES[".txt"], "Cache-Control": "no-store"}
    return HttpResponse(status=HTTPStatus.NOT_FOUND, headers=headers, body=_NOT_BUILT.encode())
