import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test } from "vitest";

import type { RecommendResponse } from "../../src";
import { feasible, golden, infeasible } from "../support/golden";
import { json, serve } from "../support/service";
import { Form } from "../support/Form";

const shown = (field: string) => screen.getByLabelText<HTMLInputElement>(field).value;
const button = (name: string | RegExp) => screen.getByRole("button", { name });

async function suggested(answer: RecommendResponse, form = <Form instanceType="g4dn.xlarge" />) {
  const requests = serve(({ query }) =>
    json(
      query.instance_type === "g4dn.xlarge" && query.model === "org/model" ? answer : golden("fits-one-gpu"),
    ),
  );
  render(form);
  await userEvent.click(button("Suggest Config"));
  await screen.findAllByRole("heading");
  return requests;
}

describe("a model that fits quantized only", () => {
  test("has both ways out side by side, each with the memory that its weights take", async () => {
    await suggested(golden("quantized-at-load"));
    expect(
      screen.getByRole("region", { name: "As it is, the model does not fit on g4dn.xlarge" }),
    ).toBeVisible();
    const [fp8, larger] = screen.getAllByRole("group");
    expect(fp8).toHaveAccessibleName("FP8");
    expect(fp8).toHaveTextContent("while vLLM loads");
    expect(fp8).toHaveTextContent("Weights32.0 GiB");
    expect(larger).toHaveAccessibleName("p5.4xlarge");
    expect(larger).toHaveTextContent("1 × H100, 80 GiB");
    expect(larger).toHaveTextContent("Weights61.0 GiB");
  });

  test("fills the form with its option again when that is applied", async () => {
    await suggested(golden("quantized-at-load"));
    expect(screen.getByText("In the form")).toBeVisible();
    await userEvent.clear(screen.getByLabelText("concurrency"));
    await userEvent.type(screen.getByLabelText("concurrency"), "7");
    expect(screen.queryByText("In the form")).toBeNull();
    await userEvent.click(button("Apply FP8 Config"));
    expect(shown("concurrency")).toBe("29");
    expect(shown("quantization")).toBe("fp8");
    expect(screen.getByText("The FP8 configuration is in the form.")).toHaveAttribute("role", "status");
  });

  test("runs as it is on the larger instance: the form changes and is asked about again", async () => {
    const requests = await suggested(golden("quantized-at-load"));
    await userEvent.click(button("Switch to p5.4xlarge"));
    expect(await screen.findByText("p5.4xlarge")).toBeVisible();
    expect(shown("instance")).toBe("p5.4xlarge");
    expect(shown("concurrency")).toBe("55");
    expect(requests.map(({ query }) => query)).toEqual([
      { model: "org/model", instance_type: "g4dn.xlarge" },
      { model: "org/model", instance_type: "p5.4xlarge" },
    ]);
    expect(button("Suggest Config")).toHaveFocus();
  });

  test("has the price of the larger instance where the table knows it", async () => {
    const answer = feasible("quantized-at-load");
    const info = answer.alternatives?.larger_instance_info;
    await suggested({
      ...answer,
      alternatives: { ...answer.alternatives, larger_instance_info: info && { ...info, usd_per_hour: 6.88 } },
    });
    expect(screen.getByText("1 × H100, 80 GiB, $6.88 an hour")).toBeVisible();
  });
});

describe("a quantization that needs another checkpoint", () => {
  const CHECKPOINT = "RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8";

  test("has what vLLM can do at load beside it, and both fill the form", async () => {
    await suggested(golden("quantized-beforehand"));
    expect(
      screen.getAllByRole("group").map((group) => within(group).getByRole("heading").textContent),
    ).toEqual(["INT8", "FP8", "g5.xlarge"]);
    await userEvent.click(button("Apply FP8 Config"));
    expect(shown("quantization")).toBe("fp8");
    await userEvent.click(button("Apply INT8 Config"));
    expect(shown("quantization")).toBe("int8");
  });

  test("lists the checkpoints, and the chosen one becomes the model, fills the form and is asked about", async () => {
    const requests = await suggested(golden("quantized-beforehand"));
    const list = screen.getByRole("list", { name: "Checkpoints quantized beforehand" });
    expect(list).toHaveTextContent("compressed-tensors, 8.5 GiB of weights, 985,563 downloads a month");
    await userEvent.click(within(list).getByRole("button", { name: `Use ${CHECKPOINT}` }));
    expect(shown("model")).toBe(CHECKPOINT);
    expect(requests.at(-1)?.query).toEqual({ model: CHECKPOINT, instance_type: "g4dn.xlarge" });
    expect(await screen.findByText("Why this configuration")).toBeVisible();
  });

  test("keeps the values of the checkpoint where the service cannot be asked about it", async () => {
    await suggested(golden("quantized-beforehand"));
    await userEvent.clear(screen.getByLabelText("concurrency"));
    serve(() => Promise.reject(new TypeError()));
    await userEvent.click(button(`Use ${CHECKPOINT}`));
    expect(await screen.findByRole("alert")).toBeVisible();
    expect(shown("concurrency")).toBe("30");
  });

  test("says that a checkpoint is gated", async () => {
    const answer = feasible("quantized-beforehand");
    await suggested({
      ...answer,
      checkpoints: answer.checkpoints?.map((each) => ({ ...each, gated: true })),
    });
    expect(screen.getByRole("list", { name: /Checkpoints/ })).toHaveTextContent("compressed-tensors, gated,");
  });

  test("says so where the Hub has no such checkpoint", async () => {
    await suggested(golden("int4-at-load"));
    expect(screen.getByText("The Hub lists no such checkpoint that runs on this instance.")).toBeVisible();
  });

  test("says so where the Hub could not be asked", async () => {
    const { quantization_option: option, ...others } = feasible("quantized-beforehand").alternatives ?? {};
    await suggested({
      ...feasible("quantized-beforehand"),
      checkpoints: undefined,
      alternatives: { ...others, quantization_option: option && { ...option, checkpoints: undefined } },
    });
    expect(screen.getByText(/The Hub could not be asked for checkpoints/)).toBeVisible();
  });

  test("has a banner of its own where the model would fit as it is", async () => {
    await suggested(golden("asked-for-int4"));
    expect(screen.getByRole("region", { name: "This quantization needs another checkpoint" })).toBeVisible();
    expect(screen.queryByRole("group")).toBeNull();
  });
});

describe("a model that does not fit at all", () => {
  test("has the service's reason and the switch, and no panel", async () => {
    const answer = infeasible("does-not-fit");
    await suggested(answer);
    expect(screen.getByRole("region", { name: "The model does not fit on g4dn.xlarge" })).toHaveTextContent(
      answer.explanation.reason,
    );
    expect(screen.queryByText("Why this configuration")).toBeNull();
    expect(shown("concurrency")).toBe("");
    expect(screen.getByText("There is no configuration.")).toHaveAttribute("role", "status");
    await userEvent.click(button("Switch to g7e.12xlarge"));
    expect(await screen.findByText("Why this configuration")).toBeVisible();
  });

  test("has the switch also where no more is known of the larger instance than its name", async () => {
    const answer = infeasible("does-not-fit");
    await suggested({ ...answer, alternatives: undefined, model_info: undefined });
    expect(screen.getByRole("group", { name: "g7e.12xlarge" })).toBeVisible();
    expect(button("Switch to g7e.12xlarge")).toBeVisible();
  });

  test("has the reason only where nothing larger is known", async () => {
    const answer = infeasible("does-not-fit");
    const { suggested_instance: _, ...explanation } = answer.explanation;
    await suggested({ ...answer, explanation, alternatives: undefined });
    expect(screen.queryByRole("group")).toBeNull();
  });
});

test("an answer made from what the Hub said before says so where there is no configuration", async () => {
  const warning = "The Hugging Face Hub did not answer; its metadata are from an hour ago.";
  const answer = infeasible("does-not-fit");
  await suggested({ ...answer, warnings: [warning], warning_codes: ["older_metadata"] });
  expect(screen.getByText(warning)).toBeVisible();
});

test("Neuron devices are not yet supported, in the service's words", async () => {
  const answer = infeasible("neuron");
  await suggested(answer);
  expect(screen.getByRole("heading")).toHaveTextContent(/not yet supported/);
  expect(screen.getByText(answer.explanation.reason)).toBeVisible();
});

test("a model that generates no text cannot be benchmarked, in the service's words", async () => {
  const answer = infeasible("embedding-model");
  await suggested(answer);
  expect(screen.getByRole("heading")).toHaveTextContent("This model cannot be benchmarked");
  expect(screen.getByText(answer.explanation.reason)).toBeVisible();
});

test("a form whose model and instance cannot be changed names the ways out without offering them", async () => {
  await suggested(
    golden("quantized-beforehand"),
    <Form instanceType="g4dn.xlarge" canSwitch={false} canChoose={false} />,
  );
  expect(screen.getByRole("group", { name: "g5.xlarge" })).toBeVisible();
  expect(screen.queryByRole("button", { name: /^Switch/ })).toBeNull();
  expect(screen.queryByRole("button", { name: /^Use/ })).toBeNull();
  expect(button("Apply INT8 Config")).toBeVisible();
});
