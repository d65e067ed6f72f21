import { screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";

import { openApp, openComparison } from "../support/comparePage";
import { instanceField, modelField } from "../support/runPage";

afterEach(() => history.replaceState(null, "", "/"));

const pageLink = (name: string) => within(screen.getByRole("navigation")).getByRole("link", { name });
const visibleToken = () =>
  screen
    .getAllByLabelText<HTMLInputElement>("Hugging Face Token")
    .find((field) => !field.closest("[hidden]"));

test("the navigation marks the open page and follows the URL", async () => {
  openApp("/");
  expect(pageLink("Run")).toHaveAttribute("aria-current", "page");
  expect(document.title).toBe("Run Benchmark");
  await userEvent.click(pageLink("Compare"));
  expect(location.pathname).toBe("/compare");
  expect(pageLink("Compare")).toHaveAttribute("aria-current", "page");
  expect(document.title).toBe("Compare Instances");
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Compare Instances");
});

test("changing the page moves the focus to its heading; opening the first one does not", async () => {
  openApp("/");
  expect(document.body).toHaveFocus();
  await userEvent.click(pageLink("Compare"));
  expect(screen.getByRole("heading", { level: 1 })).toHaveFocus();
});

test("an instance opens on the Run page with the model and the token, and its configuration is requested", async () => {
  const requests = await openComparison();
  await userEvent.type(visibleToken() ?? document.body, "hf_secret");
  await userEvent.click(within(screen.getByRole("table")).getByRole("link", { name: "g6.12xlarge" }));
  expect(modelField().value).toBe("org/model");
  expect(instanceField().value).toBe("g6.12xlarge");
  expect(visibleToken()?.value).toBe("hf_secret");
  await waitFor(() => {
    const [sent] = requests.filter(({ path }) => path === "/api/v1/recommend");
    expect(sent?.query).toEqual({ model: "org/model", instance_type: "g6.12xlarge" });
    expect(sent?.headers).toEqual({ "X-HF-Token": "hf_secret" });
  });
});

test("the token is not written into the document", async () => {
  await openComparison();
  await userEvent.type(visibleToken() ?? document.body, "hf_secret");
  await userEvent.click(pageLink("Run"));
  expect(visibleToken()?.value).toBe("hf_secret");
  expect(document.documentElement.outerHTML).not.toContain("hf_secret");
});

test("each page keeps its state while the other one is open", async () => {
  await openComparison("&gpu=L4");
  await userEvent.click(pageLink("Run"));
  expect(modelField().value).toBe("org/model");
  await userEvent.type(screen.getByRole("spinbutton", { name: "Concurrency" }), "7");
  await userEvent.click(pageLink("Compare"));
  expect(location.search).toBe("?model=org/model&gpu=L4");
  expect(screen.getByText("1 of 5 instances")).toBeInTheDocument();
  await userEvent.click(pageLink("Run"));
  expect(screen.getByRole("spinbutton", { name: "Concurrency" })).toHaveValue(7);
});
