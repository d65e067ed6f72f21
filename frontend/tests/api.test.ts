import { describe, expect, test } from "vitest";

import { getRecommendation, RecommendError } from "../src/api";
import { golden } from "./support/golden";
import { deferredResponse, errorResponse, json, mockFetch, networkError } from "./support/service";

const recommend = (hfToken?: string) => getRecommendation("org/model", "g5.xlarge", hfToken);

async function rejection(promise: Promise<unknown>): Promise<RecommendError> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RecommendError);
  return error as RecommendError;
}

describe("the request", () => {
  test("goes to the page's own origin, with percent-encoded parameters", async () => {
    const requests = mockFetch(() => json(golden("fits-one-gpu")));
    await recommend();
    expect(requests[0]?.url).toBe("/api/v1/recommend?model=org%2Fmodel&instance_type=g5.xlarge");
    expect(requests[0]?.headers).toEqual({});
  });

  test("goes to baseUrl if it is given", async () => {
    const requests = mockFetch(() => json(golden("fits-one-gpu")));
    await getRecommendation("m", "i", "", {}, { baseUrl: "https://api.test" });
    expect(requests[0]?.url).toBe("https://api.test/api/v1/recommend?model=m&instance_type=i");
  });

  test("sends the trimmed token in a header and not in the URL", async () => {
    const requests = mockFetch(() => json(golden("fits-one-gpu")));
    await recommend(" hf_secret\n");
    expect(requests[0]?.headers).toEqual({ "X-HF-Token": "hf_secret" });
    expect(requests[0]?.url).not.toContain("secret");
  });

  test("sends only the overrides that are defined", async () => {
    const requests = mockFetch(() => json(golden("fits-one-gpu")));
    await getRecommendation("m", "i", undefined, { tp: 2, quantization: "none", concurrency: undefined });
    expect(requests[0]?.query).toEqual({ model: "m", instance_type: "i", tp: "2", quantization: "none" });
  });
});

test.each(["fits-one-gpu", "pre-quantized", "does-not-fit", "neuron"])(
  "the response %s is returned unchanged",
  async (name) => {
    mockFetch(() => json(golden(name)));
    await expect(recommend()).resolves.toEqual(golden(name));
  },
);

describe("an error", () => {
  test("has the service's message, code and status", async () => {
    mockFetch(() => errorResponse(403, "model_gated", "org/model is gated."));
    const error = await rejection(recommend());
    expect([error.message, error.code, error.status]).toEqual(["org/model is gated.", "model_gated", 403]);
  });

  test("is service_unreachable if the network fails", async () => {
    mockFetch(networkError);
    const error = await rejection(recommend());
    expect(error.code).toBe("service_unreachable");
    expect(error.message).toContain("Cannot reach the recommendation service");
  });

  test.each([
    ["HTML from a proxy", new Response("<html>", { status: 504 })],
    ["the gateway's own error format", json({ message: "Too Many Requests" }, 429)],
    ["HTML with status 200", new Response("<!doctype html>")],
    ["unknown JSON", json({ hello: "world" })],
    ["a list", json([])],
    ["null", json(null)],
  ])("is service_bad_response if the body is %s", async (_, response) => {
    mockFetch(() => response);
    const error = await rejection(recommend());
    expect(error.code).toBe("service_bad_response");
    expect(error.status).toBe(response.status);
    expect(error.message).toContain(`status ${response.status}`);
  });

  test("about invalid characters in the token does not quote the token, and nothing is sent", async () => {
    const requests = mockFetch(() => json(golden("fits-one-gpu")));
    const error = await rejection(recommend("hf_sécret"));
    expect(error.code).toBe("invalid_request");
    expect(error.message).not.toContain("cret");
    expect(requests).toEqual([]);
  });
});

describe("an aborted request", () => {
  test("rejects with the signal's reason while waiting for the response", async () => {
    const controller = new AbortController();
    mockFetch(() => deferredResponse().response);
    const response = getRecommendation("m", "i", undefined, {}, { signal: controller.signal });
    controller.abort(new Error("superseded"));
    await expect(response).rejects.toThrow("superseded");
  });

  test("rejects with the signal's reason while reading the body", async () => {
    const controller = new AbortController();
    const body = new ReadableStream({
      pull(stream) {
        controller.abort(new Error("superseded"));
        stream.error(new Error("connection closed"));
      },
    });
    mockFetch(() => new Response(body));
    const response = getRecommendation("m", "i", undefined, {}, { signal: controller.signal });
    await expect(response).rejects.toThrow("superseded");
  });
});
