import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Builds the library. React and Tailwind come from the app that uses it. */
export default defineConfig({
  plugins: [react()],
  publicDir: false,
  build: {
    outDir: "lib",
    lib: { entry: "src/index.ts", formats: ["es"], fileName: "index" },
    minify: false,
    rollupOptions: { external: ["react", "react/jsx-runtime"] },
  },
});
