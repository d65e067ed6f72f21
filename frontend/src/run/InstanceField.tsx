import { useId } from "react";

import { hardwareText } from "../format";
import { CONTROL, Field } from "./Field";
import { fetchInstanceTypes, type InstanceType } from "./local";
import { useList } from "./useList";

interface InstanceFieldProps {
  value: string;
  onChange: (value: string) => void;
}

/** The instance types of the table by family; where nobody lists them, a field for the name. */
export function InstanceField({ value, onChange }: InstanceFieldProps) {
  const id = useId();
  const listed = useList(fetchInstanceTypes);
  const types = listed ?? [];
  const shared = { id, value, className: CONTROL };
  return (
    <Field id={id} label="Instance Type">
      {listed?.length === 0 ? (
        <input
          {...shared}
          placeholder="g5.12xlarge"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value.trim())}
        />
      ) : (
        <select {...shared} onChange={(event) => onChange(event.target.value)}>
          <option value="">Choose</option>
          {!types.some(({ name }) => name === value) && value !== "" && <option>{value}</option>}
          {families(types).map(([family, members]) => (
            <optgroup key={family} label={family}>
              {members.map((type) => (
                <option key={type.name} value={type.name}>
                  {type.name}: {hardwareText(type)}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      )}
    </Field>
  );
}

function families(types: InstanceType[]): [string, InstanceType[]][] {
  const names = [...new Set(types.map(({ family }) => family))];
  return names.map((name) => [name, types.filter(({ family }) => family === name)]);
}
