import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { RunPage } from "./run/RunPage";
import "./style.css";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <RunPage />
    </StrictMode>,
  );
}
