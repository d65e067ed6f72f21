/** How the memory of one GPU is divided. */

import type { Memory } from "./types";

export type MemoryPartName = "weights" | "kv_cache" | "activations" | "runtime" | "unused";

export interface MemoryPart {
  name: MemoryPartName;
  label: string;
  gib: number;
}

export interface MemoryBreakdown {
  /** In the order of the bar, from left to right. They add up to `totalGib`. */
  parts: MemoryPart[];
  /** All memory of the GPU, or what the configuration needs if that is more. */
  totalGib: number;
  /** What vLLM may use: `gpu_memory_utilization` of the GPU's memory. */
  budgetGib: number;
  /** How much the configuration needs beyond the budget. */
  excessGib: number;
}

/** Divide a GPU's memory into parts. If weights and overhead exceed the budget, nothing is left for the KV cache. */
export function memoryBreakdown(memory: Memory): MemoryBreakdown {
  const excessGib = Math.max(0, -memory.kv_cache_gib);
  const parts: MemoryPart[] = [
    { name: "weights", label: "Weights", gib: memory.weights_gib },
    { name: "kv_cache", label: "KV cache", gib: Math.max(0, memory.kv_cache_gib) },
    { name: "activations", label: "Activations", gib: memory.activations_gib },
    { name: "runtime", label: "CUDA graphs and runtime", gib: memory.cuda_graphs_gib + memory.non_torch_gib },
    { name: "unused", label: "Unused", gib: excessGib > 0 ? 0 : memory.unused_gib },
  ];
  return {
    parts,
    totalGib: excessGib > 0 ? memory.budget_gib + excessGib : memory.visible_gib,
    budgetGib: memory.budget_gib,
    excessGib,
  };
}
