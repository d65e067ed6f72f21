import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { openFilledPage, openPage, respondWith, suggest, tokenField } from "../support/runPage";
import { errorResponse } from "../support/service";

test("the token is masked, never stored, and sent to the API in a header only", async () => {
  const setItem = vi.spyOn(Storage.prototype, "setItem");
  const requests = await openFilledPage();
  expect(tokenField()).toHaveAttribute("type", "password");
  expect(tokenField()).toHaveAttribute("autocomplete", "off");
  const [recommend] = requests.filter(({ path }) => path === "/api/v1/recommend");
  expect(recommend?.headers).toEqual({ "X-HF-Token": "hf_secret" });
  expect(requests.map(({ url }) => url).join()).not.toContain("secret");
  expect(
    requests.filter(({ path }) => path.startsWith("/local")).map(({ headers }) => headers),
  ).not.toContainEqual(expect.objectContaining({ "X-HF-Token": "hf_secret" }));
  expect(setItem).not.toHaveBeenCalled();
  expect(document.cookie).toBe("");
});

test.each([
  ["model_gated", true],
  ["hf_token_rejected", true],
  ["model_not_found", false],
] as const)("after the error %s, the field says that a token is needed: %s", async (code, isNeeded) => {
  await openPage(respondWith(() => errorResponse(403, code, "No.")));
  await suggest("g5.xlarge");
  await screen.findByRole("alert");
  const hint = /This model needs a token from an account with access/;
  const check = isNeeded ? expect(tokenField()) : expect(tokenField()).not;
  check.toHaveAccessibleDescription(hint);
});
