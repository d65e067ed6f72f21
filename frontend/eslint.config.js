import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import { defineConfig } from "eslint/config";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default defineConfig(
  { ignores: ["dist", "lib", "coverage", "src/schema.d.ts"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  reactHooks.configs.flat.recommended,
  jsxA11y.flatConfigs.strict,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // Numbers are fine in template strings.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Allow `const { omitted, ...rest } = object`.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      // Allow `onClick={() => close()}`.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  { files: ["*.js"], extends: [tseslint.configs.disableTypeChecked] },
);
