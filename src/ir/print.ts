import type { Attribute } from "./attribute.ts";
import type { Graph } from "./graph.ts";
import type { Node } from "./node.ts";
import type { Value } from "./value.ts";
import type { Model, ModelFunction } from "./model.ts";
import type { Tensor } from "./tensor.ts";
import { sizeOf } from "./tensor.ts";
import { hashTensor } from "./hash.ts";
import { printElements, printFloat, printName } from "./text-literals.ts";
import { printType } from "./type.ts";

/** How much of the constants the text shows. */
export interface PrintOptions {
  /** Constants of at most so many elements are printed in full; 16 unless told. */
  readonly maxElements?: number;
  /** Whether larger ones show the start of their sha256, which reads all of their bytes; true unless told. */
  readonly digests?: boolean;
}

/** The model as text: opsets, graph, functions. Equal models give equal text; `parseModel` reads it back. */
export function printModel(model: Model, options: PrintOptions = {}): string {
  const lines = [`ir ${model.irVersion}`, ...opsetLines(model.opsets), ""];
  const printer = new Printer(lines, options);
  printer.graph(model.graph, "graph", "");
  for (const [, fn] of [...model.functions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push("");
    printer.function(fn);
  }
  return lines.join("\n") + "\n";
}

/** One graph as text, with the graphs nested in it. */
export function printGraph(graph: Graph, options: PrintOptions = {}): string {
  const lines: string[] = [];
  new Printer(lines, options).graph(graph, "graph", "");
  return lines.join("\n") + "\n";
}

/** One node as text, without the bodies of its subgraphs; for messages. */
export function printNode(node: Node): string {
  return `${printOutputs(node)} = ${printCall(node)}${printNodeName(node)}`;
}

function opsetLines(opsets: ReadonlyMap<string, number>): string[] {
  return [...opsets]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([domain, version]) => (domain === "" ? `opset ${version}` : `opset ${printName(domain)} ${version}`));
}

function printReference(value: Value | undefined): string {
  return value === undefined ? "_" : `%${printName(value.name)}`;
}

function printDeclaration(value: Value | undefined): string {
  return value?.type === undefined ? printReference(value) : `${printReference(value)}: ${printType(value.type)}`;
}

function printOutputs(node: Node): string {
  return node.outputs.length === 0 ? "()" : node.outputs.map(printDeclaration).join(", ");
}

function printCall(node: Node): string {
  const domain = node.domain === "" ? "" : `${printName(node.domain)}::`;
  const overload = node.overload === "" ? "" : `:${printName(node.overload)}`;
  return `${domain}${printName(node.opType)}${overload}(${node.inputs.map(printReference).join(", ")})`;
}

function printNodeName(node: Node): string {
  return node.name === "" ? "" : ` @${printName(node.name)}`;
}

class Printer {
  readonly #lines: string[];
  readonly #maxElements: number;
  readonly #digests: boolean;

  constructor(lines: string[], options: PrintOptions) {
    this.#lines = lines;
    this.#maxElements = options.maxElements ?? 16;
    this.#digests = options.digests ?? true;
  }
  graph(graph: Graph, head: string, indent: string): void {
    this.#lines.push(`${indent}${head}${graph.name === "" ? "" : ` ${printName(graph.name)}`} {`);
    this.#body(graph, `${indent}  `);
    this.#lines.push(`${indent}}`);
  }
  function(fn: ModelFunction): void {
    const overload = fn.overload === "" ? "" : `:${printName(fn.overload)}`;
    this.#lines.push(`function ${printName(fn.domain)}::${printName(fn.name)}${overload} {`);
    for (const line of opsetLines(fn.opsets)) this.#lines.push(`  ${line}`);
    for (const name of fn.attributes) this.#lines.push(`  attribute ${printName(name)}`);
    for (const [name, value] of fn.attributeDefaults) {
      this.#lines.push(`  attribute ${printName(name)} = ${this.#attribute(value, "  ")}`);
    }
    this.#body(fn.body, "  ");
    this.#lines.push("}");
  }
  #body(graph: Graph, indent: string): void {
    for (const input of graph.inputs) {
      const preset = input.constant === undefined ? "" : ` = ${this.#tensor(input.constant)}`;
      this.#lines.push(`${indent}in ${printDeclaration(input)}${preset}`);
    }
    for (const value of graph.constants)
      if (!value.isInput && value.constant !== undefined) {
        const type = `${value.constant.dtype}[${value.constant.shape.join(",")}]`;
        this.#lines.push(`${indent}const ${printReference(value)}: ${type} = ${this.#tensor(value.constant)}`);
      }
    for (const node of graph.nodes()) this.#node(node, indent);
    for (const output of graph.outputs) this.#lines.push(`${indent}out ${printReference(output)}`);
  }
  #node(node: Node, indent: string): void {
    const attributes = [...node.attributes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, attribute]) => `${printName(name)}=${this.#attribute(attribute, indent)}`);
    const list = attributes.length === 0 ? "" : ` {${attributes.join(", ")}}`;
    this.#lines.push(`${indent}${printOutputs(node)} = ${printCall(node)}${list}${printNodeName(node)}`);
  }
  #tensor(tensor: Tensor): string {
    const size = sizeOf(tensor.shape);
    if (size <= this.#maxElements) return printElements(tensor);
    return this.#digests ? `<sha=${hashTensor(tensor).slice(0, 8)}>` : `<${tensor.byteLength} bytes>`;
  }
  #typedTensor(tensor: Tensor): string {
    return `${tensor.dtype}[${tensor.shape.join(",")}] ${this.#tensor(tensor)}`;
  }
  #nested(graph: Graph, indent: string): string {
    const lines: string[] = [];
    new Printer(lines, { maxElements: this.#maxElements, digests: this.#digests }).graph(graph, "graph", indent);
    return lines.join("\n").trimStart();
  }
  #list<T>(kind: string, items: readonly T[], print: (item: T) => string): string {
    return items.length === 0 ? `${kind}[]` : `[${items.map(print).join(", ")}]`;
  }
  #attribute(attribute: Attribute, indent: string): string {
    const printText = (text: string | Uint8Array): string =>
      typeof text === "string" ? JSON.stringify(text) : `hex"${Buffer.from(text).toString("hex")}"`;
    switch (attribute.kind) {
      case "float":
        return printFloat(attribute.value);
      case "int":
        return String(attribute.value);
      case "string":
        return printText(attribute.value);
      case "tensor":
        return this.#typedTensor(attribute.value);
      case "graph":
        return this.#nested(attribute.value, `${indent}  `);
      case "sparse":
        return this.#sparse(attribute.value);
      case "type":
        return `type ${printType(attribute.value)}`;
      case "floats":
        return this.#list("floats", attribute.value, printFloat);
      case "ints":
        return this.#list("ints", attribute.value, String);
      case "strings":
        return this.#list("strings", attribute.value, printText);
      case "tensors":
        return this.#list("tensors", attribute.value, (tensor) => this.#typedTensor(tensor));
      case "graphs":
        return this.#list("graphs", attribute.value, (graph) => this.#nested(graph, `${indent}  `));
      case "sparses":
        return this.#list("sparses", attribute.value, (sparse) => this.#sparse(sparse));
      case "types":
        return this.#list("types", attribute.value, (type) => `type ${printType(type)}`);
      case "reference":
        return `ref ${printName(attribute.value)} ${attribute.type}`;
    }
  }
  #sparse(sparse: { readonly shape: readonly number[]; readonly values: Tensor; readonly indices: Tensor }): string {
    return `sparse [${sparse.shape.join(", ")}] ${this.#typedTensor(sparse.values)} ${this.#typedTensor(sparse.indices)}`;
  }
}
