"""The Python files of one release of vLLM, parsed on demand and never imported."""

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NoReturn

_PACKAGE = "vllm"


class ExtractionError(Exception):
    """A fact is not where it is expected. Names the release, the file and what was expected there."""


class Sources:
    """The files of the release `version`, in the folder `root`."""

    def __init__(self, version: str, root: Path) -> None:
        self.version = version
        self._root = root
        self._modules: dict[str, Module] = {}

    def fail(self, path: str, expected: str) -> NoReturn:
        """Raise the error for a fact that is missing from `path`."""
        raise ExtractionError(f"vLLM {self.version}, {path}: expected {expected}")

    def has(self, path: str) -> bool:
        """Whether the release has the file `path`."""
        return (self._root / path).is_file()

    def text(self, *paths: str) -> str:
        """The first of `paths` that the release has, as text."""
        return (self._root / self._first(paths)).read_text()

    def module(self, *paths: str) -> "Module":
        """The first of `paths` that the release has, parsed."""
        path = self._first(paths)
        if path not in self._modules:
            self._modules[path] = Module(self, path, ast.parse((self._root / path).read_text()))
        return self._modules[path]

    def modules(self, folder: str) -> "Iterator[Module]":
        """All Python files under `folder`, or the one of that name, sorted by their paths."""
        if self.has(f"{folder}.py"):
            yield self.module(f"{folder}.py")
        for path in sorted((self._root / folder).rglob("*.py")):
            yield self.module(path.relative_to(self._root).as_posix())

    def find(self, dotted: str) -> "Module | None":
        """The file of the module that Python imports as `dotted`."""
        path = dotted.replace(".", "/")
        return next(
            (self.module(each) for each in (f"{path}.py", f"{path}/__init__.py") if self.has(each)), None
        )

    def _first(self, paths: Sequence[str]) -> str:
        path = next((path for path in paths if self.has(path)), None)
        if path is None:
            self.fail(" or ".join(paths), "the file to exist")
        return path


class Module:
    """One parsed file and the names that it defines or imports."""

    def __init__(self, sources: Sources, path: str, tree: ast.Module) -> None:
        self.sources = sources
        self.path = path
        self.tree = tree

    def fail(self, expected: str) -> NoReturn:
        """Raise the error for a fact that is missing from this file."""
        self.sources.fail(self.path, expected)

    @cached_property
    def assigned(self) -> dict[str, ast.expr]:
        """What each name of the module is set to."""
        return dict(assignments(self.tree.body))

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """The classes of the module, those behind a condition included."""
        return {node.name: node for node in self._nodes if isinstance(node, ast.ClassDef)}

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """The functions of the module and of its classes, by their names."""
        return {node.name: node for node in self._nodes if isinstance(node, ast.FunctionDef)}

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        """The module and the name there that each imported name stands for."""
        return {
            alias.asname or alias.name: (self._imported_module(node), alias.name)
            for node in self._nodes
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }

    def value(self, name: str) -> ast.expr:
        """What the module sets `name` to."""
        if name not in self.assigned:
            self.fail(f"{name} to be assigned")
        return self.assigned[name]

    def function(self, name: str) -> ast.FunctionDef:
        """The function `name`."""
        if name not in self.functions:
            self.fail(f"the function {name}")
        return self.functions[name]

    def find_class(self, name: str) -> "Class | None":
        """The class that `name` stands for in this module; `None` where vLLM does not define it."""
        if name in self.classes:
            return Class(self, self.classes[name])
        if name not in self.imports:
            return None
        dotted, original = self.imports[name]
        if dotted.partition(".")[0] != _PACKAGE:
            return None
        imported = self.sources.find(dotted)
        return imported.find_class(original) if imported is not None else self.fail(f"the module {dotted}")

    @cached_property
    def _nodes(self) -> list[ast.AST]:
        """What defines or imports a name, anywhere in the module."""
        return [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.ImportFrom)
        ]

    def _imported_module(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.path.removesuffix(".py").split("/")[: -node.level]
        return ".".join([*package, *([node.module] if node.module else [])])


class Class:
    """A class and the module that defines it."""

    def __init__(self, module: Module, node: ast.ClassDef) -> None:
        self.module = module
        self.node = node
        self.name = node.name

    def lineage(self) -> "Iterator[Class]":
        """The class and those that it inherits from, as far as vLLM defines them, nearest first."""
        yield self
        for base in self.node.bases:
            name = ast.unparse(base).partition("[")[0]
            found = self.module.find_class(name)
            if found is not None and found.name != self.name:
                yield from found.lineage()

    def method(self, name: str) -> "tuple[Class, ast.FunctionDef] | None":
        """The method `name` and the class of the lineage that defines it."""
        for owner in self.lineage():
            for node in owner.node.body:
                if isinstance(node, ast.FunctionDef) and node.name == name:
                    return owner, node
        return None

    def attribute(self, name: str) -> "tuple[Class, ast.expr] | None":
        """What the attribute `name` is set to, and the class of the lineage that sets it."""
        for owner in self.lineage():
            found = dict(assignments(owner.node.body))
            if name in found:
                return owner, found[name]
        return None


def assignments(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """The names that statements set, and to what; conditions and loops are not looked into."""
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def literal_names(node: ast.expr) -> list[str]:
    """The strings of `Literal["a", "b"]`, or of a list of strings."""
    return [
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
