/** Reads the text form piece by piece; errors name the line. Blanks, line ends and `#` comments stand between pieces. */
export class TextReader {
  readonly #text: string;
  #at = 0;
  /** Where the last piece ended, before the blanks: the line that errors name. */
  #end = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skip();
  }
  get done(): boolean {
    return this.#at === this.#text.length;
  }
  #skip(): void {
    this.#end = this.#at;
    const blank = /(?:\s+|#[^\n]*)*/y;
    blank.lastIndex = this.#at;
    blank.exec(this.#text);
    this.#at = blank.lastIndex;
  }
  /** Throws, naming the line and what stands there. */
  fail(expected: string): never {
    const line = this.#text.slice(0, this.#end).split("\n").length;
    const found = JSON.stringify(this.#text.slice(this.#at, this.#at + 30));
    throw new Error(`line ${line}: expected ${expected}, found ${found}`);
  }
  /** The match of a sticky expression at this place, read over; undefined where it does not match. */
  match(expression: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(expression.source, "y");
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text);
    if (found === null) return undefined;
    this.#at = sticky.lastIndex;
    this.#skip();
    return found;
  }
  /** Reads over the given text if it stands here. */
  accept(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    this.#skip();
    return true;
  }
  /** Reads over the given text or throws. */
  expect(text: string): void {
    if (!this.accept(text)) this.fail(`"${text}"`);
  }
  /** Reads over the word if it stands here and ends here. */
  acceptWord(word: string): boolean {
    return this.match(new RegExp(`${word}(?![A-Za-z0-9_./-])`)) !== undefined;
  }
  /** Whether the expression matches here; reads nothing. */
  sees(expression: RegExp): boolean {
    const sticky = new RegExp(expression.source, "y");
    sticky.lastIndex = this.#at;
    return sticky.test(this.#text);
  }
  /** A name: bare or in quotes. */
  name(): string {
    return this.optionalName() ?? this.fail("a name");
  }
  optionalName(): string | undefined {
    const quoted = this.match(/"(?:[^"\\]|\\.)*"/);
    if (quoted !== undefined) return JSON.parse(quoted[0]) as string;
    return this.match(/[A-Za-z0-9_./-]+/)?.[0];
  }
  /** An integer of any size. */
  integer(): bigint {
    const digits = this.match(/-?\d+/)?.[0];
    return digits === undefined ? this.fail("an integer") : BigInt(digits);
  }
  /** A number: decimal, `inf`, `-inf` or `nan`. */
  number(): number {
    const text = this.match(/-?inf|nan|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/)?.[0];
    if (text === undefined) this.fail("a number");
    if (text === "nan") return NaN;
    if (text.endsWith("inf")) return text === "inf" ? Infinity : -Infinity;
    return Number(text);
  }
  /** Items between brackets, separated by commas. */
  list<T>(item: () => T): T[] {
    this.expect("[");
    const items: T[] = [];
    if (this.accept("]")) return items;
    do items.push(item());
    while (this.accept(","));
    this.expect("]");
    return items;
  }
}
