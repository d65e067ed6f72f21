import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import { LargerInstanceCard, QuantizationCard } from "../../src/components/OptionCard";
import { configValues } from "../../src/configuration";
import { defined, feasible } from "../support/golden";

const ALTERNATIVES = defined(feasible("quantized-at-load").alternatives);
const OPTION = defined(ALTERNATIVES.quantization_option);
const INFO = defined(ALTERNATIVES.larger_instance_info);

describe("QuantizationCard", () => {
  test("shows the quantization, when it happens, and the values", () => {
    render(<QuantizationCard letter="A" option={OPTION} values={{}} onApply={vi.fn()} />);
    const card = screen.getByRole("group", { name: "Option A: FP8" });
    expect(card).toHaveTextContent("Quantized at load");
    expect(card).toHaveTextContent("Weights32.2 GiB");
    expect(card).toHaveTextContent(`Concurrency${String(OPTION.concurrency)}`);
  });

  test("shows that it needs a pre-quantized checkpoint", () => {
    const option = { ...OPTION, requires_pre_quantized: true };
    render(<QuantizationCard option={option} values={{}} onApply={vi.fn()} />);
    expect(screen.getByRole("group", { name: "FP8" })).toHaveTextContent("Pre-quantized checkpoint");
  });

  test("shows whether the form holds its values", () => {
    const values = configValues(OPTION);
    const { rerender } = render(<QuantizationCard option={OPTION} values={values} onApply={vi.fn()} />);
    expect(screen.getByText("Applied")).toBeVisible();
    rerender(<QuantizationCard option={OPTION} values={{ ...values, concurrency: 7 }} onApply={vi.fn()} />);
    expect(screen.queryByText("Applied")).toBeNull();
  });

  test("applies its values", async () => {
    const onApply = vi.fn();
    render(<QuantizationCard option={OPTION} values={{}} onApply={onApply} />);
    await userEvent.click(screen.getByRole("button", { name: "Apply FP8 Config" }));
    expect(onApply).toHaveBeenCalledExactlyOnceWith(OPTION, "FP8 configuration");
  });
});

describe("LargerInstanceCard", () => {
  test("shows the accelerators and the values", () => {
    render(<LargerInstanceCard letter="B" instanceType="p5.4xlarge" info={INFO} />);
    const card = screen.getByRole("group", { name: "Option B: p5.4xlarge" });
    expect(card).toHaveTextContent("1 × H100, 80 GiB");
    expect(card).toHaveTextContent("Weights61.0 GiB");
  });

  test("shows what several GPUs hold together", () => {
    const info = { ...INFO, tensor_parallel_degree: 4 };
    render(<LargerInstanceCard instanceType="g6e.12xlarge" info={info} />);
    expect(screen.getByRole("group")).toHaveTextContent("Weights on all GPUs61.0 GiB");
  });

  test("shows the price if it is known", () => {
    render(<LargerInstanceCard instanceType="p5.4xlarge" info={{ ...INFO, usd_per_hour: 6.88 }} />);
    expect(screen.getByText("1 × H100, 80 GiB, $6.88/hour")).toBeVisible();
  });

  test("switches to the instance type, even if only its name is known", async () => {
    const onSwitch = vi.fn();
    render(<LargerInstanceCard instanceType="g7e.12xlarge" onSwitch={onSwitch} />);
    await userEvent.click(screen.getByRole("button", { name: "Switch to g7e.12xlarge" }));
    expect(onSwitch).toHaveBeenCalledExactlyOnceWith("g7e.12xlarge");
  });

  test("has no button without onSwitch", () => {
    render(<LargerInstanceCard instanceType="g7e.12xlarge" />);
    expect(screen.queryByRole("button")).toBeNull();
  });
});
