import { render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test } from "vitest";

import { golden } from "../support/golden";
import { failure, json, pending, serve, unreachable } from "../support/service";
import { Form } from "../support/Form";

const button = () => screen.getByRole("button", { name: "Suggest Config" });
const press = () => userEvent.click(button());
const shown = (field: string) => screen.getByLabelText<HTMLInputElement>(field).value;

describe("before anything is asked", () => {
  test.each([
    ["no model", { model: "" }],
    ["no instance type", { instanceType: "" }],
  ])("with %s the button is disabled and says what is missing", (_, props) => {
    serve(unreachable);
    render(<Form {...props} />);
    expect(button()).toBeDisabled();
    expect(button()).toHaveAccessibleDescription("Choose a model and an instance type first.");
  });

  test("with both the button can be pressed, and nothing was sent", () => {
    const requests = serve(unreachable);
    render(<Form />);
    expect(button()).toBeEnabled();
    expect(requests).toEqual([]);
  });
});

describe("while the answer is awaited", () => {
  test("the button is busy, keeps the focus and asks no second time", async () => {
    const requests = serve(() => pending().response);
    render(<Form />);
    await press();
    await press();
    expect(button()).toHaveAttribute("aria-busy", "true");
    expect(button()).toHaveFocus();
    expect(requests).toHaveLength(1);
    expect(screen.getByText("Asking for a configuration.")).toHaveAttribute("role", "status");
  });

  test("the token goes along", async () => {
    const requests = serve(() => json(golden("fits-one-gpu")));
    render(<Form hfToken="hf_secret" baseUrl="https://api.test" />);
    await press();
    expect(requests[0]?.headers).toEqual({ "X-HF-Token": "hf_secret" });
    expect(requests[0]?.url).toContain("https://api.test/");
  });
});

describe("an answer", () => {
  test("fills the form, opens the panel and is announced", async () => {
    serve(() => json(golden("fits-one-gpu")));
    render(<Form />);
    await press();
    expect(await screen.findByRole("region", { name: "Why this configuration" })).toBeVisible();
    expect(shown("tensor_parallel_degree")).toBe("1");
    expect(shown("max_model_len")).toBe("32768");
    expect(shown("concurrency")).toBe("55");
    expect(screen.getByText("The configuration is in the form.")).toHaveAttribute("role", "status");
    expect(button()).toHaveAttribute("aria-busy", "false");
    expect(screen.queryByRole("button", { name: /^Apply/ })).toBeNull();
  });

  test("is out of sight once the form names another model, and back with the first", async () => {
    serve(() => json(golden("fits-one-gpu")));
    render(<Form />);
    await press();
    await screen.findByText("Why this configuration");
    await userEvent.type(screen.getByLabelText("model"), "2");
    expect(screen.queryByText("Why this configuration")).toBeNull();
    await userEvent.type(screen.getByLabelText("model"), "{Backspace}");
    expect(screen.getByText("Why this configuration")).toBeVisible();
  });

  test("that is overtaken by a change of the form is aborted and fills nothing", async () => {
    const { response, answer } = pending();
    const requests = serve(() => response);
    render(<Form />);
    await press();
    await userEvent.type(screen.getByLabelText("instance"), "2");
    expect(requests[0]?.signal?.aborted).toBe(true);
    answer(json(golden("fits-one-gpu")));
    await waitFor(() => expect(button()).toHaveAttribute("aria-busy", "false"));
    await userEvent.type(screen.getByLabelText("instance"), "{Backspace}");
    expect(button()).toHaveAttribute("aria-busy", "false");
    expect(shown("concurrency")).toBe("");
  });

  test("that arrives after the form is gone is aborted", async () => {
    const requests = serve(() => pending().response);
    const { unmount } = render(<Form />);
    await press();
    unmount();
    expect(requests[0]?.signal?.aborted).toBe(true);
  });
});

describe("an error", () => {
  test.each([
    [400, "invalid_request", "model is 'x y', which is no Hugging Face repository name."],
    [404, "model_not_found", "The Hub shows no org/model."],
    [404, "instance_type_not_found", "g5.xlrge is not in the table; did you mean g5.xlarge?"],
    [502, "hub_unreachable", "The Hub did not answer."],
    [502, "hub_rate_limited", "The Hub takes no more requests for now."],
    [502, "hub_bad_response", "The Hub's answer is cut off."],
    [503, "catalog_unavailable", "DynamoDB did not answer."],
  ] as const)("%i %s is shown in the service's own words", async (status, code, sentence) => {
    serve(() => failure(status, code, sentence));
    render(<Form />);
    await press();
    expect(await screen.findByRole("alert")).toHaveTextContent(sentence);
    expect(screen.queryByRole("heading")).toBeNull();
  });

  test("of the network has a sentence of its own, and goes once the service is back", async () => {
    serve(unreachable);
    render(<Form />);
    await press();
    expect(await screen.findByRole("alert")).toHaveTextContent(
      "The recommendation service cannot be reached.",
    );
    serve(() => json(golden("fits-one-gpu")));
    await press();
    expect(await screen.findByText("Why this configuration")).toBeVisible();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
