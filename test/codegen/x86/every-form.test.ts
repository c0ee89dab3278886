import { expect, test } from "vitest";
import type { Form } from "../../../src/codegen/x86/form.ts";
import { createAssembler, encode, listing, mnemonics } from "../../../src/codegen/x86/index.ts";
import { formsOf } from "../../../src/codegen/x86/select-form.ts";
import { type CpuFeature, cpuFeatures } from "../../../src/codegen/index.ts";
import { assemble, hasGnuAs, rejectedLines } from "./gnu-as.ts";
import { type Instance, instancesOf } from "./instances.ts";

const absent = !hasGnuAs();
const forms: readonly Form[] = mnemonics.flatMap((mnemonic) => formsOf(mnemonic));
const plainForms = forms.filter((form) => form.encoding !== "jump");

interface Assembled {
  readonly line: string;
  readonly bytes: Uint8Array;
  readonly features: readonly CpuFeature[];
}

function assembleHere({ mnemonic, operands }: Instance): Assembled {
  const assembler = createAssembler();
  assembler.emit(mnemonic, ...operands);
  const [item] = assembler.items();
  const [, line = ""] = listing(assembler.items()).split("\n");
  const features = item?.kind === "instruction" ? item.form.features : [];
  return { line: line.trim(), bytes: encode(assembler.items()), features };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Each instruction alone in a slot of 16 bytes, so that a difference in one does not move the others. */
const slot = 16;
const filler = 0xcc;

test("every line of the tables makes forms, and every form has instances that select a form of the instruction", () => {
  expect(mnemonics.length).toBeGreaterThan(600);
  for (const form of plainForms) {
    const [first] = instancesOf(form);
    expect(first, form.mnemonic).toBeDefined();
    if (first !== undefined) expect(assembleHere(first).bytes.length, form.mnemonic).toBeLessThanOrEqual(15);
  }
});

test.skipIf(absent)(
  "every operand form encodes to the bytes of GNU as (skipped without GNU as)",
  { timeout: 120_000 },
  () => {
    const instances = plainForms.flatMap(instancesOf).map(assembleHere);
    expect(instances.length).toBeGreaterThan(200_000);
    const text = instances.map(({ line }) => `${line}\n.balign ${slot}, ${filler}`).join("\n");
    const theirs = assemble(`.intel_syntax noprefix\n${text}\n`);
    expect(theirs.length).toBe(slot * instances.length);
    const differences: string[] = [];
    const ours = new Uint8Array(slot);
    instances.forEach(({ line, bytes }, at) => {
      ours.fill(filler).set(bytes);
      const expected = theirs.subarray(slot * at, slot * (at + 1));
      if (Buffer.compare(ours, expected) !== 0) differences.push(`${line}: ${hex(ours)}, GNU as ${hex(expected)}`);
    });
    expect(differences.slice(0, 20)).toEqual([]);
  },
);

/** Names of GNU as, and the features that it takes away together with one. */
const gnuNames: Readonly<Record<CpuFeature, string>> = {
  avx2: "avx2",
  fma: "fma",
  avxvnni: "avx_vnni",
  avx512f: "avx512f",
  avx512bw: "avx512bw",
  avx512dq: "avx512dq",
  avx512vl: "avx512vl",
  avx512vnni: "avx512_vnni",
  avx512vbmi: "avx512vbmi",
  avx512bf16: "avx512_bf16",
};
/** AVX-512 features that GNU as takes away together with one. */
const dependants = (feature: CpuFeature): readonly CpuFeature[] => {
  if (feature === "avx512f") return cpuFeatures.filter((name) => name.startsWith("avx512"));
  return feature === "avx512bw" ? ["avx512bw", "avx512vbmi", "avx512bf16"] : [feature];
};

test.skipIf(absent)(
  "features of every form are those GNU as asks for (skipped without GNU as)",
  { timeout: 120_000 },
  () => {
    const instances = plainForms
      .flatMap((form) => {
        const all = instancesOf(form);
        return [0, 0.25, 0.5, 0.75].flatMap((part) => all[Math.floor(part * all.length)] ?? []);
      })
      .map(assembleHere);
    // AVX2 stands for AVX and everything before it: GNU as knows AVX instructions apart, so it is not taken away here.
    for (const feature of cpuFeatures.filter((name) => name !== "avx2")) {
      // Without FMA (AVX-512), GNU as takes the EVEX (VEX) form in place: those alternatives go as well.
      const gone = new Set([
        ...dependants(feature),
        ...(feature === "fma" ? dependants("avx512f") : []),
        "avxvnni" as const,
      ]);
      const names = [...gone].map((name) => gnuNames[name]).concat("avx_ne_convert");
      const arch = [".intel_syntax noprefix", ...names.map((name) => `.arch .no${name}`)];
      const rejected = rejectedLines([...arch, ...instances.map(({ line }) => line)].join("\n"));
      expect(arch.filter((_, at) => rejected.has(at + 1))).toEqual([]);
      const wrong = instances.filter(
        ({ features }, at) => rejected.has(arch.length + at + 1) !== features.some((name) => gone.has(name)),
      );
      expect(
        wrong.slice(0, 10).map(({ line, features }) => `${line}: ${features.join(" ")}`),
        `without ${feature}`,
      ).toEqual([]);
    }
  },
);
