/** The memory of one GPU as parts of a bar. */

import type { Memory } from "./types";

export type PartName = "weights" | "kv_cache" | "activations" | "runtime" | "unused";

export interface Part {
  name: PartName;
  label: string;
  gib: number;
}

export interface Bar {
  /** From left to right; they add up to the whole. */
  parts: Part[];
  /** What the whole bar stands for: all of the GPU, or all that is asked of it where that is more. */
  totalGib: number;
  /** What vLLM may use of the GPU. */
  limitGib: number;
  /** What goes beyond the limit. */
  excessGib: number;
}

/** The bar of `memory`. Where weights and overhead leave nothing for the cache, it shows what is too much. */
export function memoryBar(memory: Memory): Bar {
  const excessGib = Math.max(0, -memory.kv_cache_gib);
  const parts: Part[] = [
    { name: "weights", label: "Weights", gib: memory.weights_gib },
    { name: "kv_cache", label: "KV cache", gib: Math.max(0, memory.kv_cache_gib) },
    { name: "activations", label: "Activations", gib: memory.activations_gib },
    { name: "runtime", label: "CUDA graphs and runtime", gib: memory.cuda_graphs_gib + memory.non_torch_gib },
    { name: "unused", label: "Unused", gib: excessGib > 0 ? 0 : memory.unused_gib },
  ];
  return {
    parts,
    totalGib: excessGib > 0 ? memory.budget_gib + excessGib : memory.visible_gib,
    limitGib: memory.budget_gib,
    excessGib,
  };
}
