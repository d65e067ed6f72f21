import { vi } from "vitest";

import type { ServiceError } from "../../src/types";

/** A request as the page sent it. */
export interface SentRequest {
  url: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  signal: AbortSignal | undefined;
}

export type Respond = (request: SentRequest) => Response | Promise<Response>;

/** Replace `fetch` with `respond`. Returns the list of requests, which grows as they are sent. */
export function mockFetch(respond: Respond): SentRequest[] {
  const requests: SentRequest[] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit = {}) => {
    const request = sentRequest(url, init);
    requests.push(request);
    return rejectOnAbort(Promise.resolve(respond(request)), request.signal);
  });
  return requests;
}

export const json = (body: unknown, status = 200) => Response.json(body, { status });

export const errorResponse = (status: number, code: ServiceError["code"], error: string) =>
  json({ error, code }, status);

export const networkError: Respond = () => Promise.reject(new TypeError("Failed to fetch"));

/** A response that arrives when the test calls `resolve`. */
export function deferredResponse(): { response: Promise<Response>; resolve: (response: Response) => void } {
  let resolve: (response: Response) => void = () => undefined;
  const response = new Promise<Response>((resolvePromise) => (resolve = resolvePromise));
  return { response, resolve };
}

function sentRequest(url: string, init: RequestInit): SentRequest {
  const { pathname, searchParams } = new URL(url, "http://page.test");
  return {
    url,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { ...(init.headers as Record<string, string> | undefined) },
    signal: init.signal ?? undefined,
  };
}

function rejectOnAbort(response: Promise<Response>, signal: AbortSignal | undefined): Promise<Response> {
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("Aborted", "AbortError")));
  });
  return Promise.race([response, aborted]);
}
