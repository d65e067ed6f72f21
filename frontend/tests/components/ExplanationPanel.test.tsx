import { render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import { ExplanationPanel } from "../../src/components/ExplanationPanel";
import type { Feasible } from "../../src";
import { feasible } from "../support/golden";

function show(answer: Feasible, { isAdjusted = false, warnings = answer.warnings } = {}) {
  render(
    <ExplanationPanel
      answer={answer}
      model="org/model"
      instanceType="g5.12xlarge"
      isAdjusted={isAdjusted}
      warnings={warnings}
    />,
  );
}

const row = (name: string) => within(screen.getByRole("row", { name: new RegExp(name) }));

describe("the panel", () => {
  test("is open at first, and can be hidden and shown", async () => {
    show(feasible("fits-one-gpu"));
    const reason = screen.getByText(/55 requests of 768 tokens/);
    expect(reason).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Hide explanation", expanded: true }));
    expect(reason).not.toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Show explanation", expanded: false }));
    expect(reason).toBeVisible();
  });

  test("names the model and the instance with what is known of them", () => {
    show(feasible("fits-all-gpus"));
    expect(screen.getByText("org/model").parentElement).toHaveTextContent(
      "org/model (7.2 B parameters, bfloat16)",
    );
    expect(screen.getByText("g5.12xlarge").parentElement).toHaveTextContent("g5.12xlarge (4 × A10G, 96 GiB)");
  });

  test("names a model alone where nothing is known of it", () => {
    const answer = feasible("fits-one-gpu");
    show({ ...answer, model_info: { ...answer.model_info, parameter_count: null, native_dtype: null } });
    expect(screen.getByText("org/model").parentElement).toHaveTextContent(/^org\/model$/);
  });

  test("has a line for each value with the service's reason", () => {
    const answer = feasible("quantized-at-load");
    show(answer);
    const { feasible: _, ...reasons } = answer.explanation;
    for (const reason of Object.values(reasons)) {
      expect(screen.getByText(reason)).toBeVisible();
    }
    expect(screen.getByText("FP8")).toBeVisible();
    expect(screen.getByText("512 + 256")).toBeVisible();
    expect(screen.getByText("Tokens in and out of a usual request.")).toBeVisible();
  });

  test("has the reason of a workload that had to shrink", () => {
    show(feasible("asked-for-native-that-does-not-fit"));
    expect(screen.getByText(/341 tokens in and 171 out instead of 512 and 256/)).toBeVisible();
  });

  test("lists the warnings that belong to no field, and none where there are none", () => {
    show(feasible("quantized-at-load"));
    expect(screen.getByRole("list", { name: "Warnings" })).toHaveTextContent("32 GiB of host memory");
    show(feasible("fits-one-gpu"));
    expect(screen.getAllByRole("list", { name: "Warnings" })).toHaveLength(1);
  });

  test("says whose values they are", () => {
    show(feasible("fits-one-gpu"), { isAdjusted: true });
    expect(screen.getByRole("heading", { name: "Your configuration" })).toBeVisible();
  });
});

describe("the memory of one GPU", () => {
  const figure = () => screen.getByRole("figure", { name: /Memory of one A10G/ });

  test("is a figure whose table has every part and its share", () => {
    show(feasible("fits-one-gpu"));
    expect(figure()).toHaveAccessibleName(
      "Memory of one A10G 22.0 GiB; vLLM may use 19.8 GiB, up to the line",
    );
    expect(
      within(figure())
        .getAllByRole("row")
        .map(({ textContent }) => textContent),
    ).toEqual([
      "PartMemoryShare",
      "Weights13.5 GiB61%",
      "KV cache5.2 GiB24%",
      "Activations0.3 GiB1%",
      "CUDA graphs and runtime0.8 GiB4%",
      "Unused2.2 GiB10%",
    ]);
    expect(figure()).toHaveTextContent(
      "42,848 tokens in the KV cache, 1.31 requests of the whole context at once.",
    );
  });

  test("is a bar whose parts follow each other, each with a pattern of its own", () => {
    show(feasible("fits-one-gpu"));
    const parts = [...figure().querySelectorAll("[data-part]")];
    expect(parts.map((part) => part.getAttribute("data-part"))).toEqual([
      "weights",
      "kv_cache",
      "activations",
      "runtime",
      "unused",
    ]);
    const bars = parts.map((part) => part.querySelector(":scope > rect"));
    const edges = bars.map((bar) =>
      [bar?.getAttribute("x"), bar?.getAttribute("width")].map((text) => parseFloat(text ?? "")),
    );
    edges.slice(1).forEach(([start], index) => {
      const [before = 0, width = 0] = edges[index] ?? [];
      expect(start).toBeCloseTo(before + width, 6);
    });
    const marks = parts.map(
      (part) =>
        `${part.querySelector("path")?.getAttribute("d") ?? ""} ${part.querySelector("pattern rect")?.getAttribute("class") ?? ""}`,
    );
    expect(new Set(marks).size).toBe(5);
  });

  test("shows what goes beyond the limit where the cache would be negative", () => {
    show(feasible("asked-for-native-that-does-not-fit"));
    expect(row("KV cache").getByText("0.0 GiB")).toBeVisible();
    expect(
      screen.getByText(
        "10.0 GiB more than the 19.8 GiB that vLLM may use, and nothing left for the KV cache.",
      ),
    ).toBeVisible();
    expect(document.body).not.toHaveTextContent("-9");
  });
});

/** jsdom has no such command. */
function allowCopying(isAllowed: boolean) {
  const execCommand = vi.fn(() => isAllowed);
  Object.assign(document, { execCommand });
  return execCommand;
}

describe("the command", () => {
  const copy = () => userEvent.click(screen.getByRole("button", { name: /command$/ }));

  test("is copied, which is announced for a while", async () => {
    const user = userEvent.setup();
    show(feasible("fits-one-gpu"));
    await user.click(screen.getByRole("button", { name: "Copy command" }));
    expect(screen.getByRole("button", { name: "Copied command" })).toBeVisible();
    expect(screen.getByRole("status")).toHaveTextContent("Copied");
    expect(await navigator.clipboard.readText()).toMatch(
      /^vllm serve org\/model \\\n {4}--tensor-parallel-size 1/,
    );
    await waitFor(() => expect(screen.getByRole("button", { name: "Copy command" })).toBeVisible());
    expect(screen.getByRole("status")).toBeEmptyDOMElement();
  });

  test("is copied the old way where the page has no clipboard", async () => {
    show(feasible("fits-one-gpu"));
    vi.stubGlobal("navigator", {});
    const exec = allowCopying(true);
    await copy();
    expect(await screen.findByRole("button", { name: "Copied command" })).toBeVisible();
    expect(exec).toHaveBeenCalledWith("copy");
    expect(getSelection()?.toString()).toContain("vllm serve org/model");
  });

  test("stays selected for the person where neither is allowed", async () => {
    show(feasible("fits-one-gpu"));
    vi.stubGlobal("navigator", {});
    allowCopying(false);
    await copy();
    expect(await screen.findByRole("button", { name: "Selected command" })).toBeVisible();
    expect(screen.getByRole("status")).toHaveTextContent("The command is selected: copy it by hand.");
    expect(getSelection()?.toString()).toContain("vllm serve org/model");
  });
});
