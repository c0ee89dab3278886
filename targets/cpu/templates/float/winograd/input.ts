import { k, masked, mem, r10, r11, r8, r9, rax, rcx } from "../../../../../src/codegen/x86/index.ts";
import { emitLaneMask } from "../vectors.ts";
import { simd } from "./extension.ts";
import type { Emission } from "./frame.ts";
import { slot } from "./frame.ts";
import { lanes } from "./plan.ts";
import type { TileExtent } from "./tile-walk.ts";
import { emitTileWalk } from "./tile-walk.ts";

const channelMask = k(1);

/** Transforms the input tiles of a block into the scratch memory; what lies beyond the input is taken as zero. */
export function emitInputTransform(emission: Emission): void {
  const { a, plan } = emission;
  const { workload, transform, inputs, point } = plan;
  transform.prepareInput(a);
  a.emit("mov", r9, slot("scratch"));
  emitTileWalk(
    emission,
    "input",
    [
      {
        register: r8,
        start: slot("x"),
        column: 4 * point.tile * workload.x.pixel,
        row: 4 * point.tile * workload.x.row,
      },
    ],
    (extent, label) => {
      emitTile(emission, extent, label);
      a.emit("add", r9, inputs.tile);
    },
  );
}

/** All channels of the tile at r8 to r9. */
function emitTile({ a, plan }: Emission, extent: TileExtent, label: string): void {
  const { workload, transform, inputs } = plan;
  const vectors = Math.ceil(workload.inputs / lanes);
  const rest = workload.inputs % lanes;
  const reach = { rows: extent.rows + 2, columns: extent.columns + 2 };
  a.emit("mov", r10, r8);
  a.emit("mov", r11, r9);
  if (rest > 0) a.emit("kxnorw", channelMask, channelMask, channelMask);
  a.emit("mov", rcx, vectors);
  a.bind(`${label}.channels`);
  if (rest > 0) {
    a.emit("cmp", rcx, 1);
    a.emit("jne", a.label(`${label}.full`));
    emitLaneMask(a, simd, channelMask, rest, rax);
    a.bind(`${label}.full`);
  }
  transform.inputRows(
    a,
    (to, row, column) => {
      if (row >= reach.rows || column >= reach.columns) {
        a.emit("vpxord", to, to, to);
        return;
      }
      const from = mem(r10, { disp: 4 * (row * workload.x.row + column * workload.x.pixel) });
      a.emit("vmovups", rest > 0 ? masked(to, channelMask, "zero") : to, from);
    },
    (row, values, temporaries) => {
      transform.input(a, values, temporaries).forEach((value, column) => {
        a.emit("vmovaps", mem(r11, { disp: (row * transform.size + column) * inputs.point }), value);
      });
    },
  );
  a.emit("add", r10, 4 * lanes);
  a.emit("add", r11, 4 * lanes);
  a.emit("sub", rcx, 1);
  a.emit("jnz", a.label(`${label}.channels`));
}
