import { expect, test } from "vitest";

import { EMPTY_FORM } from "../../src/run/benchmarkForm";
import { formFromQuery } from "../../src/run/formFromQuery";

test("a link fills the model and the instance type", () => {
  expect(formFromQuery("?model=org%2Fname&instance_type=g5.xlarge")).toEqual({
    ...EMPTY_FORM,
    model: "org/name",
    instanceType: "g5.xlarge",
  });
});

test("without parameters the form is empty", () => {
  expect(formFromQuery("")).toEqual(EMPTY_FORM);
});
