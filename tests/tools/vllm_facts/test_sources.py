"""Names that files define, import and inherit, and errors that say what is missing."""

import ast
from pathlib import Path

import pytest
from support.vllm_sources import release_of

from tools.vllm_facts.sources import ExtractionError

_FILES = {
    "vllm/a/__init__.py": "from .b import Middle as Renamed\n",
    "vllm/a/b.py": "from vllm.c import Base\n\nclass Middle(Base):\n    size = 2\n",
    "vllm/c.py": "class Base:\n    size = 1\n    name = 'base'\n\n    def method(self):\n        return 1\n",
}


def test_a_class_is_found_through_imports(tmp_path: Path) -> None:
    found = release_of(tmp_path, _FILES).module("vllm/a/__init__.py").find_class("Renamed")

    assert found is not None
    assert found.name == "Middle"
    assert [each.name for each in found.lineage()] == ["Middle", "Base"]


def test_the_nearest_definition_of_an_attribute_counts(tmp_path: Path) -> None:
    found = release_of(tmp_path, _FILES).module("vllm/a/b.py").find_class("Middle")

    assert found is not None
    owner, size = found.attribute("size") or (None, None)
    assert owner is not None
    assert owner.name == "Middle"
    assert ast.unparse(size or ast.Constant(None)) == "2"
    assert found.method("method") is not None
    assert found.method("other") is None


def test_a_class_of_another_package_is_none_of_vllms(tmp_path: Path) -> None:
    module = release_of(tmp_path, {"vllm/a.py": "from torch import Tensor\n"}).module("vllm/a.py")

    assert module.find_class("Tensor") is None


def test_an_error_names_the_release_the_file_and_what_was_expected(tmp_path: Path) -> None:
    sources = release_of(tmp_path, {"vllm/a.py": "from vllm.lost import Base\n"}, "0.34.0")

    with pytest.raises(ExtractionError, match=r"vLLM 0\.34\.0, vllm/a\.py: expected the module vllm\.lost"):
        sources.module("vllm/a.py").find_class("Base")
    with pytest.raises(ExtractionError, match=r"vllm/x\.py or vllm/y\.py: expected the file to exist"):
        sources.module("vllm/x.py", "vllm/y.py")
    with pytest.raises(ExtractionError, match="expected TABLE to be assigned"):
        sources.module("vllm/a.py").value("TABLE")
