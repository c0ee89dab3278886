/** Lines that a phase has at most, and characters that a line has. */
const mostLines = 8;
const mostCharacters = 118;

/**
 * What a run told, for a document: the first lines of each phase, cut where they are long, without progress; all of the
 * summary, without paths. Phases that told nothing are left out.
 */
export function shortenRun(output: string): string {
  const lines = output.trimEnd().split("\n");
  const end = lines.indexOf("");
  const [told, summary] = end < 0 ? [lines, []] : [lines.slice(0, end), lines.slice(end)];
  const phases = phasesOf(told).filter(({ lines: own }) => own.length > 0);
  return [
    ...phases.flatMap(({ title, lines: own }) => [
      title,
      ...own.slice(0, mostLines).map(cut),
      ...(own.length > mostLines ? ["   …"] : []),
    ]),
    ...summary.filter((line) => !line.startsWith("output: ")),
  ].join("\n");
}

/** The phases of a run by their titles, with what stands in the header of the table that ends it: what stays when figures change. */
export function structureOf(output: string): {
  readonly phases: readonly string[];
  readonly header: readonly string[];
} {
  const lines = output.split("\n");
  const header = lines.find((line) => /^form +nodes /.test(line)) ?? "";
  return {
    phases: lines.filter((line) => line.startsWith("== ")),
    header: header.split(/ {2,}/),
  };
}

interface Phase {
  readonly title: string;
  readonly lines: string[];
}

function phasesOf(lines: readonly string[]): readonly Phase[] {
  const phases: Phase[] = [];
  for (const line of lines) {
    if (line.startsWith("== ")) phases.push({ title: line, lines: [] });
    else if (!isProgress(line) && !isFile(line)) phases.at(-1)?.lines.push(line);
  }
  return phases;
}

const isProgress = (line: string): boolean => /^ {3}[a-z][\w ]* \d+\/\d+(, \d+ s left)?$/.test(line);

/** Paths are another's on every machine. */
const isFile = (line: string): boolean => /^ {3}(wrote |target )/.test(line);

function cut(line: string): string {
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters - 2)} …` : line;
}
