import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The parts alone: React is the form's own, and so is Tailwind, which finds the class names in lib/. */
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
