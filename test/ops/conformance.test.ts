import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CaseFolder } from "../../scripts/conformance/find-cases.ts";
import type { Dim, Model, Tensor, Value } from "../../src/ir/index.ts";
import { findCases } from "../../scripts/conformance/find-cases.ts";
import { numbersOf, printType, symbol, tensorType } from "../../src/ir/index.ts";
import { decodeModel, readTensorFile } from "../../src/onnx/index.ts";
import { inferTypes, mergeTypes, sameType, verifyOperators } from "../../src/ops/index.ts";
import { evaluateText } from "./evaluate-dim.ts";

const folder = "../shared/conformance";

interface Case {
  readonly id: string;
  readonly model: Model;
  /** Tensors of the first data set; undefined where the file holds something else. */
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly (Tensor | undefined)[];
}

let files: CaseFolder;

function readTensors(at: string, prefix: string, values: readonly Value[]): (Tensor | undefined)[] {
  return values.map(({ type }, i) => {
    const file = join(at, "test_data_set_0", `${prefix}_${i}.pb`);
    return type?.kind === "tensor" && existsSync(file) ? readTensorFile(readFileSync(file)) : undefined;
  });
}

/** Every case, with the declared types of computed values forgotten; preview domains have no inference and are left out. */
function* cases(): Iterable<Case> {
  for (const { id, folder: at } of files.cases) {
    const model = decodeModel(readFileSync(join(at, "model.onnx")));
    if ([...model.opsets.keys()].some((domain) => domain.includes("preview"))) continue;
    const inputs = readTensors(at, "input", model.graph.inputs);
    const outputs = readTensors(at, "output", model.graph.outputs);
    yield { id, model, inputs, outputs };
  }
}

function forget(model: Model): void {
  for (const node of model.graph.nodes())
    for (const value of node.outputs) if (value !== undefined) value.type = undefined;
}

/** Gives a graph input the content of a tensor that no caller can override (IR 3 has its constants among the inputs). */
function fix(model: Model, input: Value, tensor: Tensor): void {
  model.irVersion = 3;
  input.type = tensorType(tensor.dtype, tensor.shape);
  model.graph.addInitializer(input.name, tensor, input);
}

describe.skipIf(!existsSync(folder))("ONNX's backend test cases (skipped without ../shared/conformance)", () => {
  beforeAll(() => {
    files = findCases(folder);
  }, 300_000);
  afterAll(() => {
    files.cleanUp();
  }, 300_000);

  test("the verifier accepts every case, and the declared output types are never contradicted", () => {
    const findings: string[] = [];
    for (const { id, model } of cases()) {
      const declared = model.graph.outputs.map(({ type }) => type);
      forget(model);
      for (const problem of [...verifyOperators(model), ...inferTypes(model).problems])
        findings.push(`${id}: ${problem.message}`);
      model.graph.outputs.forEach((output, i) => {
        if (mergeTypes(declared[i], output.type).conflict !== undefined)
          findings.push(`${id}: ${output.name} is ${printType(declared[i])}, inferred ${printType(output.type)}`);
      });
    }
    expect(findings).toEqual([]);
  });

  test("with the inputs known, output types and contents are those of the expected results", () => {
    const findings: string[] = [];
    let [full, all] = [0, 0];
    for (const { id, model, inputs, outputs } of cases()) {
      forget(model);
      model.graph.inputs.forEach((input, i) => {
        const tensor = inputs[i];
        if (tensor !== undefined && tensor.byteLength < 4096) fix(model, input, tensor);
        else if (tensor !== undefined) input.type = tensorType(tensor.dtype, tensor.shape);
      });
      const { problems, shapeValues } = inferTypes(model);
      for (const problem of problems) findings.push(`${id}: ${problem.message}`);
      model.graph.outputs.forEach((output, i) => {
        const tensor = outputs[i];
        if (tensor === undefined) return;
        const actual = tensorType(tensor.dtype, tensor.shape);
        if (mergeTypes(actual, output.type).conflict !== undefined)
          findings.push(`${id}: ${output.name} is ${printType(actual)}, inferred ${printType(output.type)}`);
        all++;
        if (sameType(output.type, actual)) full++;
        const content = shapeValues.get(output);
        const elements = content === undefined ? [] : Array.from(numbersOf(tensor));
        content?.forEach((dim, at) => {
          if (dim !== undefined && dim !== elements[at])
            findings.push(`${id}: ${output.name}[${at}] is ${elements[at]}, inferred ${String(dim)}`);
        });
      });
    }
    expect(findings).toEqual([]);
    console.info(`${full} of ${all} outputs of the conformance cases are inferred fully`);
    // What is left depends on the data (NonZero, Unique, strings), or is newer than opset 26, or of ai.onnx.ml.
    expect(full / all).toBeGreaterThan(0.93);
  });

  test("with every dimension a symbol, inferred expressions evaluate to the sizes of the expected results", () => {
    const findings: string[] = [];
    let known = 0;
    for (const { id, model, inputs, outputs } of cases()) {
      forget(model);
      const bindings = new Map<string, number>();
      model.graph.inputs.forEach((input, i) => {
        const tensor = inputs[i];
        if (tensor === undefined) return;
        const isShapeLike = tensor.shape.length <= 1 && tensor.byteLength < 200;
        if (isShapeLike) fix(model, input, tensor);
        else
          input.type = tensorType(
            tensor.dtype,
            tensor.shape.map((size) => newSymbol(bindings, size)),
          );
      });
      inferTypes(model);
      model.graph.outputs.forEach((output, i) => {
        const { type } = output;
        const sizes = outputs[i]?.shape;
        if (type?.kind !== "tensor" || type.shape === undefined || sizes === undefined) return;
        const dims = type.shape.map((dim) => evaluateText(dim, bindings));
        known += dims.filter((dim) => dim !== undefined).length;
        if (dims.length !== sizes.length || dims.some((dim, axis) => dim !== undefined && dim !== sizes[axis]))
          findings.push(`${id}: ${output.name} is [${sizes.join()}], inferred ${printType(type)}`);
      });
    }
    expect(findings).toEqual([]);
    expect(known).toBeGreaterThan(4000);
  });
});

function newSymbol(bindings: Map<string, number>, size: number): Dim {
  const name = `s${bindings.size}`;
  bindings.set(name, size);
  return symbol(name);
}
