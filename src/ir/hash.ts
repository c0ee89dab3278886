import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import type { Attribute } from "./attribute.ts";
import type { Graph } from "./graph.ts";
import type { Value } from "./value.ts";
import type { Model } from "./model.ts";
import type { Tensor } from "./tensor.ts";
import { printType } from "./type.ts";

/** Digests of tensors at hand: tensors are immutable, and reading a large one again takes seconds. */
const contents = new WeakMap<Tensor, string>();

/** The sha256 of dtype, shape and content of a tensor, in hex; read in blocks and remembered with the tensor. */
export function hashTensor(tensor: Tensor): string {
  const known = contents.get(tensor);
  if (known !== undefined) return known;
  const hash = createHash("sha256").update(`${tensor.dtype}[${tensor.shape.join(",")}]`);
  if (tensor.stringBytes !== undefined)
    for (const bytes of tensor.stringBytes) hash.update(`${bytes.byteLength}:`).update(bytes);
  else {
    const block = 1 << 22;
    for (let at = 0; at < tensor.byteLength; at += block)
      hash.update(tensor.read(at, Math.min(block, tensor.byteLength - at)));
  }
  const digest = hash.digest("hex");
  contents.set(tensor, digest);
  return digest;
}

/** Numbers for tensor objects: the same object has the same number, whatever it holds. */
export interface TensorNumbering {
  numberOf(tensor: Tensor): number;
}

/** An empty numbering; hashes that are to be compared share one. */
export function tensorNumbering(): TensorNumbering {
  const numbers = new WeakMap<Tensor, number>();
  let next = 0;
  return {
    numberOf: (tensor) => {
      const known = numbers.get(tensor);
      if (known !== undefined) return known;
      numbers.set(tensor, next);
      return next++;
    },
  };
}

/** What enters a structural hash. */
export interface HashOptions {
  /** Constants count by the identity of their tensor objects, so that no weight is read; by content without it. */
  readonly numbering?: TensorNumbering;
  /** Names of inner values and nodes count too; needed where data is bound to a model by name. */
  readonly names?: boolean;
}

/**
 * The structural hash of a model, in hex: operators, attributes, edges, constants, opsets and the names of the
 * interface; inner names count only on request, documentation and metadata never.
 */
export function hashModel(model: Model, options: HashOptions = {}): string {
  const state = new ModelHasher(options);
  state.text(`opsets ${JSON.stringify([...model.opsets].sort())}`);
  state.graph(model.graph);
  for (const [key, fn] of [...model.functions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    state.text(`function ${key} ${JSON.stringify([...fn.opsets].sort())} ${fn.attributes.join(",")}`);
    for (const [name, attribute] of [...fn.attributeDefaults].sort(([a], [b]) => (a < b ? -1 : 1)))
      state.attribute(name, attribute);
    state.graph(fn.body);
  }
  return state.digest();
}

/** Types belong to the interface of a main graph; in a body they are what inference knows, which may be more tomorrow. */
function typeIn(graph: Graph, value: Value): string {
  return graph.parent === undefined ? printType(value.type) : "";
}

class ModelHasher {
  readonly #hash: Hash = createHash("sha256");
  readonly #numbers = new Map<Value, number>();
  readonly #options: HashOptions;
  #pending: string[] = [];

  constructor(options: HashOptions) {
    this.#options = options;
  }
  text(text: string): void {
    this.#pending.push(text);
    if (this.#pending.length > 512) this.#flush();
  }
  #flush(): void {
    this.#hash.update(this.#pending.join("\n") + "\n");
    this.#pending = [];
  }
  digest(): string {
    this.#flush();
    return this.#hash.digest("hex");
  }
  #define(value: Value): number {
    const number = this.#numbers.size;
    this.#numbers.set(value, number);
    return number;
  }
  #refer(value: Value | undefined): string {
    if (value === undefined) return "-";
    const known = this.#numbers.get(value);
    if (known !== undefined) return String(known);
    return `${this.#define(value)}=${value.constant === undefined ? `?${value.name}` : this.#tensor(value.constant)}`;
  }
  #tensor(tensor: Tensor): string {
    const { numbering } = this.#options;
    return numbering === undefined ? hashTensor(tensor) : `#${numbering.numberOf(tensor)}`;
  }
  graph(graph: Graph): void {
    this.text("graph {");
    for (const input of graph.inputs) {
      const preset = input.constant === undefined ? "" : ` = ${this.#tensor(input.constant)}`;
      this.text(`in ${this.#define(input)} ${JSON.stringify(input.name)} ${typeIn(graph, input)}${preset}`);
    }
    for (const node of graph.nodes()) {
      const inputs = node.inputs.map((value) => this.#refer(value)).join(" ");
      for (const [name, attribute] of [...node.attributes].sort(([a], [b]) => (a < b ? -1 : 1)))
        this.attribute(name, attribute);
      const outputs = node.outputs.map((value) => (value === undefined ? "-" : this.#define(value))).join(" ");
      const names =
        this.#options.names === true
          ? ` ${JSON.stringify([node.name, ...node.outputs.map((v) => v?.name ?? "")])}`
          : "";
      this.text(`${node.domain}::${node.opType}:${node.overload} ${inputs} -> ${outputs}${names}`);
    }
    for (const output of graph.outputs)
      this.text(`out ${this.#refer(output)} ${JSON.stringify(output.name)} ${typeIn(graph, output)}`);
    this.text("}");
  }
  attribute(name: string, attribute: Attribute): void {
    switch (attribute.kind) {
      case "graph":
        this.text(`@${name}`);
        this.graph(attribute.value);
        return;
      case "graphs":
        this.text(`@${name} ${attribute.value.length}`);
        for (const graph of attribute.value) this.graph(graph);
        return;
      case "tensor":
        this.text(`@${name} ${this.#tensor(attribute.value)}`);
        return;
      case "tensors":
        this.text(`@${name} ${attribute.value.map((tensor) => this.#tensor(tensor)).join(" ")}`);
        return;
      case "sparse":
        this.text(
          `@${name} ${attribute.value.shape.join(",")} ${this.#tensor(attribute.value.values)} ${this.#tensor(attribute.value.indices)}`,
        );
        return;
      case "sparses":
        for (const sparse of attribute.value)
          this.text(
            `@${name} ${sparse.shape.join(",")} ${this.#tensor(sparse.values)} ${this.#tensor(sparse.indices)}`,
          );
        return;
      case "type":
        this.text(`@${name} ${printType(attribute.value)}`);
        return;
      case "types":
        this.text(`@${name} ${attribute.value.map(printType).join(" ")}`);
        return;
      case "ints":
        this.text(`@${name} ints ${attribute.value.join(",")}`);
        return;
      default:
        this.text(`@${name} ${attribute.kind} ${JSON.stringify(attribute.value, replacer)}`);
    }
  }
}

function replacer(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return "-0";
  return value;
}
