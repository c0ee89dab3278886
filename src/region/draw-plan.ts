import { alignedBytes } from "./plan-items.ts";
import type { PlanItem } from "./plan-items.ts";
import type { MemoryPlan } from "./plan-memory.ts";
import type { PlacedItem } from "./print-plan.ts";
import { placedItems, printTotals, stepCount } from "./print-plan.ts";

const WIDTH = 960;
const HEIGHT = 360;
const MARGIN = 20;

/**
 * A plan as an SVG image of its own: steps from left to right, memory from bottom to top, a rectangle a buffer with its
 * name, size and life as a tooltip. No scripts, no fonts, nothing from outside.
 */
export function drawPlan(plan: MemoryPlan, items: readonly PlanItem[], nameOf: (id: number) => string): string {
  const steps = Math.max(1, stepCount(items));
  const bytes = Math.max(1, plan.bytes);
  const x = (step: number): number => (step / steps) * WIDTH;
  const y = (offset: number): number => MARGIN + HEIGHT - (offset / bytes) * HEIGHT;
  const rectangle = (item: PlacedItem, index: number): string => {
    const [left, right] = [x(item.first), x(item.last + 1)];
    const [bottom, top] = [y(item.offset), y(item.offset + alignedBytes(item.bytes))];
    const title = `${nameOf(item.id)}: ${item.bytes} bytes at ${item.offset}, steps ${item.first} to ${item.last}`;
    return (
      `<rect x="${fixed(left)}" y="${fixed(top)}" width="${fixed(right - left)}" height="${fixed(bottom - top)}" ` +
      `fill="hsl(${hue(index)} 55% 62%)"><title>${escapeXml(title)}</title></rect>`
    );
  };
  const bound = fixed(y(plan.lowerBound));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT + MARGIN}" role="img">`,
    `<text x="0" y="14" font-size="12" font-family="sans-serif">${escapeXml(printTotals(plan))}</text>`,
    `<rect x="0" y="${MARGIN}" width="${WIDTH}" height="${HEIGHT}" fill="#f4f4f4"/>`,
    `<g stroke="#fff" stroke-width="0.5">`,
    ...placedItems(plan, items)
      .filter(({ bytes: size }) => size > 0)
      .map(rectangle),
    `</g>`,
    `<line x1="0" x2="${WIDTH}" y1="${bound}" y2="${bound}" stroke="#444" stroke-dasharray="4 3"/>`,
    `</svg>`,
    "",
  ].join("\n");
}

/** Neighbours in the list get hues far apart: steps of the golden angle. */
function hue(index: number): number {
  return Math.round((index * 137.508) % 360);
}

function fixed(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
