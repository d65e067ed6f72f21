import { render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { ServeCommand } from "../../src/components/ServeCommand";

const COMMAND = "vllm serve org/model \\\n    --tensor-parallel-size 1";

const renderCommand = () => render(<ServeCommand command={COMMAND} />);

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
  expect(await navigator.clipboard.readText()).toBe(COMMAND);
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

test("without a command there is nothing to copy", () => {
  render(<ServeCommand command={undefined} />);
  expect(screen.getByText("Select a pre-quantized checkpoint to get its command.")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});

test("a command that is about to change cannot be copied", () => {
  render(<ServeCommand command={COMMAND} isUpdating />);
  expect(copyButton()).toBeDisabled();
});
