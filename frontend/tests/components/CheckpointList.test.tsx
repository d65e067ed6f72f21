import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { CheckpointList } from "../../src/components/CheckpointList";
import { defined, feasible } from "../support/golden";

const CHECKPOINTS = defined(feasible("pre-quantized").checkpoints);
const CHECKPOINT = defined(CHECKPOINTS[0]);

test("each checkpoint is listed with its method, size and downloads", () => {
  render(<CheckpointList checkpoints={CHECKPOINTS} />);
  const list = screen.getByRole("list", { name: "Pre-quantized checkpoints" });
  expect(list).toHaveTextContent(CHECKPOINT.model);
  expect(list).toHaveTextContent("compressed-tensors, 8.5 GiB of weights, 985,563 downloads last month");
});

test("a gated checkpoint is marked as gated", () => {
  render(<CheckpointList checkpoints={[{ ...CHECKPOINT, gated: true }]} />);
  expect(screen.getByRole("listitem")).toHaveTextContent("compressed-tensors, gated,");
});

test("the button selects its checkpoint", async () => {
  const onSelect = vi.fn();
  render(<CheckpointList checkpoints={CHECKPOINTS} onSelect={onSelect} />);
  await userEvent.click(screen.getByRole("button", { name: `Use ${CHECKPOINT.model}` }));
  expect(onSelect).toHaveBeenCalledExactlyOnceWith(CHECKPOINT);
});

test("there are no buttons without onSelect", () => {
  render(<CheckpointList checkpoints={CHECKPOINTS} />);
  expect(screen.queryByRole("button")).toBeNull();
});

test("an empty list says that no checkpoint was found", () => {
  render(<CheckpointList checkpoints={[]} />);
  expect(screen.getByText(/^No pre-quantized checkpoint .* was found/)).toBeVisible();
});
