import { screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";

import type { Comparison } from "../../src/compare/comparison";
import {
  COMPARE_PATH,
  openApp,
  openComparison,
  respondToCompare,
  shownInstances,
} from "../support/comparePage";
import { COMPARISON, feasibleRow, infeasibleRow } from "../support/comparison";
import { modelField, tokenField } from "../support/runPage";
import { deferredResponse, errorResponse, json, networkError, type SentRequest } from "../support/service";

afterEach(() => history.replaceState(null, "", "/"));

const comparisons = (requests: SentRequest[]) => requests.filter(({ path }) => path === COMPARE_PATH);
const compareButton = () => screen.getByRole("button", { name: "Compare" });

test("nothing is requested without a model", async () => {
  const requests = openApp("/compare");
  expect(compareButton()).toBeDisabled();
  await userEvent.type(modelField(), "{Enter}");
  expect(comparisons(requests)).toEqual([]);
});

test("Enter in the model field requests the comparison and puts the model into the URL", async () => {
  const requests = openApp("/compare");
  await userEvent.type(modelField(), "org/model{Enter}");
  expect(await screen.findByRole("heading", { level: 2, name: /^org\/model/ })).toBeInTheDocument();
  expect(location.search).toBe("?model=org/model");
  expect(comparisons(requests).map(({ query }) => query)).toEqual([{ model: "org/model" }]);
});

test("the model of the URL is requested when the page opens", async () => {
  const requests = await openComparison();
  expect(modelField().value).toBe("org/model");
  expect(comparisons(requests)).toHaveLength(1);
  expect(screen.getByText(/On-demand Linux prices in us-east-1 on November 20, 2026/)).toBeInTheDocument();
});

test("the token is sent in a header, and is not in the URL", async () => {
  const requests = openApp("/compare");
  await userEvent.type(tokenField(), "hf_secret");
  await userEvent.type(modelField(), "org/model{Enter}");
  await screen.findByRole("heading", { level: 2 });
  expect(comparisons(requests).map(({ headers }) => headers)).toEqual([{ "X-HF-Token": "hf_secret" }]);
  expect(location.href).not.toContain("hf_secret");
});

test("a gated model asks for a token, and Compare requests it again with the token", async () => {
  const requests = openApp(
    "/compare?model=org/model",
    respondToCompare(({ headers }) =>
      "X-HF-Token" in headers ? json(COMPARISON) : errorResponse(403, "model_gated", "org/model is gated."),
    ),
  );
  expect(await screen.findByRole("alert")).toHaveTextContent("org/model is gated.");
  expect(tokenField()).toHaveAccessibleDescription(/Enter one, then select Compare again/);
  await userEvent.type(tokenField(), "hf_secret");
  await userEvent.click(compareButton());
  expect(await screen.findByRole("table")).toBeInTheDocument();
  expect(screen.queryByRole("alert")).toBeNull();
  expect(comparisons(requests)).toHaveLength(2);
});

test.each([
  ["the service is not reached", networkError, /Cannot reach/],
  ["the response is not a comparison", () => json({}), /Unexpected response/],
])("an error is shown if %s", async (_, compare, message) => {
  openApp("/compare?model=org/model", respondToCompare(compare));
  expect(await screen.findByRole("alert")).toHaveTextContent(message);
});

test("loading is shown, and a second submission is ignored meanwhile", async () => {
  const { response, resolve } = deferredResponse();
  const requests = openApp(
    "/compare?model=org/model",
    respondToCompare(() => response),
  );
  expect(await screen.findByText(/Comparing all instance types for org\/model/)).toBeInTheDocument();
  expect(compareButton()).toHaveAttribute("aria-busy", "true");
  await userEvent.click(compareButton());
  resolve(json(COMPARISON));
  expect(await screen.findByText("org/model runs on 4 of 5 instance types.")).toHaveRole("status");
  expect(comparisons(requests)).toHaveLength(1);
});

test("a new model aborts the pending request, whose response is ignored", async () => {
  const { response, resolve } = deferredResponse();
  const requests = openApp(
    "/compare?model=org/slow",
    respondToCompare(({ query }) => (query.model === "org/slow" ? response : json(COMPARISON))),
  );
  history.pushState(null, "", "/compare?model=org/fast");
  dispatchEvent(new PopStateEvent("popstate"));
  expect(await screen.findByRole("heading", { level: 2, name: /^org\/fast/ })).toBeInTheDocument();
  expect(modelField().value).toBe("org/fast");
  resolve(json({ ...COMPARISON, instances: [] }));
  await waitFor(() => expect(comparisons(requests)[0]?.signal?.aborted).toBe(true));
  expect(screen.getByRole("heading", { level: 2, name: /^org\/fast/ })).toBeInTheDocument();
});

test("the workload is sent with Compare, kept in the URL and taken along to the Run page", async () => {
  const requests = await openComparison("&output_sequence_length=500");
  expect(screen.getByLabelText("Output Length")).toHaveValue(500);
  await userEvent.type(screen.getByLabelText("Input Length"), "4000");
  await userEvent.selectOptions(screen.getByLabelText("Quantization"), "None");
  await userEvent.type(screen.getByLabelText("vLLM Version"), "0.19.0");
  expect(comparisons(requests)).toHaveLength(1);
  await userEvent.click(compareButton());
  await screen.findByText(/Requests of 4,000 input and 500 output tokens, no quantization, vLLM 0\.19\.0\./);
  const workload =
    "input_sequence_length=4000&output_sequence_length=500&quantization=none&vllm_version=0.19.0";
  const sent = comparisons(requests).at(-1)?.query;
  expect(sent).toEqual({ model: "org/model", ...Object.fromEntries(new URLSearchParams(workload)) });
  expect(location.search).toBe(`?model=org/model&${workload}`);
  expect(screen.getByRole("link", { name: "g5.xlarge" })).toHaveAttribute(
    "href",
    `./?model=org/model&instance_type=g5.xlarge&${workload}`,
  );
});

test("a workload that the service would ignore is marked and not sent", async () => {
  const requests = await openComparison();
  await userEvent.type(screen.getByLabelText("Max Model Length"), "-5{Enter}");
  expect(screen.getByLabelText("Max Model Length")).toBeInvalid();
  expect(compareButton()).toBeDisabled();
  expect(comparisons(requests)).toHaveLength(1);
});

test("filters change the table, the count and the URL, and can be reset", async () => {
  await openComparison();
  expect(screen.getByText("5 of 5 instances")).toHaveRole("status");
  await userEvent.selectOptions(screen.getByLabelText("GPU"), "A10G");
  await userEvent.type(screen.getByLabelText("Maximum $ per hour"), "1.1");
  expect(shownInstances()).toEqual(["g5.xlarge"]);
  expect(screen.getByText("1 of 5 instances")).toBeInTheDocument();
  expect(location.search).toBe("?model=org/model&gpu=A10G&max_usd_per_hour=1.1");
  await userEvent.click(screen.getByRole("button", { name: "Reset filters" }));
  expect(shownInstances()).toHaveLength(5);
  expect(location.search).toBe("?model=org/model");
  await userEvent.type(screen.getByLabelText("Minimum context, in tokens"), "40000");
  await userEvent.click(screen.getByLabelText("Native precision only"));
  expect(shownInstances()).toEqual(["g6.12xlarge"]);
});

test("filters and order of the URL apply when the page opens", async () => {
  await openComparison("&native_only=true&sort=-usd_per_hour");
  expect(shownInstances()).toEqual(["g6.12xlarge", "g5.2xlarge", "g5.xlarge"]);
  expect(screen.getByLabelText("Native precision only")).toBeChecked();
});

test("filters that match nothing say so", async () => {
  await openComparison("&gpu=H100");
  expect(screen.getByRole("heading", { name: "No instance matches the filters" })).toBeInTheDocument();
  expect(screen.queryByRole("table")).toBeNull();
  expect(screen.getByLabelText("GPU")).toHaveValue("H100");
});

test("a reason that all instances share is shown once", async () => {
  const reason = "org/model is an embedding model.";
  const instances = ["g5.xlarge", "g6.xlarge"].map((name) =>
    infeasibleRow(name, { code: "unsupported_model", reason }),
  );
  openApp(
    "/compare?model=org/model",
    respondToCompare(() => json({ ...COMPARISON, instances })),
  );
  expect(await screen.findByRole("heading", { name: "No instance type runs org/model" })).toBeInTheDocument();
  expect(screen.getAllByText(reason)).toHaveLength(1);
});

test("an empty table of the service is explained", async () => {
  openApp(
    "/compare?model=org/model",
    respondToCompare(() => json({ ...COMPARISON, instances: [] })),
  );
  expect(await screen.findByRole("heading", { name: "No instance types" })).toBeInTheDocument();
});

test("warnings and omitted instances are shown", async () => {
  const comparison: Comparison = {
    ...COMPARISON,
    warnings: ["The metadata are old."],
    omitted_instances: 12,
  };
  await openComparison("", () => json(comparison));
  expect(screen.getByText("The metadata are old.")).toBeInTheDocument();
  expect(screen.queryByText(/is an upper bound/)).toBeNull();
  expect(screen.getByText(/last 12 instance types were left out/)).toBeInTheDocument();
});

test("a model whose figures are estimated says so once", async () => {
  const instances = ["g5.xlarge", "g6.xlarge"].map((name) =>
    feasibleRow(name, { warning_codes: ["architecture_estimated"] }),
  );
  await openComparison("", () => json({ ...COMPARISON, instances }));
  expect(screen.getAllByText(/is an upper bound/)).toHaveLength(1);
});
