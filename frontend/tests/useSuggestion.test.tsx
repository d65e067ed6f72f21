import { render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test } from "vitest";

import type { RecommendResponse } from "../src";
import { Form } from "./support/Form";
import { defined, feasible, golden } from "./support/golden";
import { deferredResponse, json, mockFetch, networkError, type SentRequest } from "./support/service";

const CHECKPOINT = defined(feasible("pre-quantized").checkpoints?.[0]);

const button = (name: string) => screen.getByRole("button", { name });
const suggest = () => userEvent.click(button("Suggest Config"));
const value = (field: string) => screen.getByLabelText<HTMLInputElement>(field).value;

/** Respond with `response` for the initial form, and with a model that fits for any other. */
async function renderSuggested(response: RecommendResponse): Promise<SentRequest[]> {
  const requests = mockFetch(({ query }) =>
    json(
      query.instance_type === "g4dn.xlarge" && query.model === "org/model"
        ? response
        : golden("fits-one-gpu"),
    ),
  );
  render(<Form instanceType="g4dn.xlarge" />);
  await suggest();
  await screen.findAllByRole("heading");
  return requests;
}

test("a response fills the form", async () => {
  mockFetch(() => json(golden("fits-one-gpu")));
  render(<Form />);
  await suggest();
  await waitFor(() => expect(value("tensor_parallel_degree")).toBe("1"));
  expect(value("max_model_len")).toBe("32768");
  expect(value("concurrency")).toBe(String(feasible("fits-one-gpu").concurrency));
});

test("requests go to baseUrl and carry the token", async () => {
  const requests = mockFetch(() => json(golden("fits-one-gpu")));
  render(<Form hfToken="hf_secret" baseUrl="https://api.test" />);
  await suggest();
  expect(requests[0]?.headers).toEqual({ "X-HF-Token": "hf_secret" });
  expect(requests[0]?.url).toContain("https://api.test/");
});

describe("changing the model or the instance type", () => {
  test("hides the response, and changing it back shows it again", async () => {
    mockFetch(() => json(golden("fits-one-gpu")));
    render(<Form />);
    await suggest();
    await screen.findByText("Recommended Configuration");
    await userEvent.type(screen.getByLabelText("model"), "2");
    expect(screen.queryByText("Recommended Configuration")).toBeNull();
    await userEvent.type(screen.getByLabelText("model"), "{Backspace}");
    expect(screen.getByText("Recommended Configuration")).toBeVisible();
  });

  test("aborts the pending request, whose response does not fill the form", async () => {
    const { response, resolve } = deferredResponse();
    const requests = mockFetch(() => response);
    render(<Form />);
    await suggest();
    await userEvent.type(screen.getByLabelText("instance"), "2");
    expect(requests[0]?.signal?.aborted).toBe(true);
    resolve(json(golden("fits-one-gpu")));
    await waitFor(() => expect(button("Suggest Config")).toHaveAttribute("aria-busy", "false"));
    await userEvent.type(screen.getByLabelText("instance"), "{Backspace}");
    expect(button("Suggest Config")).toHaveAttribute("aria-busy", "false");
    expect(value("concurrency")).toBe("");
  });
});

test("unmounting the form aborts the pending request", async () => {
  const requests = mockFetch(() => deferredResponse().response);
  const { unmount } = render(<Form />);
  await suggest();
  unmount();
  expect(requests[0]?.signal?.aborted).toBe(true);
});

test("switching to a larger instance changes the form and requests its configuration", async () => {
  const requests = await renderSuggested(golden("quantized-at-load"));
  await userEvent.click(button("Switch to p5.4xlarge"));
  expect(await screen.findByText("p5.4xlarge")).toBeVisible();
  expect(value("instance")).toBe("p5.4xlarge");
  expect(value("concurrency")).toBe(String(feasible("fits-one-gpu").concurrency));
  expect(requests.map(({ query }) => query)).toEqual([
    { model: "org/model", instance_type: "g4dn.xlarge" },
    { model: "org/model", instance_type: "p5.4xlarge" },
  ]);
});

describe("selecting a checkpoint", () => {
  test("changes the model and requests its configuration", async () => {
    const requests = await renderSuggested(golden("pre-quantized"));
    await userEvent.click(button(`Use ${CHECKPOINT.model}`));
    expect(value("model")).toBe(CHECKPOINT.model);
    expect(requests.at(-1)?.query).toEqual({ model: CHECKPOINT.model, instance_type: "g4dn.xlarge" });
    expect(await screen.findByText("Recommended Configuration")).toBeVisible();
  });

  test("fills the form with the checkpoint's values even if the request fails", async () => {
    await renderSuggested(golden("pre-quantized"));
    await userEvent.clear(screen.getByLabelText("concurrency"));
    mockFetch(networkError);
    await userEvent.click(button(`Use ${CHECKPOINT.model}`));
    expect(await screen.findByRole("alert")).toBeVisible();
    expect(value("concurrency")).toBe(String(CHECKPOINT.concurrency));
  });
});
