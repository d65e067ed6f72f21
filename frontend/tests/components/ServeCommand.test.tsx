import { render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import { commandWith } from "../../src/command";
import { ServeCommand } from "../../src/components/ServeCommand";
import { feasible } from "../support/golden";

const renderCommand = (isUpdating = false) =>
  render(
    <ServeCommand
      response={feasible("fits-one-gpu")}
      model="org/model"
      isRecommended={!isUpdating}
      isUpdating={isUpdating}
    />,
  );

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

describe("a quantization that needs a checkpoint", () => {
  const response = feasible("pre-quantized");
  const [checkpoint] = response.checkpoints ?? [];

  test("has the command of the most downloaded one, with its own arguments", () => {
    render(<ServeCommand response={response} model="org/model" isRecommended />);
    const command = screen.getByText(/^vllm serve/).textContent;
    expect(command).toBe(commandWith(checkpoint?.vllm_args ?? [], checkpoint?.model ?? ""));
    expect(screen.getByRole("button", { name: `Copy command for ${checkpoint?.model}` })).toBeEnabled();
    expect(screen.getByText(/^The most downloaded INT8 checkpoint/)).toBeVisible();
  });

  test.each([
    [
      "has to be selected once a value was changed",
      response,
      false,
      /^Select Use at an INT8 checkpoint above/,
    ],
    [
      "has no command if the Hub lists none",
      { ...response, checkpoints: [] },
      true,
      /^The Hub lists no INT8/,
    ],
    [
      "asks to search again if the Hub failed",
      { ...response, checkpoints: undefined },
      true,
      /search the Hub/,
    ],
  ])("%s", (_, changed, isRecommended, text) => {
    render(<ServeCommand response={changed} model="org/model" isRecommended={isRecommended} />);
    expect(screen.getByText(text)).toBeVisible();
    expect(screen.queryByRole("button")).toBeNull();
  });
});

test("a command that is about to change cannot be copied", () => {
  renderCommand(true);
  expect(copyButton()).toBeDisabled();
});
