import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import type { UserOptions } from "../config/index.ts";
import { schema } from "../config/schema.ts";

interface Property {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: { readonly type?: string };
  readonly default?: unknown;
  readonly description: string;
  readonly "x-flag"?: string;
  readonly "x-group": string;
}

const properties: readonly (readonly [string, Property])[] = Object.entries(schema.properties);

/** The flag of an option: `-o, --output <value>`, `-O <level>`, `--max-drop <value>`. */
function flagOf(name: string, property: Property): string {
  const long = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (property.type === "boolean") return long;
  if (name === "level") return "-O, --level <level>";
  return name === "output" ? `-o, ${long} <path>` : `${long} <value>`;
}

/** The title of a group of options, as commander writes its own: "Target:". */
function groupTitle(group: string): string {
  return `${group.charAt(0).toUpperCase()}${group.slice(1)}:`;
}

/** Shapes may hold commas in names of inputs, so only they are not split. */
function isSplit(name: string): boolean {
  return name !== "shape" && name !== "sampleShape";
}

/** Gives a command the options of the schema that `pick` selects, grouped for the help. */
export function addSchemaOptions(command: Command, pick: (name: string) => boolean = () => true): void {
  for (const [name, property] of properties) {
    if (!pick(name)) continue;
    const option = new Option(flagOf(name, property), describe(property)).helpGroup(groupTitle(property["x-group"]));
    option.attributeName = () => name;
    if (property.type === "array")
      option.argParser((text: string, previous: unknown) => collect(name, property, text, previous));
    else if (property.type === "integer") option.argParser(toInteger);
    else if (property.type === "number") option.argParser(toNumber);
    else if (name === "level") option.argParser((text: string) => (text.startsWith("O") ? text : `O${text}`));
    command.addOption(option);
  }
}

function describe(property: Property): string {
  const choices = property.enum === undefined ? "" : ` [${property.enum.join("|")}]`;
  const fallback = property.default;
  const shown =
    fallback === undefined || fallback === false || (Array.isArray(fallback) && fallback.length === 0)
      ? ""
      : ` (default: ${String(fallback)})`;
  return `${property.description}${choices}${shown}`;
}

function collect(name: string, property: Property, text: string, previous: unknown): unknown[] {
  const before = Array.isArray(previous) ? (previous as unknown[]) : [];
  const parts = isSplit(name) ? text.split(",").filter((part) => part !== "") : [text];
  return [...before, ...(property.items?.type === "integer" ? parts.map(toInteger) : parts)];
}

function toInteger(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError("an integer is expected.");
  return Number(text);
}

function toNumber(text: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("a number is expected.");
  return Number(text);
}

/** The options that were given, without those that belong to the command itself. */
export function givenOptions(values: Readonly<Record<string, unknown>>): UserOptions {
  return Object.fromEntries(
    properties.filter(([name]) => values[name] !== undefined).map(([name]) => [name, values[name]]),
  );
}
