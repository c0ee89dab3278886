import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Assembler,
  createAssembler,
  encode,
  listing,
  mem,
  rax,
  rcx,
  zmm,
} from "../../../src/codegen/x86/index.ts";
import { assemble, hasGnuAs } from "./gnu-as.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** A piece of a program: filler of so many bytes, a jump to one of the labels, alignment, or a remark. */
type Piece =
  | { readonly kind: "filler"; readonly bytes: number }
  | { readonly kind: "jump"; readonly mnemonic: "jmp" | "jne" | "jb"; readonly target: number }
  | { readonly kind: "align"; readonly bytes: number }
  | { readonly kind: "remark"; readonly text: string };

const labels = 4;
const piece: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("filler" as const), bytes: fc.integer({ min: 1, max: 90 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("jump" as const),
      mnemonic: fc.constantFrom("jmp" as const, "jne" as const, "jb" as const),
      target: fc.nat(labels - 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("align" as const), bytes: fc.constantFrom(1, 4, 16, 32, 64) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remark" as const), text: fc.constant("two\nlines") }) },
);
const program = fc.record({
  pieces: fc.array(piece, { minLength: 4, maxLength: 60 }),
  places: fc.array(fc.nat(59), { minLength: labels, maxLength: labels }),
});

function build({
  pieces,
  places,
}: {
  readonly pieces: readonly Piece[];
  readonly places: readonly number[];
}): Assembler {
  const assembler = createAssembler();
  const bindAt = (at: number): void =>
    places.forEach((place, name) => {
      if (Math.min(place, pieces.length - 1) === at) assembler.bind(`label${name}`);
    });
  pieces.forEach((part, at) => {
    bindAt(at);
    if (part.kind === "jump") assembler.emit(part.mnemonic, assembler.label(`label${part.target}`));
    else if (part.kind === "align") assembler.align(part.bytes);
    else if (part.kind === "remark") assembler.comment(part.text);
    else for (let bytes = 0; bytes < part.bytes; bytes++) assembler.emit("nop");
  });
  return assembler;
}

test.skipIf(!hasGnuAs())("jumps, labels and alignment lay out as GNU as does (skipped without GNU as)", () => {
  fc.assert(
    fc.property(program, (given) => {
      const items = build(given).items();
      expect(hex(encode(items))).toBe(hex(assemble(listing(items))));
    }),
    { numRuns: 60 },
  );
});

test("encoding is a function of the instruction list", () => {
  fc.assert(
    fc.property(program, (given) => {
      const items = build(given).items();
      const once = hex(encode(items));
      expect(hex(encode(items))).toBe(once);
      expect(hex(encode(build(given).items()))).toBe(once);
      expect(listing(items)).toBe(listing(build(given).items()));
    }),
  );
});

test.each([
  ["short forward at most 127 bytes", 127, 2 + 127],
  ["near beyond", 128, 6 + 128],
])("a conditional jump is %s", (_, distance, length) => {
  const assembler = createAssembler();
  assembler.emit("jne", assembler.label("end"));
  for (let bytes = 0; bytes < distance; bytes++) assembler.emit("nop");
  assembler.bind("end");
  expect(encode(assembler.items())).toHaveLength(length);
});

test("code grows over any number of instructions", () => {
  const assembler = createAssembler();
  for (let at = 0; at < 3000; at++)
    assembler.emit("vpdpbusd", zmm(at % 31), zmm(31), mem(rax, { index: rcx, scale: 4, disp: 4 * at }));
  const code = encode(assembler.items());
  const [first] = assembler.items();
  expect(first).toBeDefined();
  if (first !== undefined) expect(code.subarray(0, encode([first]).length)).toEqual(encode([first]));
  expect(code.length).toBeGreaterThan(3000 * 8);
});
