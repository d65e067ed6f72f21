import { render, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { MemoryFigure } from "../../src/components/MemoryFigure";
import { EXCEEDED_MEMORY, MEMORY } from "../support/golden";

function renderFigure(memory = MEMORY): HTMLElement {
  render(<MemoryFigure memory={memory} gpu="A10G" />);
  return screen.getByRole("figure", { name: /Memory of one A10G/ });
}

test("the table lists every part with its memory and share", () => {
  const figure = renderFigure();
  expect(figure).toHaveAccessibleName(
    "Memory of one A10G 22.0 GiB; the line marks the 19.8 GiB that vLLM may use",
  );
  expect(
    within(figure)
      .getAllByRole("row")
      .map(({ textContent }) => textContent),
  ).toEqual([
    "PartMemoryShare",
    "Weights13.5 GiB61%",
    "KV cache5.2 GiB24%",
    "Activations0.1 GiB0%",
    "CUDA graphs and runtime1.0 GiB5%",
    "Unused2.2 GiB10%",
  ]);
  expect(figure).toHaveTextContent(
    "The KV cache holds 42,848 tokens: 1.31 concurrent requests at the max model length." +
      " From the second start on, when vLLM has cached the compiled model, it holds 47,040.",
  );
});

test("later starts are not mentioned if they hold the same", () => {
  expect(renderFigure({ ...MEMORY, kv_cache_tokens_later: 42848 })).not.toHaveTextContent("second start");
});

test("each part of the bar starts where the previous one ends", () => {
  const parts = [...renderFigure().querySelectorAll("[data-part]")];
  expect(parts.map((part) => part.getAttribute("data-part"))).toEqual([
    "weights",
    "kv_cache",
    "activations",
    "runtime",
    "unused",
  ]);
  const bars = parts.map((part) => {
    const rect = part.querySelector(":scope > rect");
    return ["x", "width"].map((name) => parseFloat(rect?.getAttribute(name) ?? ""));
  });
  bars.slice(1).forEach(([start], index) => {
    const [previousStart = 0, previousWidth = 0] = bars[index] ?? [];
    expect(start).toBeCloseTo(previousStart + previousWidth, 6);
  });
});

test("each part of the bar has a different pattern", () => {
  const parts = [...renderFigure().querySelectorAll("[data-part]")];
  const patterns = parts.map((part) => {
    const path = part.querySelector("path")?.getAttribute("d") ?? "";
    const background = part.querySelector("pattern rect")?.getAttribute("class") ?? "";
    return `${path} ${background}`;
  });
  expect(new Set(patterns).size).toBe(5);
});

test("a configuration that does not fit shows by how much it exceeds the budget", () => {
  const figure = renderFigure(EXCEEDED_MEMORY);
  expect(within(figure).getByRole("row", { name: /KV cache/ })).toHaveTextContent("0.0 GiB");
  expect(
    screen.getByText(
      "Exceeds the 19.8 GiB that vLLM may use by 10.0 GiB, which leaves no room for the KV cache.",
    ),
  ).toBeVisible();
  expect(figure).not.toHaveTextContent("-9");
});
