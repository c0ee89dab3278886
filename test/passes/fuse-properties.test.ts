import fc from "fast-check";
import { expect, test } from "vitest";
import { passNamed } from "../../passes/index.ts";
import { cloneModel, parseModel, printModel } from "../../src/ir/index.ts";
import { inferTypes } from "../../src/ops/index.ts";
import { compareValues } from "../../src/pipeline/compare.ts";
import { runModel } from "../../src/reference/index.ts";
import { contextFor, randomFeeds } from "./fixture-case.ts";

/** Runs the pass on the text; the result must compute the same and have `nodes` nodes. Returns the printed result. */
async function check(name: string, text: string, nodes?: number): Promise<string> {
  const pass = passNamed(name);
  if (pass === undefined) throw new Error(`there is no pass ${name}`);
  const model = parseModel(text);
  inferTypes(model);
  const original = cloneModel(model);
  await pass.run(model, contextFor(pass.defaults, {}, []));
  const printed = printModel(model);
  if (nodes !== undefined) expect(model.graph.nodeCount, printed).toBe(nodes);
  const feeds = randomFeeds(original, {}, 7);
  const comparison = compareValues(runModel(original, feeds), runModel(model, feeds), pass.preserves);
  expect(comparison.verdict, `${comparison.detail}\n${text}\n${printed}`).not.toBe("mismatch");
  return printed;
}

const seed = fc.integer({ min: 1, max: 1_000_000 });
const dtype = fc.constantFrom("float32", "float16", "float64");

/** A linear operator: its text given input, name of output and an input type. */
interface Linear {
  readonly kind: "Conv" | "ConvTranspose" | "Gemm" | "MatMul";
  readonly group: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly pad: number;
  readonly bias: boolean;
  readonly transB: boolean;
}

const linear: fc.Arbitrary<Linear> = fc.record({
  kind: fc.constantFrom("Conv", "ConvTranspose", "Gemm", "MatMul"),
  group: fc.integer({ min: 1, max: 3 }),
  inputs: fc.integer({ min: 1, max: 2 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  kernel: fc.integer({ min: 1, max: 3 }),
  pad: fc.integer({ min: 0, max: 1 }),
  bias: fc.boolean(),
  transB: fc.boolean(),
});

function channels({ kind, group, inputs, outputs }: Linear): { readonly c: number; readonly m: number } {
  const groups = kind === "Conv" || kind === "ConvTranspose" ? group : 1;
  return { c: inputs * groups, m: outputs * groups };
}

function isSpatial({ kind }: Linear): boolean {
  return kind === "Conv" || kind === "ConvTranspose";
}

function inputShape(op: Linear): string {
  const { c } = channels(op);
  return isSpatial(op) ? `2,${c},4,3` : op.kind === "Gemm" ? `4,${c}` : `2,5,${c}`;
}

/** Constants and node of the operator. */
function linearText(op: Linear, type: string, from: string, to: string, at: number): readonly [string, string] {
  const { c, m } = channels(op);
  const shape =
    op.kind === "Conv"
      ? `${m},${op.inputs},${op.kernel},${op.kernel}`
      : op.kind === "ConvTranspose"
        ? `${c},${op.outputs},${op.kernel},${op.kernel}`
        : op.kind === "Gemm" && op.transB
          ? `${m},${c}`
          : `${c},${m}`;
  const hasBias = op.bias && op.kind !== "MatMul";
  const constants = [`const %w: ${type}[${shape}] = random(${at})`];
  if (hasBias) constants.push(`const %b: ${type}[${m}] = random(${at + 1})`);
  const attributes = isSpatial(op)
    ? `{group=${op.group}, pads=[${Array(4).fill(op.pad).join(", ")}]}`
    : op.kind === "Gemm"
      ? `{alpha=0.5, beta=3.0, transB=${op.transB ? 1 : 0}}`
      : "";
  return [constants.join("\n"), `${to} = ${op.kind}(${from}, %w${hasBias ? ", %b" : ""}) ${attributes} @linear`];
}

const step = fc.constantFrom("Mul", "Div", "Add", "Sub", "BatchNormalization", "Neg");

/** Constants and node of one affine step over channels. */
function stepText(
  opType: string,
  type: string,
  count: number,
  op: Linear,
  from: string,
  to: string,
  at: number,
): readonly [string, string] {
  if (opType === "Neg") return ["", `${to} = Neg(${from})`];
  if (opType === "BatchNormalization") {
    const names = ["s", "t", "m", "v"].map((name) => `${name}${at}`);
    const fills = ["random", "random", "random", "positive"];
    return [
      names.map((name, i) => `const %${name}: ${type}[${count}] = ${fills[i]}(${at + i})`).join("\n"),
      `${to} = BatchNormalization(${from}, ${names.map((name) => `%${name}`).join(", ")})`,
    ];
  }
  const shape = isSpatial(op) ? `${count},1,1` : `${count}`;
  return [`const %c${at}: ${type}[${shape}] = positive(${at})`, `${to} = ${opType}(${from}, %c${at})`];
}

test("affine steps after a linear operator fold into it, whatever its groups, layout and type", async () => {
  await fc.assert(
    fc.asyncProperty(
      linear,
      dtype,
      fc.array(step, { minLength: 1, maxLength: 3 }),
      seed,
      async (op, type, steps, at) => {
        const { m } = channels(op);
        const usable = steps.filter((s) => op.kind !== "MatMul" || !["BatchNormalization", "Add", "Sub"].includes(s));
        const constants: string[] = [];
        const nodes: string[] = [];
        const add = ([constant, node]: readonly [string, string]): void => {
          constants.push(constant);
          nodes.push(node);
        };
        add(linearText(op, type, "%x", "%y0", at));
        usable.forEach((s, i) => add(stepText(s, type, m, op, `%y${i}`, `%y${i + 1}`, at + 10 * (i + 1))));
        const text = `opset 15 graph g {\nin %x: ${type}[${inputShape(op)}]\n${constants.join("\n")}\n${nodes.join("\n")}\nout %y${usable.length}\n}`;
        await check("fuse-affine", text, 1);
      },
    ),
    { numRuns: 120 },
  );
});

test("affine steps before a linear operator fold into it where no padding is read", async () => {
  await fc.assert(
    fc.asyncProperty(linear, dtype, step, seed, async (op, type, s, at) => {
      const { c } = channels(op);
      const shifts = ["BatchNormalization", "Add", "Sub"].includes(s);
      const [constants, before] = stepText(s, type, c, op, "%x", "%x1", at + 10);
      const [weights, node] = linearText(op, type, "%x1", "%y", at);
      const text = `opset 15 graph g {\nin %x: ${type}[${inputShape(op)}]\n${constants}\n${weights}\n${before}\n${node}\nout %y\n}`;
      const folds =
        s !== "Neg" &&
        (!shifts || op.kind === "Gemm" || (op.kind === "Conv" && op.pad === 0)) &&
        !(s === "BatchNormalization" && op.kind === "MatMul");
      await check("fuse-affine", text, folds ? 1 : 2);
    }),
    { numRuns: 120 },
  );
});

test("chains of constants merge to one operator", async () => {
  const shape = fc.constantFrom("", "1", "3", "2,3", "2,1");
  const link = fc.record({ opType: fc.constantFrom("Mul", "Div", "Add", "Sub"), shape, first: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(link, { minLength: 2, maxLength: 4 }), seed, async (links, at) => {
      const lines = links.map(({ opType, first }, i) =>
        first && opType !== "Div" ? `%y${i + 1} = ${opType}(%c${i}, %y${i})` : `%y${i + 1} = ${opType}(%y${i}, %c${i})`,
      );
      const constants = links.map((l, i) => `const %c${i}: float32[${l.shape}] = positive(${at + i})`);
      const text = `opset 15 graph g {\nin %y0: float32[4,2,3]\n${constants.join("\n")}\n${lines.join("\n")}\nout %y${links.length}\n}`;
      await check("merge-constants", text);
    }),
    { numRuns: 120 },
  );
});

test("clamps of any kind in a row become one, with the same bits", async () => {
  const bound = fc.constantFrom("-2", "-0.5", "0", "0.25", "1", "6");
  const clamp = fc.oneof(
    fc.constant((from: string, to: string) => ["", `${to} = Relu(${from})`] as const),
    fc.tuple(fc.constantFrom("Max", "Min"), bound, fc.boolean(), fc.integer()).map(
      ([opType, value, first, id]) =>
        (from: string, to: string) =>
          [
            `const %k${Math.abs(id)}${to.slice(1)}: float32[] = ${value}`,
            `${to} = ${opType}(${first ? `%k${Math.abs(id)}${to.slice(1)}, ${from}` : `${from}, %k${Math.abs(id)}${to.slice(1)}`})`,
          ] as const,
    ),
    fc.tuple(bound, bound).map(
      ([low, high]) =>
        (from: string, to: string) =>
          [
            `const %l${to.slice(1)}: float32[] = ${low}\nconst %h${to.slice(1)}: float32[] = ${high}`,
            `${to} = Clip(${from}, %l${to.slice(1)}, %h${to.slice(1)})`,
          ] as const,
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(clamp, { minLength: 1, maxLength: 4 }), async (clamps) => {
      const parts = clamps.map((make, i) => make(`%y${i}`, `%y${i + 1}`));
      const text = `opset 15 graph g {\nin %y0: float32[64]\n${parts.map(([c]) => c).join("\n")}\n${parts.map(([, n]) => n).join("\n")}\nout %y${clamps.length}\n}`;
      await check("merge-clamps", text, 1);
    }),
    { numRuns: 120 },
  );
});
