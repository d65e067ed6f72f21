import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { FieldWarning, type FieldWarningProps } from "../../src";

function renderField(suggestion: FieldWarningProps["suggestion"], onUse?: FieldWarningProps["onUse"]) {
  render(
    <>
      <input aria-label="length" aria-describedby="length-warning" />
      <FieldWarning id="length-warning" field="max_model_len" suggestion={suggestion} onUse={onUse} />
    </>,
  );
}

const WARNINGS = {
  byField: { max_model_len: ["Too long."], concurrency: ["Too many."] },
  general: ["Too old."],
};

test("the warnings of the field describe its control", () => {
  renderField({ warnings: WARNINGS, updatedValues: {} });
  expect(screen.getByLabelText("length")).toHaveAccessibleDescription("Too long.");
});

test("an updated recommendation can be used", async () => {
  const onUse = vi.fn();
  renderField({ warnings: { byField: {}, general: [] }, updatedValues: { max_model_len: 4096 } }, onUse);
  expect(screen.getByLabelText("length")).toHaveAccessibleDescription(
    "Recommended with your changes: 4,096. Use 4,096",
  );
  await userEvent.click(screen.getByRole("button", { name: "Use 4,096" }));
  expect(onUse).toHaveBeenCalledExactlyOnceWith(4096);
});

test("an updated recommendation has no button without onUse", () => {
  renderField({ warnings: { byField: {}, general: [] }, updatedValues: { max_model_len: 4096 } });
  expect(screen.getByText("Recommended with your changes: 4,096.")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});

test("nothing is shown for a field without warnings", () => {
  renderField({
    warnings: { ...WARNINGS, byField: { concurrency: ["Too many."] } },
    updatedValues: { concurrency: 1 },
  });
  expect(screen.getByLabelText("length")).toHaveAccessibleDescription("");
});
