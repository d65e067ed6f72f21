import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test } from "vitest";

import { golden, infeasible } from "../support/golden";
import { deferredResponse, errorResponse, json, mockFetch, networkError } from "../support/service";
import { Form } from "../support/Form";

const button = (name = "Suggest Config") => screen.getByRole("button", { name });
const suggest = () => userEvent.click(button());
const value = (field: string) => screen.getByLabelText<HTMLInputElement>(field).value;

describe("the button", () => {
  test.each([
    ["model", { model: "" }],
    ["instance type", { instanceType: "" }],
  ])("is disabled without a %s and says what is missing", (_, props) => {
    mockFetch(networkError);
    render(<Form {...props} />);
    expect(button()).toBeDisabled();
    expect(button()).toHaveAccessibleDescription("Select a model and an instance type first.");
  });

  test("is enabled with both, and nothing is sent before a click", () => {
    const requests = mockFetch(networkError);
    render(<Form />);
    expect(button()).toBeEnabled();
    expect(requests).toEqual([]);
  });

  test("is busy while loading, keeps the focus and does not send a second request", async () => {
    const requests = mockFetch(() => deferredResponse().response);
    render(<Form />);
    await suggest();
    await suggest();
    expect(button()).toHaveAttribute("aria-busy", "true");
    expect(button()).toHaveFocus();
    expect(requests).toHaveLength(1);
    expect(screen.getByText("Loading the recommended configuration.")).toHaveAttribute("role", "status");
  });
});

describe("a response", () => {
  test("opens the panel and is announced", async () => {
    mockFetch(() => json(golden("fits-one-gpu")));
    render(<Form />);
    await suggest();
    expect(await screen.findByRole("region", { name: "Recommended Configuration" })).toBeVisible();
    expect(screen.getByText("Recommended configuration applied to the form.")).toHaveAttribute(
      "role",
      "status",
    );
    expect(button()).toHaveAttribute("aria-busy", "false");
    expect(screen.queryByRole("button", { name: /^Apply/ })).toBeNull();
  });

  test("without a configuration has no panel and is announced", async () => {
    const response = infeasible("does-not-fit");
    mockFetch(() => json(response));
    render(<Form />);
    await suggest();
    expect(await screen.findByText(response.explanation.reason)).toBeVisible();
    expect(screen.queryByText("Recommended Configuration")).toBeNull();
    expect(screen.getByText("No configuration can be recommended.")).toHaveAttribute("role", "status");
    expect(value("concurrency")).toBe("");
  });

  test("has options that fill the form, which is announced", async () => {
    mockFetch(() => json(golden("pre-quantized")));
    render(<Form />);
    await suggest();
    await userEvent.click(await screen.findByRole("button", { name: "Apply FP8 Config" }));
    expect(value("quantization")).toBe("fp8");
    expect(screen.getByText("FP8 configuration applied to the form.")).toHaveAttribute("role", "status");
    await userEvent.click(button("Apply INT8 Config"));
    expect(value("quantization")).toBe("int8");
  });

  test("keeps the focus on the Suggest Config button when the instance type is switched", async () => {
    mockFetch(({ query }) =>
      json(golden(query.instance_type === "g5.xlarge" ? "does-not-fit" : "fits-one-gpu")),
    );
    render(<Form />);
    await suggest();
    await userEvent.click(await screen.findByRole("button", { name: "Switch to g7e.12xlarge" }));
    expect(await screen.findByText("Recommended Configuration")).toBeVisible();
    expect(button()).toHaveFocus();
  });

  test("has no Switch or Use buttons if the form cannot change its model or instance type", async () => {
    mockFetch(() => json(golden("pre-quantized")));
    render(<Form canSwitchInstanceType={false} canSelectCheckpoint={false} />);
    await suggest();
    expect(await screen.findByRole("group", { name: "Option C: g5.xlarge" })).toBeVisible();
    expect(screen.queryByRole("button", { name: /^Switch/ })).toBeNull();
    expect(screen.queryByRole("button", { name: /^Use/ })).toBeNull();
    expect(button("Apply INT8 Config")).toBeVisible();
  });
});

describe("an error", () => {
  test.each([
    [400, "invalid_request"],
    [404, "model_not_found"],
    [404, "instance_type_not_found"],
    [502, "hub_unreachable"],
    [502, "hub_rate_limited"],
    [502, "hub_bad_response"],
    [503, "catalog_unavailable"],
  ] as const)("with status %i and code %s shows the service's message", async (status, code) => {
    const message = `The service's message for ${code}.`;
    mockFetch(() => errorResponse(status, code, message));
    render(<Form />);
    await suggest();
    expect(await screen.findByRole("alert")).toHaveTextContent(message);
    expect(screen.queryByRole("heading")).toBeNull();
  });

  test("of the network disappears once the service responds", async () => {
    mockFetch(networkError);
    render(<Form />);
    await suggest();
    expect(await screen.findByRole("alert")).toHaveTextContent("Cannot reach the recommendation service.");
    mockFetch(() => json(golden("fits-one-gpu")));
    await suggest();
    expect(await screen.findByText("Recommended Configuration")).toBeVisible();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
