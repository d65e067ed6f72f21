import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";

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

const RECOMMENDED: Record<string, string> = {
  tp: "4",
  quantization: "none",
  max_model_len: "32768",
  concurrency: "64",
  input_sequence_length: "512",
  output_sequence_length: "256",
  kv_cache_dtype: "auto",
  gpu_memory_utilization: "0.9",
  max_num_seqs: "256",
  max_num_batched_tokens: "2048",
  enforce_eager: "false",
};

const RESPONSES: Record<string, string> = {
  tp: "asked-for-tp",
  concurrency: "asked-for-concurrency",
  max_model_len: "asked-for-context-beyond-the-limit",
  quantization: "asked-for-fp8",
};

/** The recorded response to the first value that is not the recommended one. */
function respond({ query }: SentRequest) {
  const override = Object.keys(RESPONSES).find((name) => name in query && query[name] !== RECOMMENDED[name]);
  return json(golden((override && RESPONSES[override]) ?? "fits-all-gpus"));
}

const isWholeForm = ({ query }: SentRequest) => Object.keys(RECOMMENDED).every((name) => name in query);

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

test("all values of the form are sent, 400 ms after the last change", async () => {
  const requests = await renderFilledForm();
  change("concurrency", "1");
  await advance(399);
  change("concurrency", "10");
  change("concurrency", "100");
  await advance(399);
  expect(requests).toEqual([]);
  await advance(1);
  expect(requests[0]?.query).toEqual({
    model: "org/model",
    instance_type: "g5.12xlarge",
    ...RECOMMENDED,
    concurrency: "100",
  });
});

test("then the changed values alone are sent for the recommendation that they lead to", async () => {
  const requests = await renderFilledForm();
  change("concurrency", "100");
  await advance(400);
  await advance(0);
  expect(requests.slice(1).map(({ query }) => query)).toEqual([
    { model: "org/model", instance_type: "g5.12xlarge", concurrency: "100" },
  ]);
});

test("a value that the API does not accept is not sent", async () => {
  const requests = await renderFilledForm();
  change("max_model_len", "-5");
  await advance(1000);
  expect(requests).toEqual([]);
  change("concurrency", "10");
  await advance(400);
  expect(requests[0]?.query).toMatchObject({ concurrency: "10", tp: "4" });
  expect(requests[0]?.query).not.toHaveProperty("max_model_len");
});

test("values for another instance type are not sent", async () => {
  const requests = await renderFilledForm(({ query }) =>
    json(golden(query.instance_type === "g5.xlarge" ? "does-not-fit" : "fits-all-gpus")),
  );
  fireEvent.change(field("instance"), { target: { value: "g5.xlarge" } });
  fireEvent.click(screen.getByRole("button", { name: "Suggest Config" }));
  await advance(1000);
  expect(requests.map(({ query }) => query)).toEqual([{ model: "org/model", instance_type: "g5.xlarge" }]);
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

test("a warning about an unchanged value is shown at its field", async () => {
  await renderFilledForm(({ query }) =>
    json(golden(query.tp === "1" ? "asked-for-concurrency" : "fits-all-gpus")),
  );
  change("tensor_parallel_degree", "1");
  await advance(400);
  expect(field("concurrency")).toHaveAccessibleDescription(firstWarning("asked-for-concurrency"));
  expect(field("tensor_parallel_degree")).toHaveAccessibleDescription("");
});

test("restoring the recommended value removes the warning without a request", async () => {
  const requests = await renderFilledForm();
  change("tensor_parallel_degree", "2");
  await advance(400);
  expect(field("tensor_parallel_degree")).toHaveAccessibleDescription(firstWarning("asked-for-tp"));
  change("tensor_parallel_degree", "4");
  expect(field("tensor_parallel_degree")).toHaveAccessibleDescription("");
  expect(screen.getByRole("heading", { name: "Recommended Configuration" })).toBeVisible();
  requests.length = 0;
  await advance(1000);
  expect(requests).toEqual([]);
});

test("a new change aborts the pending request, and the last warning stays until the next response", async () => {
  const late = deferredResponse();
  const requests = await renderFilledForm((request) =>
    request.query.tp === "3" && request.query.quantization === "none" ? late.response : respond(request),
  );
  const warning = firstWarning("asked-for-tp");
  change("tensor_parallel_degree", "2");
  await advance(400);
  change("tensor_parallel_degree", "3");
  await advance(400);
  expect(field("tensor_parallel_degree")).toHaveAccessibleDescription(warning);
  change("quantization", "fp8");
  expect(requests.find(({ query }) => query.tp === "3")?.signal?.aborted).toBe(true);
  late.resolve(json(golden("asked-for-tp-beyond-the-gpus")));
  await advance(399);
  expect(field("tensor_parallel_degree")).toHaveAccessibleDescription(warning);
  await advance(1);
  expect(requests.find(({ query }) => query.quantization === "fp8")?.query).toMatchObject({ tp: "3" });
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
    request.query.concurrency === "100"
      ? errorResponse(503, "catalog_unavailable", "DynamoDB did not respond.")
      : respond(request),
  );
  change("concurrency", "100");
  await advance(400);
  expect(screen.getByText("Your changes could not be checked: DynamoDB did not respond.")).toBeVisible();
  expect(screen.getByRole("heading", { name: "Recommended Configuration" })).toBeVisible();
  expect(field("concurrency").value).toBe("100");
});

describe("the value recommended with the changes", () => {
  const lower = { ...feasible("asked-for-tp"), max_model_len: 16384 };
  const respondLower: Respond = (request) =>
    request.query.tp === "2" && !isWholeForm(request) ? json(lower) : respond(request);

  test("is shown at an unchanged field and can be used", async () => {
    await renderFilledForm(respondLower);
    change("tensor_parallel_degree", "2");
    await advance(400);
    await advance(0);
    expect(field("max_model_len")).toHaveAccessibleDescription(/Recommended with your changes: 16,384/);
    fireEvent.click(screen.getByRole("button", { name: "Use 16,384" }));
    expect(field("max_model_len").value).toBe("16384");
    expect(screen.queryByRole("button", { name: "Use 16,384" })).toBeNull();
  });

  test("is not shown for other changes than those that it was requested for", async () => {
    const late = deferredResponse();
    await renderFilledForm((request) =>
      isWholeForm(request) || request.query.tp !== "2" ? respond(request) : late.response,
    );
    change("tensor_parallel_degree", "2");
    await advance(400);
    await advance(0);
    change("tensor_parallel_degree", "3");
    late.resolve(json(lower));
    await advance(1000);
    expect(screen.queryByRole("button", { name: "Use 16,384" })).toBeNull();
  });
});
