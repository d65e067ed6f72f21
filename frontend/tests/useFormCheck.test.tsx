import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { Form } from "./support/Form";
import { feasible, firstWarning, golden } from "./support/golden";
import {
  deferredResponse,
  errorResponse,
  json,
  mockFetch,
  type Respond,
  type SentRequest,
} from "./support/service";

const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name);
const change = (name: string, value: string) => fireEvent.change(field(name), { target: { value } });
const advance = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

const RESPONSES: Record<string, string> = {
  tp: "asked-for-tp",
  concurrency: "asked-for-concurrency",
  max_model_len: "asked-for-context-beyond-the-limit",
  quantization: "asked-for-fp8",
};

function respond({ query }: SentRequest) {
  const override = Object.keys(RESPONSES).find((name) => name in query);
  return json(golden((override && RESPONSES[override]) ?? "fits-all-gpus"));
}

/** Render a form filled by a recommendation. Returns the requests that follow. */
async function renderFilledForm(respondWith: Respond = respond): Promise<SentRequest[]> {
  const requests = mockFetch(respondWith);
  render(<Form instanceType="g5.12xlarge" />);
  fireEvent.click(screen.getByRole("button", { name: "Suggest Config" }));
  await advance(0);
  requests.length = 0;
  return requests;
}

beforeEach(() => {
  vi.useFakeTimers();
});

test("only the changed values are sent, 400 ms after the last change", async () => {
  const requests = await renderFilledForm();
  change("concurrency", "1");
  await advance(399);
  change("concurrency", "10");
  change("concurrency", "100");
  await advance(399);
  expect(requests).toEqual([]);
  await advance(1);
  expect(requests.map(({ query }) => query)).toEqual([
    { model: "org/model", instance_type: "g5.12xlarge", concurrency: "100" },
  ]);
});

test("the warning about a changed value is shown at its field only", async () => {
  await renderFilledForm();
  change("max_model_len", "40000");
  await advance(400);
  expect(field("max_model_len")).toHaveAccessibleDescription(
    firstWarning("asked-for-context-beyond-the-limit"),
  );
  expect(field("tensor_parallel_degree")).toHaveAccessibleDescription("");
  expect(screen.getByRole("heading", { name: "Your Configuration" })).toBeVisible();
});

test("restoring the recommended value removes the warning without a request", async () => {
  const requests = await renderFilledForm();
  change("tensor_parallel_degree", "2");
  await advance(400);
  expect(field("tensor_parallel_degree")).toHaveAccessibleDescription(firstWarning("asked-for-tp"));
  change("tensor_parallel_degree", "4");
  expect(field("tensor_parallel_degree")).toHaveAccessibleDescription("");
  expect(screen.getByRole("heading", { name: "Recommended Configuration" })).toBeVisible();
  await advance(1000);
  expect(requests).toHaveLength(1);
});

test("a new change aborts the pending request, and the last warning stays until the next response", async () => {
  const late = deferredResponse();
  const requests = await renderFilledForm((request) =>
    request.query.tp === "3" ? late.response : respond(request),
  );
  const warning = firstWarning("asked-for-tp");
  change("tensor_parallel_degree", "2");
  await advance(400);
  change("tensor_parallel_degree", "3");
  await advance(400);
  expect(field("tensor_parallel_degree")).toHaveAccessibleDescription(warning);
  change("quantization", "fp8");
  expect(requests[1]?.signal?.aborted).toBe(true);
  late.resolve(json(golden("asked-for-tp-beyond-the-gpus")));
  await advance(399);
  expect(field("tensor_parallel_degree")).toHaveAccessibleDescription(warning);
  await advance(1);
  expect(requests[2]?.query).toMatchObject({ tp: "3", quantization: "fp8" });
});

test("nothing is sent for an empty field", async () => {
  const requests = await renderFilledForm();
  change("concurrency", "");
  await advance(1000);
  expect(requests).toEqual([]);
});

test("nothing is sent before there is a recommendation", async () => {
  const requests = mockFetch(respond);
  render(<Form />);
  change("concurrency", "100");
  await advance(1000);
  expect(requests).toEqual([]);
});

test("if the request fails, the value stays and the recommendation is still shown", async () => {
  await renderFilledForm((request) =>
    "concurrency" in request.query
      ? errorResponse(503, "catalog_unavailable", "DynamoDB did not respond.")
      : respond(request),
  );
  change("concurrency", "100");
  await advance(400);
  expect(screen.getByText("Your changes could not be checked: DynamoDB did not respond.")).toBeVisible();
  expect(screen.getByRole("heading", { name: "Recommended Configuration" })).toBeVisible();
  expect(field("concurrency").value).toBe("100");
});

test("an unchanged field shows the value recommended with the changes and can use it", async () => {
  const lower = { ...feasible("asked-for-tp"), max_model_len: 16384 };
  await renderFilledForm((request) => ("tp" in request.query ? json(lower) : respond(request)));
  change("tensor_parallel_degree", "2");
  await advance(400);
  expect(field("max_model_len")).toHaveAccessibleDescription(/Recommended with your changes: 16,384/);
  fireEvent.click(screen.getByRole("button", { name: "Use 16,384" }));
  expect(field("max_model_len").value).toBe("16384");
  expect(screen.queryByRole("button", { name: "Use 16,384" })).toBeNull();
});
