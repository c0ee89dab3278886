import { expect, test } from "vitest";
import { parseModel } from "../../src/ir/index.ts";
import { opVerifierRules, verifyOperators } from "../../src/ops/index.ts";

function codes(opset: number, body: string, functions = ""): string {
  const model = parseModel(
    `ir 8 opset ${opset} opset local 1 graph g { in %x: float32[2,3] in %i: int64[2,3] ${body} } ${functions}`,
  );
  return verifyOperators(model)
    .map(({ code, severity, message }) => `${code} ${severity} ${message}`)
    .join("; ");
}

test.each<[what: string, opset: number, body: string, expected: RegExp]>([
  [
    "an operator newer than the opset",
    13,
    "%y = Gelu(%x) out %y",
    /^IO0204 error Gelu exists from opset 20 on, .* imports opset 13$/,
  ],
  [
    "a deprecated operator",
    13,
    "const %s: float32[2] = [1, 2] %y = Upsample(%x, %s) out %y",
    /^IO0205 warning Upsample is deprecated since opset 10/,
  ],
  ["too few inputs", 13, "%y = Add(%x) out %y", /^IO0206 error Add: 1 inputs given, at least 2 needed$/],
  ["too many inputs", 13, "%y = Relu(%x, %x) out %y", /^IO0206 error Relu: 2 inputs given, at most 1 taken$/],
  ["an absent required input", 13, "%y = Add(_, %x) out %y", /^IO0206 error Add: required input "A" is absent$/],
  ["too many outputs", 13, "%y, %z = Relu(%x) out %y out %z", /^IO0206 error Relu: 2 outputs given, at most 1 taken$/],
  [
    "an input that used to be an attribute",
    13,
    "%y = Squeeze(%x) {axes=[0]} out %y",
    /^IO0208 warning Squeeze has no attribute "axes" in opset 13$/,
  ],
  [
    "an absent required attribute",
    13,
    "%y = Concat(%x, %x) out %y",
    /^IO0207 error Concat: required attribute "axis" is absent$/,
  ],
  [
    "an attribute of another kind",
    13,
    "%y = Softmax(%x) {axis=1.0} out %y",
    /^IO0207 error Softmax: attribute "axis" is of kind float, not int$/,
  ],
  [
    "a type that is not allowed",
    13,
    "%y = Exp(%i) out %y",
    /^IO0209 error Exp: input has type tensor\(int64\), which is not allowed$/,
  ],
  [
    "types that must agree",
    13,
    "%y = Add(%x, %i) out %y",
    /^IO0209 error Add: B has type tensor\(int64\), but T is tensor\(float\)$/,
  ],
  [
    "an output of the wrong type",
    13,
    "%y: int64[2,3] = Relu(%x) out %y",
    /^IO0209 error Relu: Y has type tensor\(int64\)/,
  ],
  [
    "a node of a branch",
    13,
    "const %c: bool[] = 1 %y = If(%c) {else_branch=graph e { %e = Relu(%x, %x) out %e }, then_branch=graph t { %t = Relu(%x) out %t }} out %y",
    /^IO0206/,
  ],
])("%s is found", (_, opset, body, expected) => {
  expect(codes(opset, body)).toMatch(expected);
});

test.each<[what: string, opset: number, body: string]>([
  ["optional inputs left out", 11, "%y = Clip(%x, _, %x) out %y"],
  ["unknown domains", 13, "%y = some.domain::Thing(%x) {a=1} out %y"],
  ["experimental operators that no version knows", 13, "%y = Crop(%x) {border=[1, 1, 1, 1]} out %y"],
  [
    "heterogeneous variadic inputs",
    13,
    "const %c: bool[] = 1 %a, %b = Loop(_, %c, %x, %i) {body=graph b { in %n: int64[] in %d: bool[] in %p: float32[2,3] in %q: int64[2,3] %r = Not(%d) %s = Relu(%p) %t = Neg(%q) out %r out %s out %t }} out %a out %b",
  ],
  ["calls of local functions", 13, "%y = local::F(%x, %i) out %y"],
])("%s pass", (_, opset, body) => {
  expect(codes(opset, body, "function local::F { opset 13 in %a in %b %c = Relu(%a) out %c }")).toBe("");
});

test("bodies of functions are checked against their own imports", () => {
  const fn = "function local::F { opset 20 in %a %c = Gelu(%a) %d = Swish(%c) out %d }";
  expect(codes(13, "%y = local::F(%x) out %y", fn)).toMatch(/^IO0204 error Swish exists from opset 24 on/);
});

test("the rules have names of their own", () => {
  const names = opVerifierRules.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
