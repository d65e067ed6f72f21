/** Lists provided by the local server. On other servers they are empty. */

export interface InstanceType {
  name: string;
  family: string;
  accelerator_type: "gpu" | "neuron";
  accelerator_name: string;
  accelerator_count: number;
  accelerator_memory_gib: number;
}

/** All instance types in the table. */
export function fetchInstanceTypes(signal: AbortSignal): Promise<InstanceType[]> {
  return fetchList("/local/instance-types", signal);
}

/** Hugging Face model IDs that contain `text`. */
export function fetchModelIds(text: string, signal: AbortSignal): Promise<string[]> {
  return fetchList(`/local/models?${new URLSearchParams({ search: text }).toString()}`, signal);
}

async function fetchList<T>(url: string, signal: AbortSignal): Promise<T[]> {
  try {
    const response = await fetch(url, { signal });
    const body: unknown = response.ok ? await response.json() : [];
    return Array.isArray(body) ? (body as T[]) : [];
  } catch {
    return [];
  }
}
