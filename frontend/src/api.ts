/** Client for the API. */

import type { Overrides, RecommendResponse, ServiceError } from "./types";

/** A code of the service, or one of two for when the service was not reached or something else responded. */
export type ErrorCode = ServiceError["code"] | "service_unreachable" | "service_bad_response";

/** A failed request. `message` can be shown to the user; it is the service's own where it sent one. */
export class RecommendError extends Error {
  override readonly name = "RecommendError";

  constructor(
    message: string,
    readonly code: ErrorCode,
    readonly status?: number,
  ) {
    super(message);
  }
}

export interface RequestOptions {
  /** Origin of the service, with its path prefix if it has one. Defaults to the page's own origin. */
  baseUrl?: string;
  /** Aborts the request; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Request the recommended configuration for a model on an instance type.
 *
 * Rejects with a `RecommendError`, or with the reason of `options.signal`. The token is sent only in a header.
 */
export async function getRecommendation(
  model: string,
  instanceType: string,
  hfToken?: string,
  overrides: Overrides = {},
  { baseUrl, signal }: RequestOptions = {},
): Promise<RecommendResponse> {
  const query = { model, instance_type: instanceType, ...overrides };
  return getJson("/api/v1/recommend", query, isRecommendResponse, { hfToken, baseUrl, signal });
}

/** A `GET` request whose response has to satisfy `isExpected`. Rejects as `getRecommendation` does. */
export async function getJson<T>(
  path: string,
  query: Record<string, string | number | undefined>,
  isExpected: (body: unknown) => body is T,
  { hfToken, baseUrl = "", signal }: RequestOptions & { hfToken?: string },
): Promise<T> {
  const headers = tokenHeader(hfToken);
  const response = await send(`${baseUrl}${path}?${queryString(query)}`, { headers, signal });
  const body = await parseJson(response, signal);
  if (response.ok && isExpected(body)) {
    return body;
  }
  throw isServiceError(body)
    ? new RecommendError(body.error, body.code, response.status)
    : new RecommendError(
        `Unexpected response from the recommendation service (status ${response.status}). Try again in a moment.`,
        "service_bad_response",
        response.status,
      );
}

function tokenHeader(hfToken = ""): Record<string, string> {
  const token = hfToken.trim();
  // For any other character, fetch throws an error that quotes the token.
  if (!/^[\x21-\x7e]*$/.test(token)) {
    throw new RecommendError(
      "The Hugging Face token contains invalid characters. Copy it again from huggingface.co/settings/tokens.",
      "invalid_request",
    );
  }
  return token === "" ? {} : { "X-HF-Token": token };
}

function queryString(parameters: Record<string, string | number | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch {
    init.signal?.throwIfAborted();
    throw new RecommendError(
      "Cannot reach the recommendation service. Check your connection and try again.",
      "service_unreachable",
    );
  }
}

/** The parsed body, or `undefined` if it is not JSON. */
async function parseJson(response: Response, signal?: AbortSignal): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

function isRecommendResponse(body: unknown): body is RecommendResponse {
  const explanation = isRecord(body) ? body.explanation : undefined;
  return isRecord(explanation) && typeof explanation.feasible === "boolean";
}

function isServiceError(body: unknown): body is ServiceError {
  return isRecord(body) && typeof body.error === "string" && typeof body.code === "string";
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
