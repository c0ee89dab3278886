import type { CpuFeature } from "../kernel.ts";
import type { Form, FormOperand, FormRoles } from "./form.ts";
import { kinds } from "./operand-kind.ts";
import { parseOperand, plainOperand } from "./parse-operand.ts";
import type { Mnemonic } from "./tables/index.ts";

const prefixes: Readonly<Record<string, number>> = { "66": 1, f3: 2, f2: 3 };
const maps: Readonly<Record<string, number>> = { "0f": 1, "0f38": 2, "0f3a": 3 };
const featureOf: Readonly<Record<string, CpuFeature>> = {
  avx2: "avx2",
  fma: "fma",
  avxvnni: "avxvnni",
  bw: "avx512bw",
  dq: "avx512dq",
  vnni: "avx512vnni",
  vbmi: "avx512vbmi",
  bf16: "avx512bf16",
};
/** Attributes that are no features, see docs/assembler.md. */
const otherAttributes = new Set(["er", "sae", "mask", "novl", "swap", "element32"]);
const defaultLengths = { vex: "128/256", evex: "128/256/512" } as const;

type Encoding = "legacy" | "vex" | "evex";

/** A line taken apart, before its widths and encodings are multiplied out. */
interface Line {
  readonly encodings: readonly Encoding[];
  /** Widths as written; empty for the default. */
  readonly widths: string | undefined;
  readonly prefix: number;
  readonly map: number;
  readonly wide: string;
  readonly opcode: number;
  readonly digit: number;
  readonly roles: FormRoles;
  readonly operands: readonly string[];
  readonly attributes: ReadonlySet<string>;
}

const unusedRoles: FormRoles = { reg: -1, vvvv: -1, rm: -1, opcodeRegister: -1, is4: -1, immediate: -1, rounding: -1 };

/** Letters of operand roles in the order of the operands; `A` (implied) and `-` (no operands) have no field. */
const parseRoles = (letters: string): FormRoles => ({
  reg: letters.indexOf("R"),
  vvvv: letters.indexOf("V"),
  rm: letters.indexOf("M"),
  opcodeRegister: letters.indexOf("O"),
  is4: letters.indexOf("S"),
  immediate: letters.indexOf("I"),
  rounding: -1,
});

function parseLine(text: string): Line {
  const [main = "", attributeText = ""] = text.split("|");
  const [encodingText = "", opcodeText = "", letters = "", ...operands] = main.trim().split(/[\s,]+/);
  const attributes = new Set(attributeText.split(" ").filter((name) => name !== ""));
  for (const name of attributes) {
    if (!(name in featureOf) && !otherAttributes.has(name)) throw new Error(`Unknown attribute ${name} in ${text}.`);
  }
  const [family = "", ...fields] = encodingText.split(".");
  const [opcode = "", digit] = opcodeText.split("/");
  const legacyWidths = /^o([\d/]+)$/.exec(family)?.[1];
  let prefix = 0;
  let map = 0;
  let wide = "w0";
  let widths = legacyWidths;
  for (const field of fields) {
    if (field in prefixes) prefix = prefixes[field] ?? 0;
    else if (field in maps) map = maps[field] ?? 0;
    else if (field === "lig") widths = "128";
    else if (field.startsWith("l")) widths = field.slice(1);
    else if (field.startsWith("w")) wide = field;
    else throw new Error(`Unknown field ${field} in ${text}.`);
  }
  return {
    encodings: legacyWidths === undefined ? (family.split("+") as Encoding[]) : ["legacy"],
    widths,
    prefix,
    map,
    wide,
    opcode: parseInt(opcode, 16),
    digit: digit === undefined ? -1 : Number(digit),
    roles: parseRoles(letters),
    operands,
    attributes: fields.includes("lig") ? attributes.add("lig") : attributes,
  };
}

function wideBit(wide: string, encoding: Encoding, width: number): number {
  if (encoding === "legacy") return Number(width === 64);
  return Number(wide === "w1" || (wide === "w0/1" && encoding === "evex"));
}

/** The width of the access, or of one element where the access has no fixed width (compress, expand). */
function displacementUnit(operands: readonly FormOperand[], attributes: ReadonlySet<string>): number {
  if (attributes.has("element32")) return 4;
  return Math.max(8, ...operands.map((operand) => operand.memoryBits)) / 8;
}

function features(encoding: Encoding, width: number, attributes: ReadonlySet<string>): readonly CpuFeature[] {
  const named = [...attributes].flatMap((name) => featureOf[name] ?? []);
  if (encoding === "legacy") return named;
  const wide = named.filter((name) => name.startsWith("avx512"));
  if (encoding === "vex") {
    // Opmask instructions are VEX-encoded AVX-512; everything else needs AVX2 at most, which stands for AVX too.
    if (attributes.has("mask")) return ["avx512f", ...wide];
    return ["avx2", ...named.filter((name) => !wide.includes(name))];
  }
  const anyLength = width === 512 || attributes.has("lig") || attributes.has("novl");
  return ["avx512f", ...wide, ...(anyLength ? [] : (["avx512vl"] as const))];
}

function createForm(mnemonic: Mnemonic, line: Line, encoding: Encoding, width: number): Form {
  const { prefix, map, opcode, digit, attributes } = line;
  const operands = line.operands.map((text) => parseOperand(text, { encoding, width }));
  return {
    mnemonic,
    encoding,
    width,
    prefix,
    map,
    w: wideBit(line.wide, encoding, width),
    opcode,
    digit,
    displacementUnit: encoding === "evex" ? displacementUnit(operands, attributes) : 1,
    ...line.roles,
    operands,
    ambiguousMemory: false,
    yieldsToStore: encoding === "vex" && attributes.has("swap"),
    features: features(encoding, width, attributes),
  };
}

/** The twin of a form with static rounding, which excludes memory and precedes an immediate. */
function withRounding(form: Form, kind: number): Form {
  const at = form.immediate < 0 ? form.operands.length : form.immediate;
  const operands = form.operands.map((operand) => ({
    ...operand,
    accepts: operand.accepts & ~(kinds.memory | kinds.broadcast),
  }));
  operands.splice(at, 0, plainOperand(kind));
  return { ...form, operands, rounding: at, immediate: form.immediate < 0 ? -1 : at + 1 };
}

function jumpForm(mnemonic: Mnemonic, opcode: number): Form {
  return {
    mnemonic,
    encoding: "jump",
    width: 0,
    prefix: 0,
    map: 0,
    w: 0,
    opcode,
    digit: -1,
    displacementUnit: 1,
    ...unusedRoles,
    operands: [plainOperand(kinds.label)],
    ambiguousMemory: false,
    yieldsToStore: false,
    features: [],
  };
}

/**
 * Forms of one line of a table, in the notation of docs/assembler.md: one for each width, for VEX and EVEX where the line
 * says `vex+evex`, and with static rounding. Throws on a line it cannot read.
 */
export function parseForms(mnemonic: Mnemonic, text: string): readonly Form[] {
  if (text.startsWith("jump ")) return [jumpForm(mnemonic, parseInt(text.slice(5), 16))];
  const line = parseLine(text);
  const { attributes } = line;
  const rounding = attributes.has("er") ? kinds.rounding : attributes.has("sae") ? kinds.suppress : 0;
  return line.encodings.flatMap((encoding) => {
    const widths = (line.widths ?? defaultLengths[encoding === "vex" ? "vex" : "evex"]).split("/").map(Number);
    return widths
      .filter((width) => encoding === "evex" || width !== 512)
      .flatMap((width) => {
        const form = createForm(mnemonic, line, encoding, width);
        const rounds = rounding !== 0 && encoding === "evex" && (width === 512 || attributes.has("lig"));
        return rounds ? [form, withRounding(form, rounding)] : [form];
      });
  });
}
