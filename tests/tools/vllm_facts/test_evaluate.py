"""Results of small functions, worked out from their text."""

import ast
from typing import Any

import pytest

from tools.vllm_facts.evaluate import RAISES, UNKNOWN, Evaluator

_EVALUATOR = Evaluator(
    names={"capability": (8, 9), "capability.major": 8, "torch.half": "float16", "envs.EMULATE": False},
    calls={
        "DeviceCapability": lambda *parts: parts,
        "os.getenv": lambda _name, default=None: default,
        "int": int,
    },
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 75", 75),
        ("return -1", -1),
        ("'''A docstring.'''\n    return 80", 80),
        ("raise NotImplementedError", RAISES),
        ("return capability >= DeviceCapability(8, 0)", True),
        ("return DeviceCapability(8, 0) <= capability <= DeviceCapability(8, 6)", False),
        ("return capability.major in [9, 10]", False),
        ("return [torch.half]", ["float16"]),
        ("return [*[1, 2], 3]", [1, 2, 3]),
        ("if envs.EMULATE:\n        return 80\n    return 100", 100),
        ("if current_platform.is_rocm():\n        return 1\n    return 64", 64),
        ("return 1 if current_platform.is_rocm() else 64", 64),
        ("if unheard_of():\n        return 80\n    return 100", UNKNOWN),
        ("if unheard_of():\n        return 80\n    return 80", 80),
        ("return False and unheard_of()", False),
        ("return unheard_of() and False", False),
        ("return unheard_of() and True", UNKNOWN),
        ("return unheard_of() or True", True),
        ("return not unheard_of()", UNKNOWN),
        ("return 'fp8_e4m3'.startswith('fp8')", True),
        ("return int(os.getenv('X', '1'))", 1),
        ("value = 16\n    return value", 16),
        ("for _ in range(3):\n        return 1", UNKNOWN),
        ("return unheard_of", UNKNOWN),
    ],
)
def test_a_function_returns_what_its_text_gives(body: str, expected: Any) -> None:
    tree = ast.parse(f"def function():\n    {body}\n")
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)

    result = _EVALUATOR.result(function)

    assert result is expected or result == expected
