/** What the local server lists for the Run page. Elsewhere the fields do without. */

export interface InstanceType {
  name: string;
  family: string;
  accelerator_type: "gpu" | "neuron";
  accelerator_name: string;
  accelerator_count: number;
  accelerator_memory_gib: number;
}

/** The instance types of the table; empty where nobody lists them. */
export function fetchInstanceTypes(signal: AbortSignal): Promise<InstanceType[]> {
  return list("/local/instance-types", signal);
}

/** Repositories whose name holds `text`; empty where nobody knows any. */
export function fetchModelNames(text: string, signal: AbortSignal): Promise<string[]> {
  return list(`/local/models?${new URLSearchParams({ search: text }).toString()}`, signal);
}

async function list<T>(url: string, signal: AbortSignal): Promise<T[]> {
  try {
    const response = await fetch(url, { signal });
    const body: unknown = response.ok ? await response.json() : [];
    return Array.isArray(body) ? (body as T[]) : [];
  } catch {
    return [];
  }
}
