import { useState } from "react";

import { Spinner } from "../components/Spinner";
import { PRIMARY_BUTTON } from "../components/styles";
import { ModelField } from "../run/ModelField";
import { TokenField } from "../run/TokenField";
import type { ComparisonState } from "./useComparison";

interface CompareFormProps {
  /** The model of the comparison, which the field starts with. */
  model: string;
  state: ComparisonState;
  hfToken: string;
  onTokenChange: (hfToken: string) => void;
  onSubmit: (model: string) => void;
}

/** The model and the token. Enter in either field submits. */
export function CompareForm({ model, state, hfToken, onTokenChange, onSubmit }: CompareFormProps) {
  const [text, setText] = useState(model);
  const [lastModel, setLastModel] = useState(model);
  if (model !== lastModel) {
    setLastModel(model);
    setText(model);
  }
  const isLoading = state.status === "loading";
  const code = state.status === "error" ? state.error.code : undefined;
  const submit = () => {
    if (text !== "" && !isLoading) {
      onSubmit(text);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      noValidate
      className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] lg:items-start"
    >
      <ModelField value={text} onChange={setText} onEnter={submit} />
      <TokenField
        value={hfToken}
        onChange={onTokenChange}
        isNeeded={code === "model_gated" || code === "hf_token_rejected"}
        action="Compare"
      />
      <button
        type="submit"
        disabled={text === ""}
        aria-disabled={text === "" || isLoading}
        aria-busy={isLoading}
        className={`h-11 lg:mt-6 lg:min-w-36 ${PRIMARY_BUTTON}`}
      >
        {isLoading && <Spinner />}
        Compare
      </button>
    </form>
  );
}
