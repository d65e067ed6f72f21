import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import { RunPage } from "../../src/run/RunPage";
import { golden } from "../support/golden";
import { failure, json, serve, type Asked } from "../support/service";

const gpu = (
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
const TYPES = [
  gpu("g5.12xlarge", "A10G", 4, 96),
  gpu("g5.xlarge", "A10G", 1, 24),
  gpu("g6.xlarge", "L4", 1, 24),
];
const NAMES = ["Qwen/Qwen2.5-7B-Instruct", "Qwen/Qwen2.5-14B-Instruct"];

function reply({ path, query }: Asked): Response {
  switch (path) {
    case "/local/instance-types":
      return json(TYPES);
    case "/local/models":
      return json(NAMES.filter((name) => name.toLowerCase().includes(query.search ?? "")));
    default:
      return json(golden("tp" in query ? "asked-for-tp" : "fits-all-gpus"));
  }
}

const model = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Model" });
const instance = () => screen.getByLabelText<HTMLInputElement>("Instance Type");
const token = () => screen.getByLabelText<HTMLInputElement>("Hub Token");
const run = () => screen.getByRole("button", { name: "Run Benchmark" });
const body = (): unknown =>
  JSON.parse(within(screen.getByRole("region", { name: "Request body" })).getByText(/{/).textContent);
const described = (field: HTMLElement) => {
  const ids = field.getAttribute("aria-describedby")?.split(" ") ?? [];
  return ids.map((id) => document.getElementById(id)?.textContent).join(" ");
};
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

async function openPage(respond: (asked: Asked) => Response | Promise<Response> = reply): Promise<Asked[]> {
  const requests = serve(respond);
  render(<RunPage />);
  await screen.findByRole("option", { name: /g5.xlarge/ });
  return requests;
}

async function choose(instanceType: string) {
  await userEvent.type(model(), "org/model");
  await userEvent.selectOptions(instance(), instanceType);
}

async function suggest(instanceType: string) {
  await choose(instanceType);
  await userEvent.click(screen.getByRole("button", { name: "Suggest Config" }));
}

async function filledPage(): Promise<Asked[]> {
  const requests = await openPage();
  await userEvent.type(token(), "hf_secret");
  await suggest("g5.12xlarge");
  await screen.findByText("Why this configuration");
  return requests;
}

describe("the instance types", () => {
  test("are grouped by family, with GPU and memory", async () => {
    await openPage();
    const groups = within(instance()).getAllByRole("group");
    expect(groups.map((group) => group.getAttribute("label"))).toEqual(["g5", "g6"]);
    expect(
      within(screen.getByRole("group", { name: "g5" }))
        .getAllByRole("option")
        .map(({ textContent }) => textContent),
    ).toEqual(["g5.12xlarge: 4 × A10G, 96 GiB", "g5.xlarge: 1 × A10G, 24 GiB"]);
  });

  test("have one that the table does not list where the service switched to it", async () => {
    await openPage((asked) =>
      asked.path.startsWith("/local") ? reply(asked) : json(golden("does-not-fit")),
    );
    await suggest("g5.xlarge");
    await userEvent.click(await screen.findByRole("button", { name: "Switch to g7e.12xlarge" }));
    expect(instance().value).toBe("g7e.12xlarge");
  });

  test.each([
    ["nobody lists them", () => new Response("", { status: 404 })],
    ["something else answers", () => new Response("<html>")],
    ["the list is none", () => json({ error: "no", code: "catalog_unavailable" })],
    ["the service is not there", () => Promise.reject(new TypeError())],
  ])("are typed where %s", async (_, respond) => {
    serve(respond);
    render(<RunPage />);
    expect(instance()).toHaveProperty("tagName", "SELECT");
    await userEvent.type(await screen.findByPlaceholderText("g5.12xlarge"), " g5.xlarge ");
    expect(instance().value).toBe("g5.xlarge");
  });
});

describe("the model field", () => {
  const options = () =>
    screen.queryAllByRole("option", { name: /^Qwen/ }).map(({ textContent }) => textContent);

  test("offers names that hold what was typed, and takes the one that is pressed", async () => {
    await openPage();
    await userEvent.type(model(), "qwen");
    await userEvent.click(await screen.findByRole("option", { name: "Qwen/Qwen2.5-14B-Instruct" }));
    expect(model().value).toBe("Qwen/Qwen2.5-14B-Instruct");
    expect(model()).toHaveAttribute("aria-expanded", "false");
  });

  test("is used by keyboard alone", async () => {
    const scroll = vi.fn();
    Element.prototype.scrollIntoView = scroll;
    await openPage();
    await userEvent.type(model(), "qwen");
    await screen.findByRole("option", { name: "Qwen/Qwen2.5-14B-Instruct" });
    const active = () =>
      document.getElementById(model().getAttribute("aria-activedescendant") ?? "")?.textContent;
    await userEvent.keyboard("{ArrowDown}");
    expect(active()).toBe("Qwen/Qwen2.5-7B-Instruct");
    expect(scroll).toHaveBeenCalledWith({ block: "nearest" });
    await userEvent.keyboard("{ArrowUp}");
    expect(active()).toBeUndefined();
    await userEvent.keyboard("{ArrowUp}");
    expect(active()).toBe("Qwen/Qwen2.5-14B-Instruct");
    await userEvent.keyboard("{ArrowDown}{ArrowDown}{Enter}");
    expect(model().value).toBe("Qwen/Qwen2.5-7B-Instruct");
  });

  test("closes its list on Escape and when it is left, and opens it when it is pressed", async () => {
    await openPage();
    await userEvent.type(model(), "qwen");
    await screen.findByRole("option", { name: "Qwen/Qwen2.5-14B-Instruct" });
    await userEvent.keyboard("{Escape}");
    expect(options()).toEqual([]);
    await userEvent.click(model());
    expect(options()).toEqual(NAMES);
    await userEvent.tab();
    expect(options()).toEqual([]);
  });

  test("takes any other name as well", async () => {
    await openPage();
    await userEvent.type(model(), " org/of-my-own {Enter}");
    expect(model().value).toBe("org/of-my-own");
  });

  test("looks names up once a person stops typing", async () => {
    vi.useFakeTimers();
    const requests = serve(reply);
    render(<RunPage />);
    for (const text of ["q", "qw", "qwe"]) {
      fireEvent.change(model(), { target: { value: text } });
      await pass(199);
    }
    await pass(1);
    const searches = requests.filter(({ path }) => path === "/local/models").map(({ query }) => query.search);
    expect(searches).toEqual(["qwe"]);
  });

  test("stays a plain field where no names are known", async () => {
    vi.useFakeTimers();
    serve(({ path }) =>
      path === "/local/models"
        ? failure(502, "hub_unreachable", "The Hub did not answer.")
        : reply({ path } as Asked),
    );
    render(<RunPage />);
    fireEvent.change(model(), { target: { value: "org/model" } });
    await pass(1000);
    expect(model()).toHaveAttribute("aria-expanded", "false");
    expect(model().value).toBe("org/model");
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("the Hub token", () => {
  test("is not shown, not remembered by the browser, and sent in the header only", async () => {
    const setItem = vi.spyOn(Storage.prototype, "setItem");
    const requests = await filledPage();
    expect(token()).toHaveAttribute("type", "password");
    expect(token()).toHaveAttribute("autocomplete", "off");
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
  ] as const)("after %s is asked for beside its field: %s", async (code, isNeeded) => {
    await openPage((asked) => (asked.path.startsWith("/local") ? reply(asked) : failure(403, code, "No.")));
    await suggest("g5.xlarge");
    await screen.findByRole("alert");
    expect(described(token()).includes("needs the token of an account")).toBe(isNeeded);
  });
});

describe("the parameters", () => {
  test("are filled by the suggestion, and the degrees to choose from are the service's", async () => {
    await filledPage();
    const degrees = within(screen.getByLabelText("Tensor Parallel Degree")).getAllByRole("option");
    expect(degrees.map(({ textContent }) => textContent)).toEqual(["Not set", "1", "2", "4"]);
    expect(screen.getByLabelText("Tensor Parallel Degree")).toHaveValue("4");
    expect(screen.getByLabelText("Quantization")).toHaveValue("");
    expect(screen.getByLabelText("Concurrency")).toHaveValue(64);
    expect(screen.getByLabelText("Max Model Length")).toHaveValue(32768);
    expect(screen.getByLabelText("Input Length")).toHaveValue(512);
    expect(screen.getByLabelText("Output Length")).toHaveValue(256);
    expect(screen.getByLabelText("Dataset")).toHaveValue("random");
  });

  test("have the service's warning at the field that was changed, and the form submits all the same", async () => {
    await filledPage();
    await userEvent.selectOptions(screen.getByLabelText("Tensor Parallel Degree"), "2");
    expect(await screen.findByText(/2 of 4 GPUs would be used/)).toBeVisible();
    expect(screen.getByLabelText("Tensor Parallel Degree")).toHaveAccessibleDescription(/2 of 4 GPUs/);
    await userEvent.click(run());
    expect(body()).toMatchObject({ tensor_parallel_degree: 2 });
  });

  test("and the model are those of a checkpoint that is chosen", async () => {
    await openPage((asked) =>
      asked.path.startsWith("/local") ? reply(asked) : json(golden("quantized-beforehand")),
    );
    await suggest("g5.xlarge");
    await userEvent.click(await screen.findByRole("button", { name: /^Use RedHatAI/ }));
    expect(model().value).toBe("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8");
    expect(screen.getByLabelText("Quantization")).toHaveValue("int8");
  });

  test("keep a degree that the service does not offer", async () => {
    await openPage();
    await userEvent.selectOptions(screen.getByLabelText("Tensor Parallel Degree"), "8");
    expect(screen.getByLabelText("Tensor Parallel Degree")).toHaveValue("8");
  });
});

describe("the request", () => {
  test("cannot be made before model and instance type are there", async () => {
    await openPage();
    expect(run()).toBeDisabled();
  });

  test("has the seven parameters and never the token", async () => {
    await filledPage();
    await userEvent.clear(screen.getByLabelText("Input Length"));
    await userEvent.type(screen.getByLabelText("Input Length"), "1024");
    await userEvent.selectOptions(screen.getByLabelText("Quantization"), "fp8");
    await userEvent.selectOptions(screen.getByLabelText("Dataset"), "sonnet");
    await userEvent.click(run());
    expect(body()).toEqual({
      model: "org/model",
      instance_type: "g5.12xlarge",
      framework: "vllm",
      tensor_parallel_degree: 4,
      quantization: "fp8",
      concurrency: 64,
      max_model_len: 32768,
      input_sequence_length: 1024,
      output_sequence_length: 256,
      dataset: "sonnet",
    });
    expect(document.body).not.toHaveTextContent("hf_secret");
    await userEvent.selectOptions(screen.getByLabelText("Dataset"), "random");
    expect(screen.getByRole("region", { name: "Request body" })).toBeEmptyDOMElement();
  });

  test("leaves to the platform what the form leaves empty", async () => {
    await openPage();
    await choose("g5.xlarge");
    await userEvent.click(run());
    expect(body()).toEqual({
      model: "org/model",
      instance_type: "g5.xlarge",
      framework: "vllm",
      tensor_parallel_degree: null,
      quantization: null,
      concurrency: null,
      max_model_len: null,
      input_sequence_length: null,
      output_sequence_length: null,
      dataset: "random",
    });
  });
});
