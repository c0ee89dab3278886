import { expect, test } from "vitest";
import {
  broadcast,
  createAssembler,
  eax,
  encode,
  k,
  listing,
  masked,
  mem,
  type Mnemonic,
  type Operand,
  r12,
  r13,
  r15,
  r8,
  rax,
  rcx,
  rdi,
  rdx,
  requiredFeatures,
  resize,
  rounding,
  rsi,
  rsp,
  xmm,
  ymm,
  zmm,
} from "../../../src/codegen/x86/index.ts";

const bytesOf = (mnemonic: Mnemonic, ...operands: readonly Operand[]): string => {
  const assembler = createAssembler();
  assembler.emit(mnemonic, ...operands);
  return Buffer.from(encode(assembler.items())).toString("hex");
};

// Bytes of GNU as 2.40: they hold where no assembler is there to compare with.
const golden: readonly (readonly [bytes: string, mnemonic: Mnemonic, ...operands: Operand[]])[] = [
  ["4883c040", "add", rax, 64],
  ["48ffc9", "dec", rcx],
  ["c3", "ret"],
  ["498b0424", "mov", rax, mem(r12)],
  ["498b4500", "mov", rax, mem(r13)],
  ["488b0424", "mov", rax, mem(rsp)],
  ["48c7c0ffffffff", "mov", rax, 0xffffffffffffffffn],
  ["48b8ab89674523010000", "mov", rax, 0x123456789ab],
  ["c5f877", "vzeroupper"],
  ["c5f5fec2", "vpaddd", ymm(0), ymm(1), ymm(2)],
  ["c57811c1", "vmovups", xmm(1), xmm(8)],
  ["62d20540504701", "vpdpbusd", zmm(0), zmm(31), mem(r15, { disp: 64 })],
  ["c4e27550c2", "{vex} vpdpbusd", ymm(0), ymm(1), ymm(2)],
  ["62f2752850c2", "vpdpbusd", ymm(0), ymm(1), ymm(2)],
  ["62d174585908", "vmulps", zmm(1), zmm(1), broadcast(mem(r8))],
  ["62f17f497f12", "vmovdqu8", masked(mem(rdx), k(1)), zmm(2)],
  ["62f17fca6f9941000000", "vmovdqu8", masked(zmm(3), k(2), "zero"), mem(rcx, { disp: 65 })],
  ["62f16c7858cb", "vaddps", zmm(1), zmm(2), zmm(3), rounding("rz-sae")],
  ["0f1810", "prefetcht1", mem(rax)],
];

test("known bytes", () => {
  for (const [bytes, mnemonic, ...operands] of golden) expect(bytesOf(mnemonic, ...operands), mnemonic).toBe(bytes);
});

test("an operand form that does not exist is named", () => {
  expect(() => bytesOf("vpaddd", zmm(0), ymm(1), xmm(2))).toThrow("No form of vpaddd takes (zmm0, ymm1, xmm2).");
  expect(() => bytesOf("add", rax, 2 ** 31)).toThrow("No form of add takes (rax, 2147483648).");
  expect(() => bytesOf("add", rax, 0.5)).toThrow("No form of add");
  expect(() => bytesOf("vmovdqu8", masked(mem(rax), k(1), "zero"), zmm(0))).toThrow("{k1}{z}");
  expect(() => bytesOf("vhaddps", ymm(16), ymm(0), ymm(0))).toThrow("No form of vhaddps");
  expect(() => bytesOf("vpgatherdd", zmm(0), mem(rax, { index: zmm(1), scale: 4 }))).toThrow("No form of vpgatherdd");
});

test("memory whose width nothing tells must say it", () => {
  expect(() => bytesOf("inc", mem(rax))).toThrow("may need `bits`");
  expect(bytesOf("inc", mem(rax, { bits: 64 }))).toBe("48ff00");
  expect(() => bytesOf("movzx", eax, mem(rsi))).toThrow("may need `bits`");
  expect(bytesOf("movzx", eax, mem(rsi, { bits: 8 }))).toBe("0fb606");
  expect(() => bytesOf("vcvtpd2ps", xmm(0), broadcast(mem(rax)))).toThrow("`lanes`");
  expect(bytesOf("vcvtpd2ps", xmm(0), broadcast(mem(rax), 4))).toBe("62f1fd385a00");
  expect(() => bytesOf("vpaddd", zmm(0), zmm(1), mem(rax, { bits: 256 }))).toThrow("No form of vpaddd");
});

test("operands that no instruction could take are refused where they are made", () => {
  expect(() => mem(rax, { index: rsp })).toThrow("rsp cannot be an index");
  expect(() => mem(eax)).toThrow("eax cannot be the base");
  expect(() => mem(rax, { disp: 2 ** 31 })).toThrow("32 bits");
  expect(() => masked(zmm(0), k(0))).toThrow("k0 cannot be a write mask");
  expect(() => broadcast(mem(rax, { index: zmm(0) }))).toThrow("cannot be broadcast");
  expect(() => zmm(32)).toThrow("no register zmm 32");
  expect(() => resize(rax, 128)).toThrow("rax has no 128-bit view");
  expect(resize(zmm(20), 128)).toBe(xmm(20));
  expect(resize(rax, 32)).toBe(eax);
});

test("labels are bound once and exist", () => {
  const assembler = createAssembler();
  assembler.bind("loop");
  expect(() => assembler.bind("loop")).toThrow("Label loop is bound twice.");
  expect(() => assembler.label("two words")).toThrow("cannot be the name of a label");
  assembler.emit("jmp", assembler.label("away"));
  expect(() => encode(assembler.items())).toThrow("Label away is never bound.");
  expect(() => assembler.align(48)).toThrow("Cannot align code to 48 bytes.");
  const [one, two] = [assembler.freshLabel("tail"), assembler.freshLabel("tail")];
  expect(one.name).not.toBe(two.name);
});

function exampleKernel() {
  const assembler = createAssembler();
  assembler.comment("y[i] = min(x[i] * scale, 6) in 16 lanes");
  assembler.emit("vbroadcastss", zmm(31), mem(rdx));
  assembler.align(16);
  assembler.bind("loop");
  assembler.emit("vmulps", zmm(0), zmm(31), mem(rsi, { index: rcx, scale: 4, disp: 64 }));
  assembler.emit("vminps", masked(zmm(0), k(1), "zero"), zmm(0), broadcast(mem(rdx, { disp: 4 })));
  assembler.emit("vmovups", masked(mem(rdi, { index: rcx, scale: 4 }), k(1)), zmm(0));
  assembler.emit("add", rcx, 16);
  assembler.emit("cmp", rcx, rax);
  assembler.emit("jb", assembler.label("loop"));
  assembler.emit("vzeroupper");
  assembler.emit("ret");
  return assembler.items();
}

test("a listing is what GNU as takes", () => {
  expect(listing(exampleKernel())).toMatchInlineSnapshot(`
    ".intel_syntax noprefix
        # y[i] = min(x[i] * scale, 6) in 16 lanes
        vbroadcastss zmm31, dword ptr [rdx]
        .p2align 4
    .Lloop:
        vmulps zmm0, zmm31, zmmword ptr [rsi+rcx*4+64]
        vminps zmm0{k1}{z}, zmm0, dword ptr [rdx+4]{1to16}
        vmovups zmmword ptr [rdi+rcx*4]{k1}, zmm0
        add rcx, 16
        cmp rcx, rax
        jb .Lloop
        vzeroupper
        ret
    "
  `);
});

test("features are those of the instructions, in the order of a program's bits", () => {
  expect(requiredFeatures(exampleKernel())).toEqual(["avx2", "avx512f"]);
  const assembler = createAssembler();
  assembler.emit("{vex} vpdpbusd", ymm(0), ymm(1), ymm(2));
  assembler.emit("vfmadd231ps", ymm(0), ymm(1), ymm(2));
  expect(requiredFeatures(assembler.items())).toEqual(["avx2", "fma", "avxvnni"]);
  assembler.emit("vpermb", ymm(0), ymm(1), ymm(2));
  expect(requiredFeatures(assembler.items())).toEqual(["avx2", "fma", "avxvnni", "avx512f", "avx512vl", "avx512vbmi"]);
});
