import { screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";

import { feasible, golden } from "../support/golden";
import {
  openFilledPage,
  openPage,
  previewedRequest,
  respondWith,
  runButton,
  suggest,
} from "../support/runPage";
import { json } from "../support/service";

const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label);
const details = () => screen.getByText("Advanced").closest("details");
const recommendations = (requests: { path: string; query: Record<string, string> }[]) =>
  requests.filter(({ path }) => path === "/api/v1/recommend").map(({ query }) => query);

test("the fields are filled with the recommendation, and closed at first", async () => {
  await openFilledPage();
  expect(details()).not.toHaveAttribute("open");
  expect(field("KV Cache Dtype")).toHaveValue("auto");
  expect(field("GPU Memory Utilization")).toHaveValue(0.9);
  expect(field("Enforce Eager")).toHaveValue("false");
  expect(field("Max Num Seqs")).toHaveValue(256);
  expect(field("Max Num Batched Tokens")).toHaveValue(2048);
});

test("a changed argument is checked together with all other values, and is not part of the benchmark", async () => {
  const requests = await openFilledPage();
  await userEvent.selectOptions(field("KV Cache Dtype"), "FP8 E5M2");
  await userEvent.selectOptions(field("Enforce Eager"), "Yes");
  await expect.poll(() => recommendations(requests).length, { timeout: 5000 }).toBe(2);
  expect(recommendations(requests)[1]).toMatchObject({
    kv_cache_dtype: "fp8_e5m2",
    enforce_eager: "true",
    max_num_seqs: "256",
    tp: "4",
  });
  await userEvent.click(runButton());
  expect(Object.keys(previewedRequest() as object)).not.toContain("kv_cache_dtype");
});

test("an invalid argument opens the fields and is marked", async () => {
  await openFilledPage();
  await userEvent.clear(field("GPU Memory Utilization"));
  await userEvent.type(field("GPU Memory Utilization"), "1.5");
  expect(details()).toHaveAttribute("open");
  expect(field("GPU Memory Utilization")).toHaveAccessibleDescription(/above 0 and at most 1/);
});

test("a warning about an argument opens the fields", async () => {
  const warned = {
    ...feasible("fits-all-gpus"),
    warnings: ["Needs 100."],
    warning_codes: ["needs_flags" as const],
  };
  await openPage((request) =>
    respondWith(() => json("tp" in request.query ? warned : golden("fits-all-gpus")))(request),
  );
  await suggest("g5.12xlarge");
  await screen.findByText("Recommended Configuration");
  await userEvent.selectOptions(field("Tensor Parallel"), "2");
  await screen.findByText("Needs 100.");
  expect(details()).toHaveAttribute("open");
  expect(field("Max Num Seqs")).toHaveAccessibleDescription("Needs 100.");
});

test("the version is sent with the recommendation, and changing it makes the values old", async () => {
  const requests = await openFilledPage();
  await userEvent.type(field("vLLM Version"), "0.19.0");
  expect(screen.getByText(/^These values are for org\/model on g5.12xlarge\./)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Suggest Config" }));
  await screen.findByText("Recommended Configuration");
  expect(recommendations(requests).at(-1)).toMatchObject({ vllm_version: "0.19.0" });
  expect(screen.queryByText(/^These values are for/)).toBeNull();
});
