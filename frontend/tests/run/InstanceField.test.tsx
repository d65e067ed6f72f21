import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";

import { App } from "../../src/app/App";
import { golden } from "../support/golden";
import { instanceField, openPage, respondWith, suggest } from "../support/runPage";
import { errorResponse, mockFetch, networkError } from "../support/service";

test("instance types are grouped by family, with their accelerators", async () => {
  await openPage();
  const groups = within(instanceField()).getAllByRole("group");
  expect(groups.map((group) => group.getAttribute("label"))).toEqual(["g5", "g6"]);
  expect(
    within(screen.getByRole("group", { name: "g5" }))
      .getAllByRole("option")
      .map(({ textContent }) => textContent),
  ).toEqual(["g5.12xlarge: 4 × A10G, 96 GiB", "g5.xlarge: 1 × A10G, 24 GiB"]);
});

test("an instance type that is not listed is added once it is selected", async () => {
  await openPage(respondWith(() => Response.json(golden("does-not-fit"))));
  await suggest("g5.xlarge");
  await userEvent.click(await screen.findByRole("button", { name: "Switch to g7e.12xlarge" }));
  expect(instanceField().value).toBe("g7e.12xlarge");
});

test.each([
  ["the server has no list", () => new Response("", { status: 404 })],
  ["the response is not JSON", () => new Response("<html>")],
  ["the response is an error", () => errorResponse(503, "catalog_unavailable", "No table.")],
  ["the response is not a list", () => Response.json({ instance_types: [] })],
  ["the network fails", networkError],
])("the instance type can be typed if %s", async (_, respond) => {
  mockFetch(respond);
  render(<App />);
  expect(instanceField()).toHaveProperty("tagName", "SELECT");
  await userEvent.type(await screen.findByPlaceholderText("g5.12xlarge"), " g5.xlarge ");
  expect(instanceField().value).toBe("g5.xlarge");
});
