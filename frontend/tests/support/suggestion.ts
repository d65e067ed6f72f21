import { vi } from "vitest";

import { changedFields, configValues } from "../../src/configuration";
import type { Suggestion } from "../../src";
import { feasible } from "./golden";

/** A suggestion whose form holds the recommended values, with `changes`. */
export function suggestionOf(
  recommendation = feasible("fits-one-gpu"),
  changes: Partial<Suggestion> = {},
): Suggestion {
  const recommended = configValues(recommendation);
  return {
    model: "org/model",
    instanceType: "g5.12xlarge",
    values: recommended,
    isLoading: false,
    recommendation,
    current: recommendation,
    changed: changedFields(changes.values ?? recommended, recommended),
    isUpdating: false,
    needsToken: false,
    warnings: { byField: {}, general: recommendation.warnings },
    updatedValues: {},
    tpOptions: recommendation.valid_tp_options,
    buttonId: "suggest",
    suggest: vi.fn(),
    apply: vi.fn(),
    ...changes,
  };
}
