import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { FieldWarning, NO_ADVICE } from "../../src";
import { feasible, golden } from "../support/golden";
import { failure, json, pending, serve, type Asked } from "../support/service";
import { Form } from "../support/Form";

const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name);
const change = (name: string, value: string) => fireEvent.change(field(name), { target: { value } });
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

const REPLIES: Record<string, string> = {
  tp: "asked-for-tp",
  concurrency: "asked-for-concurrency",
  max_model_len: "asked-for-context-beyond-the-limit",
  quantization: "asked-for-fp8",
};

function reply({ query }: Asked) {
  const name = Object.keys(REPLIES).find((override) => override in query);
  return json(golden(name === undefined ? "fits-all-gpus" : (REPLIES[name] ?? "")));
}

async function filledForm(respond: (asked: Asked) => Response | Promise<Response> = reply): Promise<Asked[]> {
  const requests = serve(respond);
  render(<Form instanceType="g5.12xlarge" />);
  fireEvent.click(screen.getByRole("button", { name: "Suggest Config" }));
  await pass(0);
  requests.length = 0;
  return requests;
}

beforeEach(() => {
  vi.useFakeTimers();
});

describe("a field that a person changed", () => {
  test("is asked about once it has been left alone, with the changed values only", async () => {
    const requests = await filledForm();
    change("concurrency", "1");
    await pass(399);
    change("concurrency", "10");
    change("concurrency", "100");
    await pass(399);
    expect(requests).toEqual([]);
    await pass(1);
    expect(requests.map(({ query }) => query)).toEqual([
      { model: "org/model", instance_type: "g5.12xlarge", concurrency: "100" },
    ]);
  });

  test("has the service's warning below it, as its description", async () => {
    await filledForm();
    change("concurrency", "100");
    await pass(400);
    const [warning] = feasible("asked-for-concurrency").warnings;
    expect(field("concurrency")).toHaveAccessibleDescription(
      expect.stringContaining(warning ?? "?") as string,
    );
    expect(screen.getByRole("heading", { name: "Your configuration" })).toBeVisible();
  });

  test("has none of the warnings of other fields", async () => {
    await filledForm();
    change("max_model_len", "40000");
    await pass(400);
    expect(field("max_model_len")).toHaveAccessibleDescription(/the model's own limit/);
    expect(field("tensor_parallel_degree")).toHaveAccessibleDescription("");
  });

  test("loses its warning when the recommended value is back, without another request", async () => {
    const requests = await filledForm();
    change("tensor_parallel_degree", "2");
    await pass(400);
    expect(field("tensor_parallel_degree")).toHaveAccessibleDescription(/2 of 4 GPUs would be used/);
    change("tensor_parallel_degree", "4");
    expect(field("tensor_parallel_degree")).toHaveAccessibleDescription("");
    expect(screen.getByRole("heading", { name: "Why this configuration" })).toBeVisible();
    await pass(1000);
    expect(requests).toHaveLength(1);
  });

  test("keeps the last warning while the next is awaited, and the overtaken request is aborted", async () => {
    const late = pending();
    const requests = await filledForm((asked) => (asked.query.tp === "3" ? late.response : reply(asked)));
    change("tensor_parallel_degree", "2");
    await pass(400);
    change("tensor_parallel_degree", "3");
    await pass(400);
    expect(field("tensor_parallel_degree")).toHaveAccessibleDescription(/2 of 4 GPUs/);
    change("quantization", "fp8");
    expect(requests[1]?.signal?.aborted).toBe(true);
    late.answer(json(golden("asked-for-tp-beyond-the-gpus")));
    await pass(399);
    expect(field("tensor_parallel_degree")).toHaveAccessibleDescription(/2 of 4 GPUs/);
    await pass(1);
    expect(requests[2]?.query).toMatchObject({ tp: "3", quantization: "fp8" });
  });

  test("is not asked about when it is empty", async () => {
    const requests = await filledForm();
    change("concurrency", "");
    await pass(1000);
    expect(requests).toEqual([]);
  });

  test("is not asked about before there is a recommendation", async () => {
    const requests = serve(reply);
    render(<Form />);
    change("concurrency", "100");
    await pass(1000);
    expect(requests).toEqual([]);
  });

  test("is sent as it stands where the service fails, which the panel says", async () => {
    await filledForm(({ query }) =>
      "concurrency" in query
        ? failure(503, "catalog_unavailable", "DynamoDB did not answer.")
        : reply({ query } as Asked),
    );
    change("concurrency", "100");
    await pass(400);
    expect(screen.getByText("Your changes could not be judged: DynamoDB did not answer.")).toBeVisible();
    expect(screen.getByRole("heading", { name: "Why this configuration" })).toBeVisible();
    expect(field("concurrency").value).toBe("100");
  });
});

describe("a field left alone", () => {
  const values = { tensor_parallel_degree: 2, max_model_len: 4096 };

  test("learns what follows from the others, and takes it on a press", async () => {
    const lower = { ...feasible("asked-for-tp"), max_model_len: 16384 };
    await filledForm((asked) => ("tp" in asked.query ? json(lower) : reply(asked)));
    change("tensor_parallel_degree", "2");
    await pass(400);
    expect(field("max_model_len")).toHaveAccessibleDescription(/With your changes 16,384 is recommended/);
    fireEvent.click(screen.getByRole("button", { name: "Use 16,384" }));
    expect(field("max_model_len").value).toBe("16384");
    expect(screen.queryByRole("button", { name: "Use 16,384" })).toBeNull();
  });

  test("has no button where the form does not let it be set", () => {
    const advice = {
      ...NO_ADVICE,
      fields: { max_model_len: { warnings: [], follows: values.max_model_len } },
    };
    render(<FieldWarning id="x" field="max_model_len" advice={advice} />);
    expect(screen.getByText(/4,096 is recommended/)).toBeVisible();
    expect(screen.queryByRole("button")).toBeNull();
  });
});
