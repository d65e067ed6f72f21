import { act, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";

import { Link } from "../../src/app/Link";
import { navigate, pageUrl, useLocation } from "../../src/app/location";

afterEach(() => history.replaceState(null, "", "/"));

function Shown() {
  const { page, query } = useLocation();
  return (
    <p>
      {page} {query}
    </p>
  );
}

test("the page is the last segment of the path, in any folder", () => {
  history.replaceState(null, "", "/some/folder/compare?model=gpt2");
  render(<Shown />);
  expect(screen.getByText("compare ?model=gpt2")).toBeInTheDocument();
});

test("navigating renders again, and so does going back", async () => {
  render(<Shown />);
  act(() => navigate("compare?model=gpt2"));
  expect(screen.getByText("compare ?model=gpt2")).toBeInTheDocument();
  act(() => navigate("./"));
  expect(screen.getByText("run")).toBeInTheDocument();
  act(() => history.back());
  expect(await screen.findByText("compare ?model=gpt2")).toBeInTheDocument();
});

test("replacing leaves no entry in the history", () => {
  render(<Shown />);
  const { length } = history;
  act(() => navigate("compare?a=1", { replace: true }));
  act(() => navigate("compare?a=2", { replace: true }));
  expect(screen.getByText("compare ?a=2")).toBeInTheDocument();
  expect(history).toHaveLength(length);
});

test("a plain click on a link stays in the app; a click for a new tab is left to the browser", async () => {
  render(
    <>
      <Link href="compare">Open</Link>
      <Shown />
    </>,
  );
  const link = screen.getByRole("link");
  let isPrevented: boolean | undefined;
  // jsdom cannot open a tab, so stop the event once React has handled it.
  const record = (event: Event) => {
    isPrevented = event.defaultPrevented;
    event.preventDefault();
  };
  addEventListener("click", record);
  const user = userEvent.setup();
  await user.keyboard("{Control>}");
  await user.click(link);
  await user.keyboard("{/Control}");
  expect(isPrevented).toBe(false);
  expect(screen.getByText("run")).toBeInTheDocument();
  await user.click(link);
  expect(isPrevented).toBe(true);
  expect(screen.getByText("compare")).toBeInTheDocument();
  removeEventListener("click", record);
});

test("parameters without a value are left out of a URL", () => {
  expect(pageUrl("run")).toBe("./");
  expect(pageUrl("run", { model: "a/b", instance_type: "" })).toBe("./?model=a/b");
  expect(pageUrl("compare", { gpu: "RTX PRO 4500" })).toBe("compare?gpu=RTX+PRO+4500");
});
