import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { ChangeList } from "../../src/components/ChangeList";
import { configValues } from "../../src/configuration";
import type { Change, FormValues } from "../../src";
import { defined, golden } from "../support/golden";

const CHANGES = defined(golden("fits-with-one-change").alternatives?.changes);
const CHANGE = defined(CHANGES[0]);

function renderList(changes: Change[], values: FormValues = {}) {
  const onApply = vi.fn();
  render(
    <ChangeList title="Changes" changes={changes} model="org/model" values={values} onApply={onApply} />,
  );
  return onApply;
}

test("each change is listed with its text and can be applied", async () => {
  const onApply = renderList(CHANGES);
  const items = screen.getAllByRole("listitem");
  expect(items).toHaveLength(CHANGES.length);
  expect(items[0]).toHaveTextContent(CHANGE.text);
  await userEvent.click(screen.getByRole("button", { name: "Apply --gpu-memory-utilization" }));
  expect(onApply).toHaveBeenCalledExactlyOnceWith(CHANGE, "--gpu-memory-utilization");
});

test("two changes that are necessary together are applied together", () => {
  const changes = defined(golden("fits-with-two-changes").alternatives?.changes);
  renderList(changes);
  expect(screen.getByRole("button", { name: /^Apply/ })).toHaveTextContent(
    "Apply --gpu-memory-utilization and --enforce-eager",
  );
});

test("a change whose values are in the form is marked", () => {
  renderList([CHANGE], configValues(CHANGE));
  expect(screen.getByText("Applied")).toBeVisible();
});

test("a change without a field in the form has a command instead of a button that applies it", () => {
  renderList([
    { ...CHANGE, change: "limit_mm_per_prompt", value: true, vllm_args: ["--limit-mm-per-prompt", "{}"] },
  ]);
  expect(screen.queryByRole("button", { name: /^Apply/ })).toBeNull();
  expect(screen.getByRole("button", { name: "Copy command with --limit-mm-per-prompt" })).toBeVisible();
  expect(screen.getByText(/^vllm serve org\/model/)).toHaveTextContent("--limit-mm-per-prompt '{}'");
});
