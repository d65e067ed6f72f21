import { describe, expect, test } from "vitest";

import { getRecommendation, RecommendError } from "../src/api";
import { golden } from "./support/golden";
import { failure, json, pending, serve, unreachable } from "./support/service";

const ask = (hfToken?: string) => getRecommendation("org/model", "g5.xlarge", hfToken);

async function errorOf(promise: Promise<unknown>): Promise<RecommendError> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RecommendError);
  return error as RecommendError;
}

describe("the request", () => {
  test("names model and instance type, percent-encoded, on the page's own origin", async () => {
    const requests = serve(() => json(golden("fits-one-gpu")));
    await ask();
    expect(requests[0]?.url).toBe("/api/v1/recommend?model=org%2Fmodel&instance_type=g5.xlarge");
    expect(requests[0]?.headers).toEqual({});
  });

  test("goes to another origin where one is given", async () => {
    const requests = serve(() => json(golden("fits-one-gpu")));
    await getRecommendation("m", "i", "", {}, { baseUrl: "https://api.test" });
    expect(requests[0]?.url).toBe("https://api.test/api/v1/recommend?model=m&instance_type=i");
  });

  test("carries the token in the header, without the spaces around it, and never in the address", async () => {
    const requests = serve(() => json(golden("fits-one-gpu")));
    await ask(" hf_secret\n");
    expect(requests[0]?.headers).toEqual({ "X-HF-Token": "hf_secret" });
    expect(requests[0]?.url).not.toContain("secret");
  });

  test("has the overrides that are given and no others", async () => {
    const requests = serve(() => json(golden("fits-one-gpu")));
    await getRecommendation("m", "i", undefined, { tp: 2, quantization: "none", concurrency: undefined });
    expect(requests[0]?.query).toEqual({ model: "m", instance_type: "i", tp: "2", quantization: "none" });
  });
});

describe("the answer", () => {
  test.each(["fits-one-gpu", "quantized-beforehand", "does-not-fit", "neuron"])(
    "of %s comes as it is",
    async (name) => {
      serve(() => json(golden(name)));
      await expect(ask()).resolves.toEqual(golden(name));
    },
  );
});

describe("an error", () => {
  test("has the service's sentence, code and status", async () => {
    serve(() => failure(403, "model_gated", "org/model is gated."));
    const error = await errorOf(ask());
    expect([error.message, error.code, error.status]).toEqual(["org/model is gated.", "model_gated", 403]);
  });

  test("says that the service cannot be reached", async () => {
    serve(unreachable);
    const error = await errorOf(ask());
    expect(error.code).toBe("service_unreachable");
    expect(error.message).toContain("cannot be reached");
  });

  test.each([
    ["a page of a proxy", new Response("<html>", { status: 504 })],
    ["the gateway's own envelope", json({ message: "Too Many Requests" }, 429)],
    ["a page in place of an answer", new Response("<!doctype html>")],
    ["an answer of something else", json({ hello: "world" })],
    ["a list", json([])],
    ["nothing", json(null)],
  ])("says that something else answered: %s", async (_, response) => {
    serve(() => response);
    const error = await errorOf(ask());
    expect(error.code).toBe("service_bad_response");
    expect(error.status).toBe(response.status);
    expect(error.message).toContain(`status ${response.status}`);
  });

  test("about characters that no token has does not repeat them, and nothing is sent", async () => {
    const requests = serve(() => json(golden("fits-one-gpu")));
    const error = await errorOf(ask("hf_sécret"));
    expect(error.code).toBe("invalid_request");
    expect(error.message).not.toContain("cret");
    expect(requests).toEqual([]);
  });
});

describe("a request that is aborted", () => {
  test("rejects with the signal's reason while it waits for the answer", async () => {
    const controller = new AbortController();
    serve(() => pending().response);
    const answer = getRecommendation("m", "i", undefined, {}, { signal: controller.signal });
    controller.abort(new Error("overtaken"));
    await expect(answer).rejects.toThrow("overtaken");
  });

  test("rejects with the signal's reason while it reads the answer", async () => {
    const controller = new AbortController();
    const cut = new ReadableStream({
      pull(stream) {
        controller.abort(new Error("overtaken"));
        stream.error(new Error("cut off"));
      },
    });
    serve(() => new Response(cut));
    const answer = getRecommendation("m", "i", undefined, {}, { signal: controller.signal });
    await expect(answer).rejects.toThrow("overtaken");
  });
});
