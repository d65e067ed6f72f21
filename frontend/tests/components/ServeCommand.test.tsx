import { render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { ServeCommand } from "../../src/components/ServeCommand";
import { feasible } from "../support/golden";

const renderCommand = (isUpdating = false) =>
  render(<ServeCommand response={feasible("fits-one-gpu")} model="org/model" isUpdating={isUpdating} />);

const copyButton = () => screen.getByRole("button", { name: "Copy command" });

/** jsdom does not implement `execCommand`. */
function mockExecCommand(succeeds: boolean) {
  const execCommand = vi.fn(() => succeeds);
  Object.assign(document, { execCommand });
  return execCommand;
}

test("the button copies the command and shows that for a while", async () => {
  const user = userEvent.setup();
  renderCommand();
  await user.click(copyButton());
  expect(screen.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(screen.getByRole("status")).toHaveTextContent("Command copied.");
  expect(await navigator.clipboard.readText()).toMatch(
    /^vllm serve org\/model \\\n {4}--tensor-parallel-size 1/,
  );
  await waitFor(() => expect(copyButton()).toBeVisible());
  expect(screen.getByRole("status")).toBeEmptyDOMElement();
});

test("without the Clipboard API, the command is copied with execCommand", async () => {
  renderCommand();
  vi.stubGlobal("navigator", {});
  const execCommand = mockExecCommand(true);
  await userEvent.click(copyButton());
  expect(await screen.findByRole("button", { name: "Copied" })).toBeVisible();
  expect(execCommand).toHaveBeenCalledWith("copy");
  expect(getSelection()?.toString()).toContain("vllm serve org/model");
});

test("if copying is not allowed, the command stays selected", async () => {
  renderCommand();
  vi.stubGlobal("navigator", {});
  mockExecCommand(false);
  await userEvent.click(copyButton());
  expect(await screen.findByRole("button", { name: "Selected" })).toBeVisible();
  expect(screen.getByRole("status")).toHaveTextContent(/The command is selected: copy it/);
  expect(getSelection()?.toString()).toContain("vllm serve org/model");
});

test("a quantization that needs a checkpoint has no command until one is selected", () => {
  render(<ServeCommand response={feasible("pre-quantized")} model="org/model" />);
  expect(screen.getByText("Select a pre-quantized checkpoint to get its command.")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});

test("a quantization without a known checkpoint has no command", () => {
  render(<ServeCommand response={{ ...feasible("pre-quantized"), checkpoints: [] }} model="org/model" />);
  expect(screen.getByText(/and none is known\.$/)).toBeVisible();
});

test("a command that is about to change cannot be copied", () => {
  renderCommand(true);
  expect(copyButton()).toBeDisabled();
});
