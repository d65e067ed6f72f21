import { act, fireEvent, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { App } from "../../src/app/App";
import { MODEL_IDS, modelField, openPage, respond } from "../support/runPage";
import { errorResponse, mockFetch } from "../support/service";

const advance = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));
const findOption = () => screen.findByRole("option", { name: "Qwen/Qwen2.5-14B-Instruct" });
const options = () =>
  screen.queryAllByRole("option", { name: /^Qwen/ }).map(({ textContent }) => textContent);

test("the list has the model IDs that contain the text, and a click selects one", async () => {
  await openPage();
  await userEvent.type(modelField(), "qwen");
  await userEvent.click(await findOption());
  expect(modelField().value).toBe("Qwen/Qwen2.5-14B-Instruct");
  expect(modelField()).toHaveAttribute("aria-expanded", "false");
});

test("the arrow keys move through the list and Enter selects", async () => {
  const scrollIntoView = vi.fn();
  Element.prototype.scrollIntoView = scrollIntoView;
  await openPage();
  await userEvent.type(modelField(), "qwen");
  await findOption();
  const activeOption = () =>
    document.getElementById(modelField().getAttribute("aria-activedescendant") ?? "")?.textContent;
  await userEvent.keyboard("{ArrowDown}");
  expect(activeOption()).toBe("Qwen/Qwen2.5-7B-Instruct");
  expect(scrollIntoView).toHaveBeenCalledWith({ block: "nearest" });
  await userEvent.keyboard("{ArrowUp}");
  expect(activeOption()).toBeUndefined();
  await userEvent.keyboard("{ArrowUp}");
  expect(activeOption()).toBe("Qwen/Qwen2.5-14B-Instruct");
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(modelField().value).toBe("Qwen/Qwen2.5-7B-Instruct");
});

test("the list closes on Escape and on blur, and opens on a click", async () => {
  await openPage();
  await userEvent.type(modelField(), "qwen");
  await findOption();
  await userEvent.keyboard("{Escape}");
  expect(options()).toEqual([]);
  await userEvent.click(modelField());
  expect(options()).toEqual(MODEL_IDS);
  await userEvent.tab();
  expect(options()).toEqual([]);
});

test("a model ID that is not listed is accepted, without the spaces around it", async () => {
  await openPage();
  await userEvent.type(modelField(), " org/my-model {Enter}");
  expect(modelField().value).toBe("org/my-model");
});

test("model IDs are looked up 200 ms after the last keystroke", async () => {
  vi.useFakeTimers();
  const requests = mockFetch(respond);
  render(<App />);
  for (const text of ["q", "qw", "qwe"]) {
    fireEvent.change(modelField(), { target: { value: text } });
    await advance(199);
  }
  await advance(1);
  const searches = requests.filter(({ path }) => path === "/local/models").map(({ query }) => query.search);
  expect(searches).toEqual(["qwe"]);
});

test("the field works without a list if the lookup fails", async () => {
  vi.useFakeTimers();
  mockFetch((request) =>
    request.path === "/local/models"
      ? errorResponse(502, "hub_unreachable", "The Hub did not respond.")
      : respond(request),
  );
  render(<App />);
  fireEvent.change(modelField(), { target: { value: "org/model" } });
  await advance(1000);
  expect(modelField()).toHaveAttribute("aria-expanded", "false");
  expect(modelField().value).toBe("org/model");
  expect(screen.queryByRole("alert")).toBeNull();
});
