import type { AttributeProto, GraphProto } from "./graph.ts";
import type { TrainingInfoProto } from "./model.ts";
import type { TensorProto } from "./tensor.ts";

type Change = (tensor: TensorProto) => TensorProto;

/** The graphs of training, which the compiler carries without importing them, with every dense tensor replaced. */
export function mapTrainingTensors(info: TrainingInfoProto, change: Change): TrainingInfoProto {
  const { initialization, algorithm } = info;
  return {
    ...info,
    ...(initialization === undefined ? {} : { initialization: mapGraph(initialization, change) }),
    ...(algorithm === undefined ? {} : { algorithm: mapGraph(algorithm, change) }),
  };
}

function mapGraph(graph: GraphProto, change: Change): GraphProto {
  const { initializer, node } = graph;
  return {
    ...graph,
    ...(initializer === undefined ? {} : { initializer: initializer.map(change) }),
    ...(node === undefined ? {} : { node: node.map((each) => mapNode(each, change)) }),
  };
}

function mapNode<N extends { readonly attribute?: readonly AttributeProto[] }>(node: N, change: Change): N {
  const { attribute } = node;
  return attribute === undefined ? node : { ...node, attribute: attribute.map((each) => mapAttribute(each, change)) };
}

function mapAttribute(attribute: AttributeProto, change: Change): AttributeProto {
  const { t, tensors, g, graphs } = attribute;
  return {
    ...attribute,
    ...(t === undefined ? {} : { t: change(t) }),
    ...(tensors === undefined ? {} : { tensors: tensors.map(change) }),
    ...(g === undefined ? {} : { g: mapGraph(g, change) }),
    ...(graphs === undefined ? {} : { graphs: graphs.map((each) => mapGraph(each, change)) }),
  };
}
