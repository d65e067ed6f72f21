import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const SERVICE = "http://127.0.0.1:3000";

export default defineConfig({
  base: "./", // so that the page can be served from any path
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "suggest-config": fileURLToPath(new URL("src/index.ts", import.meta.url)) } },
  server: { proxy: { "/api": SERVICE, "/local": SERVICE } },
  build: {
    assetsInlineLimit: 0, // the content security policy does not allow data: URLs
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    isolate: false, // one jsdom per worker instead of one per file, which takes a third of the time
    testTimeout: 30_000,
    restoreMocks: true,
    unstubGlobals: true,
    coverage: {
      include: ["src/**/*.{ts,tsx}"],
      exclude: ["src/schema.d.ts", "src/main.tsx"],
      reporter: ["text"],
    },
  },
});
