import type { Value } from "../../../src/ir/index.ts";
import type { Strides } from "../workload.ts";
import type { Extent } from "./physical.ts";

/** Cells round an activation that consumers read as padding. */
export interface Halo {
  top: number;
  left: number;
  bottom: number;
  right: number;
  /** The byte in them; undefined while no consumer asked. */
  fill: number | undefined;
}

/** Memory that one or several buffers look at: part of the arena, or a border of the region. */
export interface Storage {
  readonly id: number;
  readonly name: string;
  /** The value of the graph when it is the memory of a region's output. */
  readonly output: Value | undefined;
}

/** An image in a storage, with a halo that grows while consumers are placed. */
export interface Buffer {
  readonly storage: Storage;
  readonly extent: Extent;
  readonly elementBytes: 1 | 2 | 4 | 8;
  readonly halo: Halo;
  /** Another buffer looks at the same bytes, or somebody else owns them: no halo may come in between. */
  rigid: boolean;
}

/** A tensor's place in a buffer: `extent` from the given row, column and channel of the interior on. */
export interface Placement {
  readonly buffer: Buffer;
  readonly extent: Extent;
  readonly row: number;
  readonly column: number;
  readonly channel: number;
}

/** A copy of bytes that placing made necessary; `planar` tells which side stands channel-first. */
export interface CopyOp {
  readonly kind: "copy";
  readonly name: string;
  readonly from: Placement;
  readonly to: Placement;
  readonly planar: "from" | "to" | undefined;
}

/** A buffer without halo. */
export function newBuffer(
  storage: Storage,
  extent: Extent,
  elementBytes: Buffer["elementBytes"],
  rigid: boolean,
): Buffer {
  return { storage, extent, elementBytes, rigid, halo: { top: 0, left: 0, bottom: 0, right: 0, fill: undefined } };
}

/** The placement of a whole buffer. */
export function wholeOf(buffer: Buffer): Placement {
  return { buffer, extent: buffer.extent, row: 0, column: 0, channel: 0 };
}

/** Elements from one pixel and one row of a buffer to the next. */
export function stridesOf({ extent, halo }: Buffer): Strides {
  const pixel = extent.channels;
  return { row: (extent.columns + halo.left + halo.right) * pixel, pixel };
}

/** Byte offset of element (row, column, 0) of a placement, counted from its first; negative ones lie in the halo. */
export function offsetOf({ buffer, row, column, channel }: Placement, y: number, x: number): number {
  const strides = stridesOf(buffer);
  const { top, left } = buffer.halo;
  return ((row + y + top) * strides.row + (column + x + left) * strides.pixel + channel) * buffer.elementBytes;
}

/** Whether a placement is the whole of its buffer. */
function isWhole({ buffer, extent }: Placement): boolean {
  return (
    extent.rows === buffer.extent.rows &&
    extent.columns === buffer.extent.columns &&
    extent.channels === buffer.extent.channels
  );
}

/** Whether a halo round a placement is one round its whole buffer: a slice of channels, not of rows or columns. */
function spansMap({ buffer, extent }: Placement): boolean {
  return extent.rows === buffer.extent.rows && extent.columns === buffer.extent.columns;
}

/** Enlarges the halo so that a window's padding lies in it; false when that cannot be. */
export function growHalo(placement: Placement, pads: readonly [number, number, number, number], fill: number): boolean {
  if (pads.every((pad) => pad === 0)) return true;
  const { halo, rigid } = placement.buffer;
  if (rigid || !spansMap(placement) || (halo.fill !== undefined && halo.fill !== fill)) return false;
  halo.fill = fill;
  halo.top = Math.max(halo.top, pads[0]);
  halo.left = Math.max(halo.left, pads[1]);
  halo.bottom = Math.max(halo.bottom, pads[2]);
  halo.right = Math.max(halo.right, pads[3]);
  return true;
}

/** Makes a placement's bytes stay side by side; false when they do not. */
export function makeRigid(placement: Placement): boolean {
  const { buffer } = placement;
  if (!isWhole(placement) || buffer.halo.fill !== undefined) return false;
  buffer.rigid = true;
  return true;
}
