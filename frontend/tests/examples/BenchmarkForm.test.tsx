import { readFileSync } from "node:fs";

import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";

import { BenchmarkForm } from "../../examples/BenchmarkForm";
import type { Suggestion, SuggestionOptions } from "../../src";
import { golden } from "../support/golden";
import { json, serve } from "../support/service";

const GUIDE = readFileSync("../docs/frontend.md", "utf8");

test("the form of the guide works as it stands there", async () => {
  const requests = serve(({ query }) =>
    json(golden("concurrency" in query ? "asked-for-concurrency" : "fits-one-gpu")),
  );
  render(<BenchmarkForm hfToken="hf_secret" />);
  await userEvent.type(screen.getByLabelText("Model"), "org/model");
  await userEvent.type(screen.getByLabelText("Instance Type"), "g5.xlarge");
  await userEvent.click(screen.getByRole("button", { name: "Suggest Config" }));
  expect(await screen.findByText("Why this configuration")).toBeVisible();
  await userEvent.clear(screen.getByLabelText("Concurrency"));
  await userEvent.type(screen.getByLabelText("Concurrency"), "60");
  expect(await screen.findByText(/of 60 the others will queue/)).toBeVisible();
  expect(requests).toHaveLength(2);
});

test("the guide shows the form as it is compiled and tested", () => {
  expect(GUIDE).toContain(readFileSync("examples/BenchmarkForm.tsx", "utf8"));
});

test("the guide names each option of the hook, and what forms may want of its result", () => {
  const options: Record<keyof SuggestionOptions, true> = {
    model: true,
    instanceType: true,
    hfToken: true,
    values: true,
    onApply: true,
    onInstanceTypeChange: true,
    onModelChange: true,
    baseUrl: true,
  };
  const results: (keyof Suggestion)[] = ["advice", "needsToken", "answer"];
  for (const name of [...Object.keys(options), ...results]) {
    expect(GUIDE).toContain(`| \`${name}\` |`);
  }
});

test("the guide's policy for the page is that of its template", () => {
  const policy = /default-src[^|>]*?frame-ancestors 'none'/;
  const text = (file: string) => policy.exec(readFileSync(file, "utf8"))?.[0].replaceAll(/\s+/g, " ");
  expect(text("page.yaml")).toBeDefined();
  expect(text("../docs/frontend.md")).toBe(text("page.yaml"));
});
