import type { AttributeSpec, FormalParameter, OpSchema } from "./types.ts";
import { schemaTable, typeLists } from "./schema-table.ts";

/** One row of the generated table: see `parameter` and `attribute` in scripts/generate-op-schemas.py. */
type Row = readonly [
  since: number,
  deprecated: 0 | 1,
  inputs: readonly string[],
  outputs: readonly string[],
  inputArity: readonly [number, number],
  outputArity: readonly [number, number],
  attributes: Readonly<Record<string, string | readonly [string, Exclude<AttributeSpec["fallback"], undefined>]>>,
  constraints: Readonly<Record<string, number>>,
];

/** Schemas read so far. The table is constant, so this only saves reading a row twice. */
const read = new Map<string, Map<string, readonly OpSchema[]>>();

/** All versions of an operator, oldest first; empty when the table does not know it. */
export function schemasOf(domain: string, opType: string): readonly OpSchema[] {
  const known = read.get(domain)?.get(opType);
  if (known !== undefined) return known;
  const operators = schemaTable[domain];
  const text = operators !== undefined && Object.hasOwn(operators, opType) ? operators[opType] : undefined;
  if (text === undefined) return [];
  const schemas = (JSON.parse(text) as readonly Row[]).map((row) => toSchema(domain, opType, row));
  const ofDomain = read.get(domain) ?? new Map<string, readonly OpSchema[]>();
  read.set(domain, ofDomain.set(opType, schemas));
  return schemas;
}

/** The version of an operator in force at `opset` (a version of its own domain); undefined when there is none. */
export function schemaOf(domain: string, opType: string, opset: number): OpSchema | undefined {
  let found: OpSchema | undefined;
  for (const schema of schemasOf(domain, opType)) if (schema.since <= opset) found = schema;
  return found;
}

/** The default that the specification names for an attribute of the node's operator; undefined when there is none. */
export function attributeDefault(
  node: { readonly domain: string; readonly opType: string },
  name: string,
  opset: number,
): AttributeSpec["fallback"] {
  return schemaOf(node.domain, node.opType, opset)?.attributes[name]?.fallback;
}

function toSchema(domain: string, name: string, row: Row): OpSchema {
  const [since, deprecated, inputs, outputs, inputArity, outputArity, attributes, constraints] = row;
  return {
    domain,
    name,
    since,
    deprecated: deprecated === 1,
    inputs: inputs.map(toParameter),
    outputs: outputs.map(toParameter),
    minInputs: inputArity[0],
    maxInputs: inputArity[1] < 0 ? Infinity : inputArity[1],
    minOutputs: outputArity[0],
    maxOutputs: outputArity[1] < 0 ? Infinity : outputArity[1],
    attributes: Object.fromEntries(Object.entries(attributes).map(([key, entry]) => [key, toAttribute(entry)])),
    typeConstraints: Object.fromEntries(
      Object.entries(constraints).map(([key, index]) => [key, (typeLists[index] ?? "").split(";")]),
    ),
  };
}

function toParameter(text: string): FormalParameter {
  const match = /^([^?*:]+)(\?|\*(\d+)(~?))?:(.+)$/.exec(text);
  if (match === null) throw new Error(`schema table: cannot read the parameter "${text}"`);
  const [, name = "", mark, minArity, mixed, type = ""] = match;
  return {
    name,
    type,
    option: mark === undefined ? "single" : mark === "?" ? "optional" : "variadic",
    homogeneous: mixed !== "~",
    minArity: minArity === undefined ? 1 : Number(minArity),
  };
}

function toAttribute(entry: Row[6][string]): AttributeSpec {
  if (typeof entry === "string") {
    const required = entry.endsWith("!");
    return { kind: (required ? entry.slice(0, -1) : entry) as AttributeSpec["kind"], required };
  }
  const [kind, fallback] = entry;
  return {
    kind: kind as AttributeSpec["kind"],
    required: false,
    fallback: kind === "float" ? Math.fround(fallback as number) : fallback,
  };
}

/** The formal parameter that stands at `index`; the last variadic one covers every index from its own on. */
export function parameterAt(parameters: readonly FormalParameter[], index: number): FormalParameter | undefined {
  const last = parameters.at(-1);
  return parameters[index] ?? (last?.option === "variadic" ? last : undefined);
}
