/** The client of `GET /api/v1/recommend`. */

import type { Overrides, RecommendResponse, ServiceError } from "./types";

/** Beside the service's own codes: it could not be reached, or something else answered in its place. */
export type ErrorCode = ServiceError["code"] | "service_unreachable" | "service_bad_response";

/** Why there is no answer. `message` is a sentence for a person, the service's own where it gave one. */
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
  /** The origin of the service, and its path prefix if it has one; without it the page's own origin. */
  baseUrl?: string;
  /** Aborts the request; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * The service's answer for a model on an instance type.
 *
 * Rejects with a `RecommendError`, or with the reason of `options.signal`. The token travels in a header only.
 */
export async function getRecommendation(
  model: string,
  instanceType: string,
  hfToken?: string,
  overrides: Overrides = {},
  { baseUrl = "", signal }: RequestOptions = {},
): Promise<RecommendResponse> {
  const headers = tokenHeader(hfToken);
  const query = queryText({ model, instance_type: instanceType, ...overrides });
  const response = await send(`${baseUrl}/api/v1/recommend?${query}`, { headers, signal });
  const body = await json(response, signal);
  if (response.ok && isAnswer(body)) {
    return body;
  }
  throw isServiceError(body)
    ? new RecommendError(body.error, body.code, response.status)
    : new RecommendError(
        `Something other than the service answered, with status ${response.status}. Try again in a moment.`,
        "service_bad_response",
        response.status,
      );
}

function tokenHeader(hfToken = ""): Record<string, string> {
  const token = hfToken.trim();
  // fetch would refuse other characters with an error that repeats them.
  if (!/^[\x21-\x7e]*$/.test(token)) {
    throw new RecommendError(
      "The Hub token has characters that no token has. Copy it anew from huggingface.co/settings/tokens.",
      "invalid_request",
    );
  }
  return token === "" ? {} : { "X-HF-Token": token };
}

function queryText(parameters: Record<string, string | number | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch {
    init.signal?.throwIfAborted();
    throw new RecommendError(
      "The recommendation service cannot be reached. Check the connection and try again.",
      "service_unreachable",
    );
  }
}

/** The body's JSON; `undefined` where it is none. */
async function json(response: Response, signal?: AbortSignal): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

function isAnswer(body: unknown): body is RecommendResponse {
  const explanation = isRecord(body) ? body.explanation : undefined;
  return isRecord(explanation) && typeof explanation.feasible === "boolean";
}

function isServiceError(body: unknown): body is ServiceError {
  return isRecord(body) && typeof body.error === "string" && typeof body.code === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
