import { render, screen } from "@testing-library/react";

import { App } from "../../src/app/App";
import { COMPARISON } from "./comparison";
import { respond } from "./runPage";
import { json, mockFetch, type Respond, type SentRequest } from "./service";

export const COMPARE_PATH = "/api/v1/instances";

/** The local server's lists, and `compare` for comparisons. */
export const respondToCompare =
  (compare: Respond = () => json(COMPARISON)): Respond =>
  (request) =>
    request.path === COMPARE_PATH ? compare(request) : respond(request);

/** Render the app at `url`. */
export function openApp(url: string, respondToApp: Respond = respondToCompare()): SentRequest[] {
  history.replaceState(null, "", url);
  const requests = mockFetch(respondToApp);
  render(<App />);
  return requests;
}

/** Render the comparison of a model and wait for it. `parameters` follow the model in the query. */
export async function openComparison(parameters = "", compare?: Respond): Promise<SentRequest[]> {
  const requests = openApp(`/compare?model=org/model${parameters}`, respondToCompare(compare));
  await screen.findByRole("heading", { level: 2, name: /^org\/model/ });
  return requests;
}

/** The instance types in the table, from top to bottom. */
export const shownInstances = () =>
  screen
    .getAllByRole("rowheader")
    .map((cell) => cell.querySelector("a")?.textContent)
    .filter((name) => name !== undefined);
