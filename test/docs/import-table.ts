import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a room may import: other rooms and packages, sorted. */
export interface RoomImports {
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
}

interface Override {
  readonly files: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
}

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();

/** The room that a file pattern of the lint configuration names: `src/ir/*.ts` is ir, `passes/**` is passes. */
function roomOf(pattern: string): string | undefined {
  return /^(?:src\/)?([a-z]+)\/\*/.exec(pattern)?.[1];
}

/** The names in the alternation of a restricted-import expression. */
function namesIn(regex: string): readonly string[] {
  const inner = /\(([a-z|-]+)\)/.exec(regex)?.[1] ?? /\)\+([a-z]+)\//.exec(regex)?.[1];
  if (inner === undefined) throw new Error(`no names in ${regex}`);
  return inner.split("|");
}

/** The names that each restriction of the lint configuration forbids, by room and file pattern. */
function forbidden(root: string): readonly { readonly room: string; readonly names: ReadonlySet<string> }[] {
  const { overrides } = JSON.parse(readFileSync(join(root, ".oxlintrc.json"), "utf8")) as {
    readonly overrides: readonly Override[];
  };
  return overrides.flatMap(({ files, rules }) => {
    const rule = rules["no-restricted-imports"] as [string, { patterns: readonly { regex: string }[] }] | undefined;
    const room = roomOf(files[0] ?? "");
    if (rule === undefined || room === undefined) return [];
    return [{ room, names: new Set(rule[1].patterns.flatMap(({ regex }) => namesIn(regex))) }];
  });
}

/** The import table as the linter enforces it. Throws when two depths of one room differ. */
export function enforcedImports(root: string, packages: readonly string[]): ReadonlyMap<string, RoomImports> {
  const restrictions = forbidden(root);
  const rooms = sorted([
    ...restrictions.map(({ room }) => room),
    ...restrictions.flatMap(({ names }) => [...names].filter((name) => !packages.includes(name))),
  ]);
  const table = new Map<string, RoomImports>();
  for (const { room, names } of restrictions) {
    const own: RoomImports = {
      rooms: rooms.filter((other) => other !== room && !names.has(other)),
      packages: sorted(packages.filter((name) => !names.has(name))),
    };
    const known = table.get(room);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(own))
      throw new Error(`${room}: the restrictions differ by depth of the folder`);
    table.set(room, own);
  }
  return table;
}

/** The import table as ARCHITECTURE.md prints it; "all rooms but A and B; C, D" is spelled out over `rooms`. */
export function documentedImports(text: string, rooms: readonly string[]): ReadonlyMap<string, RoomImports> {
  const section = /<!-- import-table:begin -->([\s\S]*)<!-- import-table:end -->/.exec(text)?.[1] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  const list = (cell: string): readonly string[] =>
    cell === "–" ? [] : cell.split(/[,;] /).map((name) => name.replace(/ \(types\)$/, ""));
  return new Map(
    rows.slice(2).map((row) => {
      const [room = "", imports = "", packages = ""] = row
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim());
      const but = /^all rooms but ([a-z]+) and ([a-z]+);/.exec(imports);
      const named = but === null ? list(imports) : rooms.filter((name) => ![room, but[1], but[2]].includes(name));
      return [room, { rooms: sorted(named), packages: sorted(list(packages)) }];
    }),
  );
}
