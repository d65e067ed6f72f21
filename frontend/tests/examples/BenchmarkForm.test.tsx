import { readFileSync } from "node:fs";

import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";

import { BenchmarkForm } from "../../examples/BenchmarkForm";
import * as library from "../../src";
import type { Suggestion, UseSuggestionOptions } from "../../src";
import { firstWarning, golden } from "../support/golden";
import { json, mockFetch } from "../support/service";

const GUIDE = readFileSync("../docs/frontend.md", "utf8");

test("the example form can be filled and shows warnings", async () => {
  const requests = mockFetch(({ query }) =>
    json(golden("concurrency" in query ? "asked-for-concurrency" : "fits-one-gpu")),
  );
  render(<BenchmarkForm hfToken="hf_secret" />);
  await userEvent.type(screen.getByLabelText("Model"), "org/model");
  await userEvent.type(screen.getByLabelText("Instance Type"), "g5.xlarge");
  await userEvent.click(screen.getByRole("button", { name: "Suggest Config" }));
  expect(await screen.findByText("Recommended Configuration")).toBeVisible();
  await userEvent.clear(screen.getByLabelText("Concurrency"));
  await userEvent.type(screen.getByLabelText("Concurrency"), "60");
  expect(await screen.findByText(firstWarning("asked-for-concurrency"))).toBeVisible();
  expect(requests[1]?.query).toMatchObject({ concurrency: "60", tp: "1" });
});

test("the guide contains the example form", () => {
  expect(GUIDE).toContain(readFileSync("examples/BenchmarkForm.tsx", "utf8"));
});

test("the guide names every exported function and component", () => {
  for (const name of Object.keys(library)) {
    expect(GUIDE).toContain(name);
  }
});

test("the guide describes every option and result of useSuggestion that a form uses", () => {
  const options: Record<keyof UseSuggestionOptions, true> = {
    model: true,
    instanceType: true,
    hfToken: true,
    vllmVersion: true,
    values: true,
    onApply: true,
    onInstanceTypeChange: true,
    onModelChange: true,
    baseUrl: true,
  };
  const results: (keyof Suggestion)[] = [
    "recommendation",
    "current",
    "changed",
    "error",
    "isLoading",
    "needsToken",
    "tpOptions",
    "warnings",
    "updatedValues",
  ];
  for (const name of [...Object.keys(options), ...results]) {
    expect(GUIDE).toContain(`| \`${name}\` |`);
  }
});

test("the guide has the content security policy of page.yaml", () => {
  const policy = /default-src[^|>]*?frame-ancestors 'none'/;
  const policyIn = (file: string) => policy.exec(readFileSync(file, "utf8"))?.[0].replaceAll(/\s+/g, " ");
  expect(policyIn("page.yaml")).toBeDefined();
  expect(policyIn("../docs/frontend.md")).toBe(policyIn("page.yaml"));
});
