import { vi } from "vitest";

import type { ServiceError } from "../../src/types";

/** A request as it left the page. */
export interface Asked {
  url: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  signal: AbortSignal | undefined;
}

type Respond = (asked: Asked) => Response | Promise<Response>;

/** Puts `respond` in the network's place; the requests are in the list that it returns. */
export function serve(respond: Respond): Asked[] {
  const requests: Asked[] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit = {}) => {
    const asked = askedOf(url, init);
    requests.push(asked);
    return unlessAborted(Promise.resolve(respond(asked)), asked.signal);
  });
  return requests;
}

export const json = (body: unknown, status = 200) => Response.json(body, { status });

export const failure = (status: number, code: ServiceError["code"], error: string) =>
  json({ error, code }, status);

/** A network that is not there. */
export const unreachable: Respond = () => Promise.reject(new TypeError("Failed to fetch"));

/** An answer that comes when the test says so. */
export function pending(): { response: Promise<Response>; answer: (response: Response) => void } {
  let answer: (response: Response) => void = () => undefined;
  const response = new Promise<Response>((resolve) => (answer = resolve));
  return { response, answer };
}

function askedOf(url: string, init: RequestInit): Asked {
  const { pathname, searchParams } = new URL(url, "http://page.test");
  return {
    url,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { ...(init.headers as Record<string, string> | undefined) },
    signal: init.signal ?? undefined,
  };
}

function unlessAborted(response: Promise<Response>, signal: AbortSignal | undefined): Promise<Response> {
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("Aborted", "AbortError")));
  });
  return Promise.race([response, aborted]);
}
