import type { ReactElement, ReactNode } from "react";
import { Fragment, isValidElement } from "react";
import { Box, Text } from "./ink.ts";
import { cut, displayWidth } from "./text.ts";

/** Colours that the views use, as terminals number them. */
const colors: Readonly<Record<string, number>> = { red: 31, green: 32, yellow: 33, cyan: 36 };

/** Text of one style: the numbers that terminals know it by. */
interface Span {
  readonly text: string;
  readonly style: readonly number[];
}

type Props = Readonly<Record<string, unknown>> & { readonly children?: ReactNode };

/**
 * The lines of views, with their styles. They are what Ink draws (a test sets the two side by side), at a hundredth of the
 * cost: views are plain functions of their properties, each line is one text laid out by {@link fit}, and neither a layout
 * engine nor React's reconciler has anything to add. What is longer than `columns` is cut where it asks for that.
 */
export function drawLines(node: ReactNode, columns: number, ellipsis: string): readonly string[] {
  if (Array.isArray(node)) return (node as readonly ReactNode[]).flatMap((each) => drawLines(each, columns, ellipsis));
  if (!isValidElement<Props>(node)) return [];
  const { type, props } = node;
  if (type === Fragment) return drawLines(props.children, columns, ellipsis);
  if (type === Box) return inHeight(drawLines(props.children, columns, ellipsis), props["height"]);
  if (type !== Text) return drawLines(called(node), columns, ellipsis);
  const spans = spansOf(node, []);
  return [(props["wrap"] === "truncate-end" ? cutSpans(spans, columns, ellipsis) : spans).map(painted).join("")];
}

/** As many lines as a box is high, where it says so. */
function inHeight(lines: readonly string[], height: unknown): readonly string[] {
  if (typeof height !== "number") return lines;
  return Array.from({ length: height }, (_, i) => lines[i] ?? "");
}

/** What a component of the views is made of: it holds no state, so it can be called. */
function called({ type, props }: ReactElement<Props>): ReactNode {
  if (typeof type !== "function") throw new Error(`a view holds ${String(type)}, which is no function`);
  return (type as (given: Props) => ReactNode)(props);
}

function spansOf(node: ReactNode, style: readonly number[]): readonly Span[] {
  if (typeof node === "string" || typeof node === "number") return [{ text: String(node), style }];
  if (Array.isArray(node)) return (node as readonly ReactNode[]).flatMap((each) => spansOf(each, style));
  if (!isValidElement<Props>(node)) return [];
  if (node.type === Fragment) return spansOf(node.props.children, style);
  if (node.type !== Text) return spansOf(called(node), style);
  const { bold, dimColor, color, children } = node.props;
  const own = [
    ...(bold === true ? [1] : []),
    ...(dimColor === true ? [2] : []),
    ...(color === undefined ? [] : [colors[String(color)] ?? 39]),
  ];
  return spansOf(children, [...style, ...own]);
}

/** The spans in at most so many columns; what does not fit is cut, and marked. */
function cutSpans(spans: readonly Span[], columns: number, ellipsis: string): readonly Span[] {
  const width = spans.reduce((sum, { text }) => sum + displayWidth(text), 0);
  if (width <= columns) return spans;
  let room = columns - displayWidth(ellipsis);
  const kept: Span[] = [];
  for (const { text, style } of spans) {
    const shown = cut(text, room);
    kept.push({ text: shown === text ? text : shown + ellipsis, style });
    if (shown !== text) return kept;
    room -= displayWidth(text);
  }
  return kept;
}

function painted({ text, style }: Span): string {
  return style.length === 0 || text === "" ? text : `\u001b[${style.join(";")}m${text}\u001b[0m`;
}
