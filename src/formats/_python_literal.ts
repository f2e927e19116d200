/** What a Python literal of dicts, sequences, strings, whole numbers and constants is here. */
export type PythonLiteral =
  | string
  | number
  | boolean
  | null
  | readonly PythonLiteral[]
  | ReadonlyMap<string, PythonLiteral>;

const TOKEN = /\s*(?:([{}()\[\],:])|'([^'\\]*)'|"([^"\\]*)"|(\d+)L?|(True|False|None))\s*/y;
const CONSTANTS: Record<string, PythonLiteral> = { True: true, False: false, None: null };

interface Token {
  readonly mark?: string;
  readonly value?: PythonLiteral;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) throw new SyntaxError("it is not a Python literal");
    const [, mark, single, double, digits, constant] = match;
    if (mark) found.push({ mark });
    else if (digits) found.push({ value: Number(digits) });
    else found.push({ value: constant ? CONSTANTS[constant] : single ?? double });
  }
  return found;
}

class Parser {
  #tokens: Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokens(text);
  }

  parse(): PythonLiteral {
    const value = this.#value(0);
    if (this.#at < this.#tokens.length) throw new SyntaxError("it goes on after its literal");
    return value;
  }

  #value(depth: number): PythonLiteral {
    const token = this.#tokens[this.#at++];
    if (token?.value !== undefined) return token.value;
    if (depth > 8) throw new SyntaxError("it is nested too deeply");
    if (token?.mark === "{") return this.#dict(depth);
    if (token?.mark === "(") return this.#items(")", depth);
    if (token?.mark === "[") return this.#items("]", depth);
    throw new SyntaxError("it is not a Python literal");
  }

  #items(end: string, depth: number): PythonLiteral[] {
    const items: PythonLiteral[] = [];
    while (!this.#ends(end)) {
      items.push(this.#value(depth + 1));
      if (!this.#ends(end, false)) this.#expect(",");
    }
    return items;
  }

  #dict(depth: number): Map<string, PythonLiteral> {
    const entries = new Map<string, PythonLiteral>();
    while (!this.#ends("}")) {
      const key = this.#value(depth + 1);
      if (typeof key !== "string") throw new SyntaxError("a key is not a string");
      if (entries.has(key)) throw new SyntaxError(`the key '${key}' is there twice`);
      this.#expect(":");
      entries.set(key, this.#value(depth + 1));
      if (!this.#ends("}", false)) this.#expect(",");
    }
    return entries;
  }

  #ends(mark: string, consume = true): boolean {
    const ends = this.#tokens[this.#at]?.mark === mark;
    if (ends && consume) this.#at++;
    return ends;
  }

  #expect(mark: string): void {
    if (this.#tokens[this.#at++]?.mark !== mark) throw new SyntaxError(`a "${mark}" is missing`);
  }
}

/** Reads a Python literal, as `.npy` headers hold one. Throws a `SyntaxError` that says what is wrong with "it". */
export function pythonLiteral(text: string): PythonLiteral {
  return new Parser(text).parse();
}
