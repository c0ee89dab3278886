import { expect, test } from "vitest";
import { createRegisterPool, k, rax, rcx, resize, zmm } from "../../../src/codegen/x86/index.ts";

const createPool = () => createRegisterPool({ general: [rax, rcx], vector: 3, mask: [1, 2] });

test("registers are handed out in order, each to one holder", () => {
  const pool = createPool();
  expect([pool.general("x"), pool.general("y")]).toEqual([rax, rcx]);
  expect([pool.vector("a"), pool.vector("b")]).toEqual([zmm(0), zmm(1)]);
  expect([pool.mask("tail"), pool.mask("edge")]).toEqual([k(1), k(2)]);
  expect(pool.available("vector")).toBe(1);
  pool.free(zmm(0), rax);
  expect(pool.general("z")).toBe(rax);
  expect(pool.vector("c")).toBe(zmm(0));
});

test("a register is freed at any of its widths, once", () => {
  const pool = createPool();
  const accumulator = pool.vector("acc");
  pool.free(resize(accumulator, 256));
  expect(pool.available("vector")).toBe(3);
  expect(() => pool.free(accumulator)).toThrow("zmm0 is not in use.");
});

test("running out names who holds what", () => {
  const pool = createPool();
  pool.vector("acc0");
  pool.vector("acc1");
  pool.vector("input");
  expect(() => pool.vector("bias")).toThrow(
    "No vector register is left for bias; in use: zmm0 acc0, zmm1 acc1, zmm2 input.",
  );
});
