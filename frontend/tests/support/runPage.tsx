import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";

import { App } from "../../src/app/App";
import { golden } from "./golden";
import { json, mockFetch, type Respond, type SentRequest } from "./service";

const instanceType = (
  name: string,
  accelerator_name: string,
  accelerator_count: number,
  accelerator_memory_gib: number,
) => ({
  name,
  family: name.split(".")[0],
  accelerator_type: "gpu",
  accelerator_name,
  accelerator_count,
  accelerator_memory_gib,
});

const INSTANCE_TYPES = [
  instanceType("g5.12xlarge", "A10G", 4, 96),
  instanceType("g5.xlarge", "A10G", 1, 24),
  instanceType("g6.xlarge", "L4", 1, 24),
];

export const MODEL_IDS = ["Qwen/Qwen2.5-7B-Instruct", "Qwen/Qwen2.5-14B-Instruct"];

/** The local server's lists, and a recommendation for any model. */
export function respond({ path, query }: SentRequest): Response {
  switch (path) {
    case "/local/instance-types":
      return json(INSTANCE_TYPES);
    case "/local/models":
      return json(MODEL_IDS.filter((modelId) => modelId.toLowerCase().includes(query.search ?? "")));
    default:
      return json(golden("tp" in query ? "asked-for-tp" : "fits-all-gpus"));
  }
}

/** The local server's lists, and `recommend` for recommendations. */
export const respondWith =
  (recommend: () => Response): Respond =>
  (request) =>
    request.path.startsWith("/local") ? respond(request) : recommend();

export const modelField = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Model" });
export const instanceField = () => screen.getByLabelText<HTMLInputElement>("Instance Type");
export const tokenField = () => screen.getByLabelText<HTMLInputElement>("Hugging Face Token");
export const runButton = () => screen.getByRole("button", { name: "Run Benchmark" });

/** The request body in the preview. */
export function previewedRequest(): unknown {
  const preview = screen.getByRole("region", { name: "Request preview" });
  return JSON.parse(within(preview).getByText(/{/).textContent);
}

/** Render the page and wait for the instance types. */
export async function openPage(respondToPage: Respond = respond): Promise<SentRequest[]> {
  const requests = mockFetch(respondToPage);
  render(<App />);
  await screen.findByRole("option", { name: /g5.xlarge/ });
  return requests;
}

/** Fill in the model and the instance type. */
export async function fillSelection(selectedInstanceType: string) {
  await userEvent.type(modelField(), "org/model");
  await userEvent.selectOptions(instanceField(), selectedInstanceType);
}

export async function suggest(selectedInstanceType: string) {
  await fillSelection(selectedInstanceType);
  await userEvent.click(screen.getByRole("button", { name: "Suggest Config" }));
}

/** Render the page, enter a token and let the recommendation fill the form. */
export async function openFilledPage(): Promise<SentRequest[]> {
  const requests = await openPage();
  await userEvent.type(tokenField(), "hf_secret");
  await suggest("g5.12xlarge");
  await screen.findByText("Recommended Configuration");
  return requests;
}
