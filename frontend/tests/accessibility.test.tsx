import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import axe from "axe-core";
import { expect, test } from "vitest";

import { App } from "../src/app/App";
import { golden } from "./support/golden";
import { errorResponse, json, mockFetch } from "./support/service";

/** The axe violations, except color contrast, which needs a layout and is checked in a browser. */
async function violations(): Promise<string[]> {
  const results = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
}

async function suggest(response: Response) {
  mockFetch(({ path }) => (path.startsWith("/local") ? json([]) : response.clone()));
  render(<App />);
  await userEvent.type(screen.getByRole("combobox", { name: "Model" }), "org/model");
  await userEvent.type(screen.getByLabelText("Instance Type"), "g5.xlarge");
  await userEvent.click(screen.getByRole("button", { name: "Suggest Config" }));
}

test.each(["fits-one-gpu", "pre-quantized", "asked-for-native-that-does-not-fit", "does-not-fit", "neuron"])(
  "the page with the response %s has no axe violations",
  async (name) => {
    await suggest(json(golden(name)));
    await screen.findAllByRole("heading", { level: 2, name: /Configuration|too large|supported/ });
    await userEvent.click(screen.getByRole("button", { name: "Run Benchmark" }));
    await expect(violations()).resolves.toEqual([]);
  },
);

test("the page with an error has no axe violations", async () => {
  await suggest(errorResponse(403, "model_gated", "org/model is gated."));
  await screen.findByRole("alert");
  await expect(violations()).resolves.toEqual([]);
});
