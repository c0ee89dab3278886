import type { CpuFeature } from "../kernel.ts";
import type { Form, FormOperand, ImmediateKind } from "./form.ts";
import { flagBits, flags, kinds } from "./operand-kind.ts";

const prefixes: Readonly<Record<string, number>> = { "66": 1, f3: 2, f2: 3 };
const maps: Readonly<Record<string, number>> = { "0f": 1, "0f38": 2, "0f3a": 3 };
const featureNames: Readonly<Record<string, CpuFeature>> = {
  fma: "fma",
  avxvnni: "avxvnni",
  bw: "avx512bw",
  dq: "avx512dq",
  vnni: "avx512vnni",
  vbmi: "avx512vbmi",
  bf16: "avx512bf16",
};

const anyXmm = kinds.xmm | kinds.xmmHigh;
const anyYmm = kinds.ymm | kinds.ymmHigh;
const anyZmm = kinds.zmm | kinds.zmmHigh;
const highVectors = kinds.xmmHigh | kinds.ymmHigh | anyZmm;
const highIndices = kinds.vectorIndexXHigh | kinds.vectorIndexYHigh | kinds.vectorIndexZ | kinds.vectorIndexZHigh;

const vectorOfBits = (bits: number): number => (bits === 512 ? anyZmm : bits === 256 ? anyYmm : anyXmm);

/** Register tokens whose width does not depend on the form. */
const fixedRegisters: Readonly<Record<string, readonly [accepts: number, bits: number]>> = {
  r8: [kinds.r8, 8],
  r16: [kinds.r16, 16],
  r32: [kinds.r32, 32],
  r64: [kinds.r64, 64],
  k: [kinds.k, 0],
  x: [anyXmm, 128],
  y: [anyYmm, 256],
  z: [anyZmm, 512],
};
/** Vectors that are a fraction of the form's length, but never shorter than xmm. */
const fractions: Readonly<Record<string, number>> = { v: 1, h: 2, q: 4, e: 8 };
const vectorIndices: Readonly<Record<string, number>> = {
  x: kinds.vectorIndexX | kinds.vectorIndexXHigh,
  y: kinds.vectorIndexY | kinds.vectorIndexYHigh,
  z: kinds.vectorIndexZ | kinds.vectorIndexZHigh,
};
const immediates = new Set(["ib", "is", "iw", "iz", "iq"]);
const generalOfBits: Readonly<Record<number, number>> = { 8: kinds.r8, 16: kinds.r16, 32: kinds.r32, 64: kinds.r64 };

interface Context {
  readonly encoding: "legacy" | "vex" | "evex";
  readonly width: number;
}

/**
 * One operand of the notation: alternatives joined by `/`, then `{k}` (mask allowed), `{kz}` (zeroing too) or `{K}`
 * (mask needed).
 */
function parseOperand(text: string, { encoding, width }: Context): FormOperand {
  const [alternatives = "", decoration] = text.split("{");
  let accepts = 0;
  let registerBits = 0;
  let memoryBits = 0;
  let broadcastBits = 0;
  let fixedIndex: number | undefined;
  let immediate: FormOperand["immediate"];
  for (const token of alternatives.split("/")) {
    const fixed = fixedRegisters[token];
    const fraction = fractions[token];
    const element = /^b(\d+)$/.exec(token)?.[1];
    const memory = /^m([hqe]?)(\d*)$/.exec(token);
    const gathered = /^vm(\d+)([xyz])$/.exec(token);
    if (fixed !== undefined) {
      accepts |= fixed[0];
      registerBits = fixed[1];
    } else if (fraction !== undefined) {
      registerBits = width / fraction;
      accepts |= vectorOfBits(registerBits);
    } else if (token === "r" || token === "a") {
      registerBits = width;
      accepts |= generalOfBits[width] ?? 0;
      if (token === "a") fixedIndex = 0;
    } else if (token === "cl") {
      accepts |= kinds.r8;
      fixedIndex = 1;
    } else if (memory !== null) {
      accepts |= kinds.memory;
      const fractionOfWidth = width / (fractions[memory[1] ?? ""] ?? 1);
      memoryBits = memory[2] === "" ? registerBits || fractionOfWidth : Number(memory[2]);
    } else if (gathered !== null) {
      accepts |= vectorIndices[gathered[2] ?? ""] ?? 0;
      memoryBits = Number(gathered[1]);
    } else if (element !== undefined) {
      if (encoding !== "evex") continue;
      accepts |= kinds.broadcast;
      broadcastBits = Number(element);
    } else if (immediates.has(token)) {
      accepts |= kinds.immediate;
      immediate = token as ImmediateKind;
    } else if (token === "1") {
      accepts |= kinds.immediate;
      immediate = "one";
    } else {
      throw new Error(`Unknown operand ${token} in ${text}.`);
    }
  }
  if (encoding !== "evex") accepts &= ~(highVectors | highIndices);
  else if (decoration !== undefined) accepts |= decoration === "kz}" ? flagBits : flags.masked;
  const needsMask = decoration === "K}";
  return { accepts, memoryBits, broadcastBits, needsMask, fixedIndex, immediate };
}

const roundingOperand = (kind: "er" | "sae"): FormOperand => ({
  accepts: kind === "er" ? kinds.rounding : kinds.suppress,
  memoryBits: 0,
  broadcastBits: 0,
  needsMask: false,
  fixedIndex: undefined,
  immediate: undefined,
});

/** Memory and broadcast are not possible together with static rounding. */
const registersOnly = (operand: FormOperand): FormOperand => ({
  ...operand,
  accepts: operand.accepts & ~(kinds.memory | kinds.broadcast),
});

const defaultWidths = { legacy: "0", vex: "128/256", evex: "128/256/512" } as const;

function jumpForm(mnemonic: string, near: string): Form {
  const operand: FormOperand = { ...roundingOperand("er"), accepts: kinds.label };
  const unused = { reg: -1, vvvv: -1, rm: -1, opcodeRegister: -1, is4: -1, immediate: -1, rounding: -1, digit: -1 };
  const displacementUnit = 1;
  const fixed = { width: 0, prefix: 0, map: 0, w: 0, ambiguousMemory: false, features: [] };
  return {
    mnemonic,
    encoding: "jump",
    ...fixed,
    ...unused,
    displacementUnit,
    opcode: parseInt(near, 16),
    operands: [operand],
  };
}

/**
 * Forms of one line of a table: `ENCODING OPCODE[/DIGIT] ROLES OPERANDS [| ATTRIBUTES]`, see docs/assembler.md. One line
 * makes a form for each width, and for VEX and EVEX where the line says `vex+evex`.
 */
export function parseForms(mnemonic: string, line: string): Form[] {
  const [main = "", attributeText = ""] = line.split("|").map((part) => part.trim());
  const [encodingText = "", opcodeText = "", roles = "", ...operandTexts] = main.split(/[\s,]+/);
  if (encodingText === "jump") return [jumpForm(mnemonic, opcodeText)];
  const attributes = attributeText.split(" ").filter((name) => name !== "");
  const [family = "", ...fields] = encodingText.split(".");
  const [opcodeHex = "", digitText] = opcodeText.split("/");
  const forms: Form[] = [];
  const legacy = /^o([\d/]+)$/.exec(family)?.[1];
  const encodings = legacy !== undefined ? ["legacy" as const] : (family.split("+") as ("vex" | "evex")[]);
  for (const encoding of encodings) {
    const sized = fields.find((field) => /^l\d/.test(field))?.slice(1);
    const widths = legacy ?? sized ?? (fields.includes("lig") ? "128" : defaultWidths[encoding]);
    for (const width of widths.split("/").map(Number)) {
      if (encoding === "vex" && width === 512) continue;
      const wide = fields.find((field) => /^w[01](\/1)?$/.test(field)) ?? "w0";
      const w =
        encoding === "legacy"
          ? Number(width === 64)
          : wide === "w1" || (wide === "w0/1" && encoding === "evex")
            ? 1
            : 0;
      const operands = operandTexts.map((text) => parseOperand(text, { encoding, width }));
      const position = (role: string): number => roles.indexOf(role);
      const form: Form = {
        mnemonic,
        encoding,
        width,
        prefix: prefixes[fields.find((field) => field in prefixes) ?? ""] ?? 0,
        map: maps[fields.find((field) => field in maps) ?? ""] ?? 0,
        w,
        opcode: parseInt(opcodeHex, 16),
        digit: digitText === undefined ? -1 : Number(digitText),
        reg: position("R"),
        vvvv: position("V"),
        rm: position("M"),
        opcodeRegister: position("O"),
        is4: position("S"),
        immediate: position("I"),
        rounding: -1,
        displacementUnit: displacementUnit(operands, attributes),
        operands,
        ambiguousMemory: false,
        features: features(encoding, width, fields, attributes),
      };
      forms.push(form);
      const kind = attributes.includes("er") ? "er" : attributes.includes("sae") ? "sae" : undefined;
      if (kind !== undefined && encoding === "evex" && (width === 512 || fields.includes("lig"))) {
        forms.push(withRounding(form, kind));
      }
    }
  }
  return forms;
}

function withRounding(form: Form, kind: "er" | "sae"): Form {
  const at = form.immediate < 0 ? form.operands.length : form.immediate;
  const operands = form.operands.map(registersOnly);
  operands.splice(at, 0, roundingOperand(kind));
  return { ...form, operands, rounding: at, immediate: form.immediate < 0 ? -1 : at + 1 };
}

function features(
  encoding: "legacy" | "vex" | "evex",
  width: number,
  fields: readonly string[],
  attributes: readonly string[],
): readonly CpuFeature[] {
  if (encoding === "legacy") return [];
  const named = attributes.flatMap((name) => featureNames[name] ?? []);
  if (encoding === "vex") {
    // Opmask instructions are VEX-encoded AVX-512; everything else needs AVX2 at most, which stands for AVX too.
    if (attributes.includes("mask")) return ["avx512f", ...named];
    return ["avx2", ...named.filter((name) => !name.startsWith("avx512"))];
  }
  const scalar = fields.includes("lig") || attributes.includes("novl");
  const own = named.filter((name) => name.startsWith("avx512"));
  return ["avx512f", ...own, ...(width < 512 && !scalar ? (["avx512vl"] as const) : [])];
}

/** The width of the access, or of one element where the access has no fixed width (compress, expand). */
function displacementUnit(operands: readonly FormOperand[], attributes: readonly string[]): number {
  if (attributes.includes("element32")) return 4;
  return Math.max(8, ...operands.map((operand) => operand.memoryBits)) / 8;
}
