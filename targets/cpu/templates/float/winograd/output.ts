import type { Register } from "../../../../../src/codegen/x86/index.ts";
import { k, mem, r10, r11, r14, r15, r8, r9, rax, rcx, rdx, rsi, zmm } from "../../../../../src/codegen/x86/index.ts";
import type { FloatEpilogueEmitter } from "../epilogue.ts";
import type { Emission } from "./frame.ts";
import { slot } from "./frame.ts";
import { lanes } from "./plan.ts";
import type { TileExtent } from "./tile-walk.ts";
import { emitTileWalk } from "./tile-walk.ts";

const channelMask = k(1);
/** Pointers of the tile in y, in the residual, in the sums; of the vector; `params` for the whole kernel. */
const tile = { y: r8, residual: r10, sums: r9 };
const vector = { y: rdx, residual: rsi, sums: r11, bias: r14 };
/** The argument `params`, kept for the whole kernel. */
export const params = r15;

/** Transforms the sums of a block of tiles and one of output channels, and finishes them into y. */
export function emitOutputTransform(emission: Emission, epilogue: FloatEpilogueEmitter): void {
  const { a, plan } = emission;
  const { workload, transform, points, inputs, sums, point } = plan;
  const { residual } = workload.epilogue;
  transform.prepareOutput(a);
  a.emit("mov", tile.sums, slot("scratch"));
  a.emit("add", tile.sums, points * inputs.point);
  const bytes = 4 * point.tile;
  const pointers = [
    { register: tile.y, start: slot("yBlock"), column: bytes * workload.y.pixel, row: bytes * workload.y.row },
    ...(residual === undefined
      ? []
      : [
          {
            register: tile.residual,
            start: slot("residualBlock"),
            column: bytes * residual.pixel,
            row: bytes * residual.row,
          },
        ]),
  ];
  emitTileWalk(emission, "output", pointers, (extent, label) => {
    emitTile(emission, epilogue, extent, label);
    a.emit("add", tile.sums, sums.tile);
  });
}

/** All vectors of the block for one tile. */
function emitTile({ a, plan }: Emission, epilogue: FloatEpilogueEmitter, extent: TileExtent, label: string): void {
  const { workload } = plan;
  const hasTail = workload.outputs % lanes > 0;
  const residual = workload.epilogue.residual !== undefined;
  a.emit("mov", vector.y, tile.y);
  if (residual) a.emit("mov", vector.residual, tile.residual);
  a.emit("mov", vector.sums, tile.sums);
  if (workload.bias) a.emit("mov", vector.bias, slot("biasBlock"));
  a.emit("mov", rcx, slot("vectors"));
  if (hasTail) a.emit("kxnorw", channelMask, channelMask, channelMask);
  a.bind(`${label}.vectors`);
  if (hasTail) {
    a.emit("cmp", rcx, 1);
    a.emit("jne", a.label(`${label}.full`));
    a.emit("mov", rax, slot("lastMask"));
    a.emit("kmovq", channelMask, rax);
    a.bind(`${label}.full`);
  }
  emitVector({ a, plan }, epilogue, extent);
  a.emit("add", vector.y, 4 * lanes);
  if (residual) a.emit("add", vector.residual, 4 * lanes);
  a.emit("add", vector.sums, 4 * lanes);
  if (workload.bias) a.emit("add", vector.bias, 4 * lanes);
  a.emit("sub", rcx, 1);
  a.emit("jnz", a.label(`${label}.vectors`));
}

/** Columns first, then each row is finished as soon as it is transformed. */
function emitVector({ a, plan }: Emission, epilogue: FloatEpilogueEmitter, extent: TileExtent): void {
  const { transform, sums, workload } = plan;
  const { size, tile: outputs } = transform;
  const { residual } = workload.epilogue;
  // Registers 29 to 31 hold the constants of the transform.
  const free = Array.from({ length: 29 }, (_, index) => zmm(index));
  const take = (): Register => free.shift() as Register;
  const release = (registers: readonly Register[]): void => void free.unshift(...registers);
  const columns = Array.from({ length: size }, (_, column) => {
    const points = Array.from({ length: size }, (__, row) => {
      const value = take();
      a.emit("vmovaps", value, mem(vector.sums, { disp: (row * size + column) * sums.point }));
      return value;
    });
    // The point (1, 1) counts once in every output.
    if (column === 1 && workload.bias) a.emit("vaddps", points[1] as Register, points[1] as Register, mem(vector.bias));
    return emitAxis(points);
  });
  for (let row = 0; row < extent.rows; row++) {
    const values = emitAxis(columns.map((column) => column[row] as Register));
    const place = (base: Register, strides: { row: number; pixel: number }, column: number): ReturnType<typeof mem> =>
      mem(base, { disp: 4 * (row * strides.row + column * strides.pixel) });
    epilogue.finish(
      a,
      values.slice(0, extent.columns).map((value, column) => ({
        value,
        y: place(vector.y, workload.y, column),
        residual: residual === undefined ? undefined : place(vector.residual, residual, column),
        mask: workload.outputs % lanes > 0 ? channelMask : undefined,
      })),
      { temporaries: free.slice(0, epilogue.temporaries), params },
    );
    release(values);
  }

  function emitAxis(points: readonly Register[]): readonly Register[] {
    const temporary = take();
    const results = transform.output(a, points, temporary).slice(0, outputs);
    release([temporary, ...points.filter((register) => !results.includes(register))]);
    return results;
  }
}
