import type { Attribute, RuntimeValue } from "../../../ir/index.ts";
import { tensorFromElements, tensorFromStrings } from "../../../ir/index.ts";
import type { ReferenceOp } from "../../types.ts";

/** Constant: the value of whichever of its attributes is set; scalars and lists since opset 12. */
export const constant: ReferenceOp = {
  domain: "",
  name: "Constant",
  run(call) {
    const named = [...call.node.attributes].filter(([name]) => name.startsWith("value") || name === "sparse_value");
    const [attribute] = named;
    if (attribute === undefined || named.length > 1) throw new RangeError("Constant: not exactly one value");
    return [valueOf(attribute[1])];
  },
};

function valueOf(attribute: Attribute): RuntimeValue {
  switch (attribute.kind) {
    case "tensor":
      return attribute.value;
    case "sparse":
      return { kind: "sparse", sparse: attribute.value };
    case "float":
      return tensorFromElements("float32", [], Float32Array.of(attribute.value));
    case "floats":
      return tensorFromElements("float32", [attribute.value.length], Float32Array.from(attribute.value));
    case "int":
      return tensorFromElements("int64", [], BigInt64Array.of(attribute.value));
    case "ints":
      return tensorFromElements("int64", [attribute.value.length], BigInt64Array.from(attribute.value));
    case "string":
      return tensorFromStrings([], [attribute.value]);
    case "strings":
      return tensorFromStrings([attribute.value.length], attribute.value);
    default:
      throw new TypeError(`Constant: an attribute of kind ${attribute.kind}`);
  }
}
