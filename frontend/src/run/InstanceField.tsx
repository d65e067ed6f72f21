import { formatAccelerators } from "../format";
import { CONTROL, Field } from "./Field";
import { fetchInstanceTypes, type InstanceType } from "./localServer";
import { useFetchedList } from "./useFetchedList";

interface InstanceFieldProps {
  id: string;
  value: string;
  onChange: (value: string) => void;
}

/** A select of instance types grouped by family, or a text field if the server does not list any. */
export function InstanceField({ id, value, onChange }: InstanceFieldProps) {
  const instanceTypes = useFetchedList(fetchInstanceTypes);
  const props = { id, value, className: CONTROL };
  return (
    <Field id={id} label="Instance Type">
      {instanceTypes?.length === 0 ? (
        <input
          {...props}
          placeholder="g5.12xlarge"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value.trim())}
        />
      ) : (
        <select {...props} onChange={(event) => onChange(event.target.value)}>
          <option value="">Select an instance type</option>
          <Options value={value} instanceTypes={instanceTypes ?? []} />
        </select>
      )}
    </Field>
  );
}

function Options({ value, instanceTypes }: { value: string; instanceTypes: InstanceType[] }) {
  const isListed = instanceTypes.some(({ name }) => name === value);
  return (
    <>
      {!isListed && value !== "" && <option>{value}</option>}
      {byFamily(instanceTypes).map(([family, members]) => (
        <optgroup key={family} label={family}>
          {members.map((instanceType) => (
            <option key={instanceType.name} value={instanceType.name}>
              {instanceType.name}: {formatAccelerators(instanceType)}
            </option>
          ))}
        </optgroup>
      ))}
    </>
  );
}

function byFamily(instanceTypes: InstanceType[]): [string, InstanceType[]][] {
  const families = [...new Set(instanceTypes.map(({ family }) => family))];
  return families.map((name) => [name, instanceTypes.filter(({ family }) => family === name)]);
}
