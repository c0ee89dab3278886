import type { Attribute } from "./attribute.ts";
import { attr } from "./attribute.ts";
import type { Value } from "./value.ts";
import { Graph } from "./graph.ts";
import type { Model, ModelFunction } from "./model.ts";
import { functionKey } from "./model.ts";
import { NameScope } from "./names.ts";
import type { FindConstant } from "./parse-tensor.ts";
import { parseContent, parseType, parseTypedTensor } from "./parse-tensor.ts";
import type { ValueType } from "./type.ts";
import { TextReader } from "./text-reader.ts";

/** How the text is read. */
export interface ParseOptions {
  /** Finds constants that are printed as digests; without it such a constant is an error. */
  readonly findConstant?: FindConstant;
}

/**
 * Reads the text form of a model (docs: printModel). Besides what is printed, constants may be written as fills:
 * `zeros`, `ones`, `fill(x)`, `range`, `random(seed)`, `positive(seed)`. Throws a plain Error that names the line.
 */
export function parseModel(text: string, options: ParseOptions = {}): Model {
  return new Parser(new TextReader(text), options).model();
}

/** Values by name, with the scopes around. */
interface Scope {
  readonly values: Map<string, Value>;
  readonly outer: Scope | undefined;
}

class Parser {
  readonly #reader: TextReader;
  readonly #options: ParseOptions;

  constructor(reader: TextReader, options: ParseOptions) {
    this.#reader = reader;
    this.#options = options;
  }
  model(): Model {
    const reader: TextReader = this.#reader;
    let irVersion = 8;
    const opsets = new Map<string, number>();
    let graph: Graph | undefined;
    const functions = new Map<string, ModelFunction>();
    while (!reader.done) {
      if (reader.acceptWord("ir")) irVersion = Number(reader.integer());
      else if (reader.acceptWord("opset")) this.#opset(opsets);
      else if (reader.acceptWord("graph")) graph = this.#graph(new NameScope(), undefined, undefined);
      else if (reader.acceptWord("function")) {
        const fn = this.#function();
        functions.set(functionKey(fn.domain, fn.name, fn.overload), fn);
      } else reader.fail("ir, opset, graph or function");
    }
    return {
      irVersion,
      opsets,
      producerName: "",
      producerVersion: "",
      domain: "",
      modelVersion: 0n,
      docString: "",
      metadata: new Map(),
      graph: graph ?? reader.fail("a graph"),
      functions,
      extra: undefined,
    };
  }
  #opset(opsets: Map<string, number>): void {
    const domain = this.#reader.sees(/\d+(?:\s|$)/) ? "" : this.#reader.name();
    opsets.set(domain, Number(this.#reader.integer()));
  }
  #graph(names: NameScope, parent: Graph | undefined, outer: Scope | undefined): Graph {
    const graph = new Graph(this.#reader.optionalName() ?? "", names, parent);
    this.#reader.expect("{");
    this.#body(graph, outer);
    return graph;
  }
  #function(): ModelFunction {
    const reader: TextReader = this.#reader;
    const domain = reader.name();
    reader.expect("::");
    const name = reader.name();
    const overload = reader.accept(":") ? reader.name() : "";
    reader.expect("{");
    const opsets = new Map<string, number>();
    const attributes: string[] = [];
    const attributeDefaults = new Map<string, Attribute>();
    const body = new Graph(name, new NameScope());
    for (;;) {
      if (reader.acceptWord("opset")) this.#opset(opsets);
      else if (reader.acceptWord("attribute")) {
        const attribute = reader.name();
        if (reader.accept("=")) {
          attributeDefaults.set(attribute, this.#attribute(body, { values: new Map(), outer: undefined }));
        } else attributes.push(attribute);
      } else break;
    }
    this.#body(body, undefined);
    return {
      domain,
      name,
      overload,
      body,
      attributes,
      attributeDefaults,
      opsets,
      docString: "",
      metadata: new Map(),
      extra: undefined,
    };
  }
  #body(graph: Graph, outer: Scope | undefined): void {
    const reader: TextReader = this.#reader;
    const scope: Scope = { values: new Map(), outer };
    while (!reader.accept("}")) {
      if (reader.acceptWord("in")) {
        const [name, type] = this.#declaration();
        const value = graph.addInput(name, type);
        scope.values.set(name, value);
        if (reader.accept("=")) {
          if (type?.kind !== "tensor") reader.fail("a tensor type before a default value");
          graph.addInitializer(name, this.#content(type), value);
        }
      } else if (reader.acceptWord("const")) {
        reader.expect("%");
        const name = reader.name();
        reader.expect(":");
        const type = parseType(reader);
        reader.expect("=");
        scope.values.set(name, graph.addInitializer(name, this.#content(type)));
      } else if (reader.acceptWord("out")) graph.addOutput(this.#read(scope));
      else this.#node(graph, scope);
    }
  }
  #content(type: ValueType): ReturnType<typeof parseContent> {
    if (type.kind !== "tensor") this.#reader.fail("a tensor type");
    const shape = (type.shape ?? []).map((dim) =>
      typeof dim === "number" ? dim : this.#reader.fail("a static shape"),
    );
    return parseContent(this.#reader, type.dtype, shape, this.#options.findConstant);
  }
  #declaration(): readonly [string, ValueType | undefined] {
    this.#reader.expect("%");
    const name = this.#reader.name();
    return [name, this.#reader.accept(":") ? parseType(this.#reader) : undefined];
  }
  #read(scope: Scope): Value {
    this.#reader.expect("%");
    const name = this.#reader.name();
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      const value = at.values.get(name);
      if (value !== undefined) return value;
    }
    return this.#reader.fail(`a value defined before this, not %${name},`);
  }
  #node(graph: Graph, scope: Scope): void {
    const reader: TextReader = this.#reader;
    const outputs: ({ name: string; type: ValueType | undefined } | undefined)[] = [];
    if (!reader.accept("()"))
      do {
        if (reader.accept("_")) outputs.push(undefined);
        else {
          const [name, type] = this.#declaration();
          outputs.push({ name, type });
        }
      } while (reader.accept(","));
    reader.expect("=");
    let opType = reader.name();
    const domain = reader.accept("::") ? opType : "";
    if (domain !== "") opType = reader.name();
    const overload = reader.accept(":") ? reader.name() : "";
    const inputs = this.#inputs(scope);
    const attributes = new Map<string, Attribute>();
    if (reader.accept("{")) {
      do {
        const name = reader.name();
        reader.expect("=");
        attributes.set(name, this.#attribute(graph, scope));
      } while (reader.accept(","));
      reader.expect("}");
    }
    const name = reader.accept("@") ? reader.name() : "";
    const node = graph.append({ opType, domain, overload, name, inputs, outputs, attributes });
    for (const value of node.outputs) if (value !== undefined) scope.values.set(value.name, value);
  }
  #inputs(scope: Scope): (Value | undefined)[] {
    const reader: TextReader = this.#reader;
    const inputs: (Value | undefined)[] = [];
    reader.expect("(");
    if (reader.accept(")")) return inputs;
    do inputs.push(reader.accept("_") ? undefined : this.#read(scope));
    while (reader.accept(","));
    reader.expect(")");
    return inputs;
  }
  #attribute(graph: Graph, scope: Scope): Attribute {
    const reader: TextReader = this.#reader;
    if (reader.acceptWord("graph")) return attr.graph(this.#graph(graph.names, graph, scope));
    if (reader.acceptWord("type")) return { kind: "type", value: parseType(reader) };
    if (reader.acceptWord("ref")) return { kind: "reference", value: reader.name(), type: Number(reader.integer()) };
    if (reader.acceptWord("sparse")) {
      const shape = reader.list(() => Number(reader.integer()));
      const values = parseTypedTensor(reader, this.#options.findConstant);
      return {
        kind: "sparse",
        value: { shape, values, indices: parseTypedTensor(reader, this.#options.findConstant) },
      };
    }
    const empty = reader.match(/(floats|ints|strings|tensors|graphs|sparses|types)\[\]/)?.[1];
    if (empty !== undefined) return { kind: empty as "ints", value: [] };
    if (reader.sees(/\[/))
      return listOf(reader.list(() => this.#attribute(graph, scope))) ?? reader.fail("a list of one kind before this");
    const hex = reader.match(/hex"([0-9a-f]*)"/)?.[1];
    if (hex !== undefined) return { kind: "string", value: new Uint8Array(Buffer.from(hex, "hex")) };
    if (reader.sees(/"/)) return attr.string(reader.name());
    if (reader.sees(/-?\d+(?![\d.e])/)) return attr.int(reader.integer());
    if (reader.sees(/[-\d]|inf|nan/)) return attr.float(reader.number());
    return { kind: "tensor", value: parseTypedTensor(reader, this.#options.findConstant) };
  }
}

/** The list attribute whose members are these; undefined when their kinds differ. */
function listOf(items: readonly Attribute[]): Attribute | undefined {
  const kinds = new Set(items.map((item) => item.kind));
  const [kind] = kinds;
  if (kinds.size !== 1 || kind === "reference" || kind === undefined || kind.endsWith("s")) return undefined;
  return { kind: `${kind}s`, value: items.map((item) => item.value) } as Attribute;
}
