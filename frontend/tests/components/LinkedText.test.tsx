import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { LinkedText } from "../../src/components/LinkedText";

const links = (text: string) => {
  render(<LinkedText text={text} />);
  expect(document.body).toHaveTextContent(text);
  return screen.queryAllByRole("link").map((link) => link.getAttribute("href"));
};

test("addresses of the Hub and of AWS's documentation are links, without the punctuation after them", () => {
  expect(
    links(
      "Accept the terms (https://huggingface.co/org/model), see https://docs.aws.amazon.com/ec2/?id=1, " +
        "and create a token at huggingface.co/settings/tokens.",
    ),
  ).toEqual([
    "https://huggingface.co/org/model",
    "https://docs.aws.amazon.com/ec2/?id=1",
    "https://huggingface.co/settings/tokens",
  ]);
});

test("a link opens in a new tab that does not know this page", () => {
  render(<LinkedText text="huggingface.co/settings/tokens" />);
  expect(screen.getByRole("link")).toHaveAttribute("target", "_blank");
  expect(screen.getByRole("link")).toHaveAttribute("rel", "noreferrer");
});

test.each([
  "https://evil.test/huggingface.co/settings",
  "http://huggingface.co.evil.test/settings",
  "https://evil-huggingface.co/settings",
  "user@huggingface.co/settings",
  "http://huggingface.co/settings",
  "javascript:huggingface.co/settings",
  "huggingface.co",
])("%s is not a link", (address) => {
  expect(links(`See ${address} for more.`)).toEqual([]);
});

test("what is between backticks is code", () => {
  const { container } = render(<LinkedText text="`vllm serve` cannot run it, and `a` is not `b`." />);
  expect(container).toHaveTextContent("vllm serve cannot run it, and a is not b.");
  expect([...container.querySelectorAll("code")].map((code) => code.textContent)).toEqual([
    "vllm serve",
    "a",
    "b",
  ]);
});
