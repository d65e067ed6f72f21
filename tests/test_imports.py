"""Imports between the packages of `src` point one way and never in a circle."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

_SRC = Path(__file__).parents[1] / "src"

# Each may import only what is listed before it.
_PACKAGES = (
    "caches",
    "hardware",
    "model",
    "vllm",
    "memory",
    "planning",
    "messages",
    "recommendation",
    "recommend",
    "compare",
)
_TOP_LEVEL = ("recommender", "handler", "importer")


def test_the_packages_of_the_calculator_import_one_way(capsys: pytest.CaptureFixture[str]) -> None:
    imports = {package: sorted(_imported_packages(package)) for package in _PACKAGES}
    order = [f"{package} imports {', '.join(imported) or 'nothing'}" for package, imported in imports.items()]
    with capsys.disabled():
        print("", *order, sep="\n")  # noqa: T201 - a reader of the report sees the order

    upwards = [
        (package, imported)
        for position, package in enumerate(_PACKAGES)
        for imported in imports[package]
        if imported not in _PACKAGES[:position]
    ]
    assert upwards == []


def test_no_module_imports_itself_through_others() -> None:
    graph = {name: set(_imports(path)) & set(_modules()) for name, path in _modules().items()}

    # raises CycleError, which names the modules of the circle
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) == set(_modules())


def test_the_calculator_imports_neither_the_handler_nor_the_importer() -> None:
    others = {
        (name, imported)
        for name, path in _modules().items()
        for imported in _imports(path)
        if name.startswith("recommender") and imported.startswith(("handler", "importer"))
    }

    assert others == set()


def _imported_packages(package: str) -> set[str]:
    found = {
        imported.split(".")[1]
        for name, path in _modules().items()
        for imported in _imports(path)
        if _is_part_of(name, package) and imported.startswith("recommender.")
    }
    return found - {package}


def _is_part_of(module: str, package: str) -> bool:
    return f"{module}.".startswith(f"recommender.{package}.")


def _modules() -> Mapping[str, Path]:
    return {
        _module_name(path): path
        for top_level in _TOP_LEVEL
        for path in sorted((_SRC / top_level).rglob("*.py"))
    }


def _module_name(path: Path) -> str:
    return ".".join(path.relative_to(_SRC).with_suffix("").parts).removesuffix(".__init__")


def _imports(path: Path) -> Iterator[str]:
    """Modules that `path` imports; a name imported from a package may be a module of it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
