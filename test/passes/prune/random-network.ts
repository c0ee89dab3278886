import { uniformNumbers } from "../../../src/ir/index.ts";

/** A value on the way: name, channels; all are [2, C, 4, 4]. */
interface Stream {
  readonly name: string;
  readonly channels: number;
}

/** The text of a random network of convolutions, sums, joins, gates, splits and classifier; the same for the same seed. */
export function randomNetwork(seed: number): string {
  const next = uniformNumbers(seed);
  const below = (n: number): number => Math.floor(next() * n);
  const constants: string[] = [];
  const nodes: string[] = [];
  let count = 0;
  const constant = (shape: readonly number[], fill = "random"): string => {
    const name = `%k${constants.length}`;
    constants.push(`  const ${name}: float32[${shape.join(",")}] = ${fill}(${seed * 1000 + constants.length})`);
    return name;
  };
  const node = (call: string, channels: number): Stream => {
    const name = `%v${count++}`;
    nodes.push(`  ${name} = ${call} @n${count}`);
    return { name, channels };
  };
  const conv = (x: Stream, channels: number, size: number): Stream => {
    const bias = below(2) === 0 ? "" : `, ${constant([channels])}`;
    const pads = size === 3 ? "{pads=[1, 1, 1, 1]}" : "";
    return node(`Conv(${x.name}, ${constant([channels, x.channels, size, size])}${bias}) ${pads}`, channels);
  };
  const streams: Stream[] = [conv({ name: "%x", channels: 3 }, 4 * (1 + below(5)), 3)];
  const pick = (): Stream => streams[Math.max(0, streams.length - 1 - below(3))] as Stream;
  const steps: readonly ((x: Stream) => Stream)[] = [
    (x) => conv(x, 4 * (1 + below(5)), 3),
    (x) => conv(x, 4 * (1 + below(5)), 1),
    (x) =>
      node(`Conv(${x.name}, ${constant([x.channels, 1, 3, 3])}) {group=${x.channels}, pads=[1, 1, 1, 1]}`, x.channels),
    (x) => node(`Conv(${x.name}, ${constant([2 * x.channels, 2, 1, 1])}) {group=${x.channels / 2}}`, 2 * x.channels),
    (x) => node(`ConvTranspose(${x.name}, ${constant([x.channels, 8, 1, 1])})`, 8),
    (x) => {
      const [scale, bias, mean] = [1, 2, 3].map(() => constant([x.channels])) as [string, string, string];
      const variance = constant([x.channels], "positive");
      return node(`BatchNormalization(${x.name}, ${scale}, ${bias}, ${mean}, ${variance})`, x.channels);
    },
    (x) => node(`InstanceNormalization(${x.name}, ${constant([x.channels])}, ${constant([x.channels])})`, x.channels),
    (x) => node(`Mul(${x.name}, ${node(`Sigmoid(${x.name})`, x.channels).name})`, x.channels),
    (x) => node(`PRelu(${x.name}, ${constant([x.channels, 1, 1])})`, x.channels),
    (x) => node(`Add(${constant([1, x.channels, 1, 1])}, ${x.name})`, x.channels),
    (x) => node(`MaxPool(${x.name}) {kernel_shape=[3, 3], pads=[1, 1, 1, 1]}`, x.channels),
    (x) => {
      const pooled = node(`GlobalAveragePool(${x.name})`, x.channels);
      const gate = node(`HardSigmoid(${conv(conv(pooled, 4, 1), x.channels, 1).name})`, x.channels);
      return node(`Mul(${gate.name}, ${x.name})`, x.channels);
    },
    (x) => {
      const other = streams.filter(({ channels }) => channels === x.channels);
      return node(`Add(${x.name}, ${(other[below(other.length)] as Stream).name})`, x.channels);
    },
    (x) => {
      const other = pick();
      return node(`Concat(${x.name}, ${other.name}) {axis=1}`, x.channels + other.channels);
    },
    (x) => {
      const half = x.channels / 2;
      const names = [`%v${count++}`, `%v${count++}`] as const;
      nodes.push(`  ${names.join(", ")} = Split(${x.name}) {axis=1} @n${count}`);
      const first = conv({ name: names[0], channels: half }, half, 1);
      return node(`Concat(${names[1]}, ${first.name}) {axis=1}`, x.channels);
    },
    (x) => {
      const turned = node(`Transpose(${x.name}) {perm=[0, 2, 3, 1]}`, x.channels);
      const scaled = node(`Mul(${turned.name}, ${constant([x.channels])})`, x.channels);
      return node(`Transpose(${scaled.name}) {perm=[0, 3, 1, 2]}`, x.channels);
    },
    (x) => node(`Softmax(${x.name}) {axis=${below(2) === 0 ? 1 : 3}}`, x.channels),
  ];
  const length = 4 + below(10);
  for (let i = 0; i < length; i++) {
    const step = steps[below(steps.length)] as (typeof steps)[number];
    const made = step(pick());
    if (made.channels <= 64) streams.push(made);
  }
  const last = streams.at(-1) as Stream;
  const flat = node(`Flatten(${last.name})`, last.channels * 16);
  const hidden = node(`Gemm(${flat.name}, ${constant([8, flat.channels])}, ${constant([8])}) {transB=1}`, 8);
  const output = node(`MatMul(${node(`Relu(${hidden.name})`, 8).name}, ${constant([8, 3])})`, 3);
  return `opset 17
graph g {
  in %x: float32[2,3,4,4]
${constants.join("\n")}
${nodes.join("\n")}
  out ${output.name}
}
`;
}
