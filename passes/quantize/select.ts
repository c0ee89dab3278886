import type { Graph, Node, Value } from "../../src/ir/index.ts";
import type { Range } from "../../src/quant/index.ts";
import type { OperatorPolicy, QuantizationDialect } from "./dialect.ts";
import type { Exclusions } from "./exclusions.ts";
import { exclusionTest } from "./exclusions.ts";
import { activationsOf, isReadAsInteger, policyOf, readsInt8 } from "./integer-reads.ts";
import { collectSelection } from "./collect-selection.ts";
import type { NodeDecision, Selection, WeightedOperator } from "./selection.ts";

function isFloat32(value: Value | undefined): boolean {
  return value?.type?.kind === "tensor" && value.type.dtype === "float32";
}

/** Why a node of each role is INT8. */
const reasons: Readonly<Record<OperatorPolicy["role"], string>> = {
  anchor: "multiplies by constant weights",
  follower: "reads INT8",
  mover: "moves INT8 elements",
  clamp: "reads INT8",
};

/** The only node that reads a value, unless the value leaves the graph or a subgraph reads it. */
function soleReader(value: Value): Node | undefined {
  const user = value.soleUser;
  return user?.graph === value.graph ? user : undefined;
}

/** The Add behind a MatMul that adds one constant per column, when nothing else reads the product. */
function biasAddBehind(node: Node, columns: number): { readonly add: Node; readonly input: number } | undefined {
  const add = soleReader(node.output);
  if (add === undefined || add.opType !== "Add" || add.domain !== "") return undefined;
  const input = add.input(0) === node.output ? 1 : 0;
  const bias = add.input(input);
  if (bias === undefined || !bias.isConstant || !isFloat32(bias)) return undefined;
  const shape = bias.constant?.shape ?? [];
  return shape.length === 1 && shape[0] === columns ? { add, input } : undefined;
}

/** Chooses what becomes INT8 on a main graph, from operators, types and constants alone. */
export function selectInt8(graph: Graph, dialect: QuantizationDialect, exclusions: Exclusions): Selection {
  return new Selector(graph, dialect, exclusions).select();
}

class Selector {
  readonly #graph: Graph;
  readonly #dialect: QuantizationDialect;
  readonly #excluded: (node: Node) => string | undefined;
  readonly #decisions = new Map<Node, NodeDecision>();
  readonly #weighted: WeightedOperator[] = [];
  /** For each INT8 node the value that carries its result: its output, or that of the last node folded into it. */
  readonly #results = new Map<Node, Value>();
  /** Values that INT8 nodes compute; followers and movers take these up. */
  readonly #integer = new Set<Value>();

  readonly #limits = new Map<Value, Range>();

  constructor(graph: Graph, dialect: QuantizationDialect, exclusions: Exclusions) {
    this.#graph = graph;
    this.#dialect = dialect;
    this.#excluded = exclusionTest(exclusions);
  }

  select(): Selection {
    for (const node of this.#graph.nodes()) if (!this.#decisions.has(node)) this.#decide(node);
    this.#takeUpMoversAtInputs();
    this.#leaveEndsFloat();
    return collectSelection(this.#graph, this.#dialect, {
      decisions: this.#decisions,
      results: this.#results,
      limits: this.#limits,
      weighted: this.#weighted,
    });
  }

  #decide(node: Node): void {
    const policy = policyOf(this.#dialect, node);
    if (policy === undefined) {
      const reason = node.domain === "" ? this.#dialect.keptFloat[node.opType] : undefined;
      this.#decisions.set(node, { state: "float", reason: reason ?? this.#dialect.otherwise });
      return;
    }
    const reason = this.#excluded(node) ?? this.#refusal(node, policy) ?? policy.refuse?.(node);
    if (reason !== undefined) {
      this.#decisions.set(node, { state: "float", reason });
      return;
    }
    if (policy.weights !== undefined) this.#addWeighted(node, policy);
    this.#markInt8(node, policy, reasons[policy.role]);
  }

  /** Why a node cannot be INT8 by its operands. */
  #refusal(node: Node, policy: OperatorPolicy): string | undefined {
    const activations = activationsOf(node, policy);
    if (!activations.every(isFloat32)) return "an input is not known to be float32";
    const computed = activations.filter((value) => !value.isConstant);
    if (computed.length === 0) return "all inputs are constants";
    if (policy.role === "anchor") return this.#refuseWeights(node, policy);
    const integer = computed.filter((value) => this.#integer.has(value));
    if (policy.role === "mover" && (integer.length < computed.length || computed.length < activations.length))
      return "its input is float";
    return integer.length === 0 ? "none of its inputs is INT8" : undefined;
  }

  #refuseWeights(node: Node, policy: OperatorPolicy): string | undefined {
    const place = policy.weights;
    if (place === undefined) return undefined;
    const weights = node.input(place.input);
    if (weights === undefined || !weights.isConstant) return "its weights are computed";
    if (!isFloat32(weights)) return "its weights are not float32";
    if (place.bias === undefined) return undefined;
    const bias = node.input(place.bias);
    if (bias === undefined) return undefined;
    if (!bias.isConstant || !isFloat32(bias)) return "its bias is computed";
    const shape = weights.constant?.shape ?? [];
    const channels = shape[place.channelAxis(node, shape.length) ?? 0];
    if (bias.constant?.shape.length !== 1 || bias.constant.shape[0] !== channels)
      return "its bias has not one entry per output channel";
    return undefined;
  }

  #addWeighted(node: Node, policy: OperatorPolicy): void {
    const place = policy.weights;
    const weights = place === undefined ? undefined : node.input(place.input);
    const activation = activationsOf(node, policy)[0];
    if (place === undefined || weights?.constant === undefined || activation === undefined) return;
    const { shape } = weights.constant;
    const channelAxis = place.channelAxis(node, shape.length);
    const behind =
      place.biasBehind && this.#dialect.bias === "int32" && channelAxis !== undefined
        ? biasAddBehind(node, shape[channelAxis] ?? 0)
        : undefined;
    const addReason = behind === undefined ? undefined : this.#excluded(behind.add);
    const usesBehind = behind !== undefined && addReason === undefined;
    if (usesBehind) {
      this.#decisions.set(behind.add, {
        state: "folded",
        reason: "adds the bias of the product before it",
        into: node,
      });
      this.#results.set(node, behind.add.output);
    }
    const biasNode = usesBehind ? behind.add : place.bias === undefined ? undefined : node;
    const biasInput = usesBehind ? behind.input : (place.bias ?? 0);
    this.#weighted.push({
      node,
      weights,
      weightInput: place.input,
      channelAxis,
      activation,
      activationAxis: place.activationAxis,
      inputAxis: place.inputAxis(node, shape.length),
      biasNode,
      biasInput,
      bias: biasNode?.input(biasInput),
    });
  }

  #markInt8(node: Node, policy: OperatorPolicy, reason: string): void {
    this.#decisions.set(node, { state: "int8", reason });
    let result = this.#results.get(node) ?? node.output;
    if (this.#dialect.outputs === "quantized" && policy.role !== "mover") result = this.#foldClamps(node, result);
    this.#results.set(node, result);
    if (policy.floatOutput === true) return;
    // A mover with several outputs (Split) carries integers on each.
    for (const output of policy.role === "mover" ? node.outputs : [result])
      if (output !== undefined) this.#integer.add(output);
  }

  /** Takes the clamps right behind a node into it: they only cut the range its Q expresses. */
  #foldClamps(node: Node, from: Value): Value {
    let result = from;
    for (;;) {
      const next = soleReader(result);
      const policy = next === undefined ? undefined : policyOf(this.#dialect, next);
      if (next === undefined || policy?.role !== "clamp" || next.input(0) !== result) return result;
      const limits = policy.limits?.(next);
      // A range always holds zero: a clamp that does not cannot be part of it.
      if (this.#excluded(next) !== undefined || limits === undefined || !(limits.min <= 0 && limits.max >= 0))
        return result;
      const before = this.#limits.get(result) ?? limits;
      this.#decisions.set(next, { state: "folded", reason: `cuts the output range of ${node.opType}`, into: node });
      result = next.output;
      this.#limits.set(result, { min: Math.max(before.min, limits.min), max: Math.min(before.max, limits.max) });
    }
  }

  /** Movers between a graph input and INT8 readers move bytes instead of floats. */
  #takeUpMoversAtInputs(): void {
    for (const node of this.#graph.nodesReversed()) {
      const policy = policyOf(this.#dialect, node);
      if (policy?.role !== "mover" || this.#decisions.get(node)?.state !== "float") continue;
      if (this.#excluded(node) !== undefined || policy.refuse?.(node) !== undefined) continue;
      const inputs = activationsOf(node, policy);
      if (!inputs.every((value) => value.isInput && !value.isConstant && isFloat32(value))) continue;
      const readers = node.outputs.flatMap((output) => (output === undefined ? [] : [...output.uses]));
      const isRead =
        readers.length > 0 &&
        readers.every((use) => use.kind === "node" && readsInt8(this.#dialect, this.#decisions, use.node, use.index));
      if (isRead) this.#markInt8(node, policy, "moves an input to INT8 readers");
    }
  }

  /**
   * A follower that only float operators or the interface read stays float: its Q would round what is dequantized at
   * once (measured on squeezenet's last pool: 1 dB of output SQNR for 1 % of time). Anchors and movers before it stay.
   */
  #leaveEndsFloat(): void {
    const ends = [...this.#decisions].filter(([node, { state }]) => {
      const role = policyOf(this.#dialect, node)?.role;
      const isFollower = state === "int8" && (role === "follower" || role === "clamp");
      return isFollower && !isReadAsInteger(this.#dialect, this.#decisions, this.#results.get(node) ?? node.output);
    });
    const reason = "only float operators read its result";
    for (const [end] of ends) {
      this.#decisions.set(end, { state: "float", reason });
      for (const [node, decision] of this.#decisions)
        if (decision.state === "folded" && decision.into === end) this.#decisions.set(node, { state: "float", reason });
    }
  }
}
