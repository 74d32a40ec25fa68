/** Reading a JSON object field by field, with errors that say which field is wrong and what it should be. */

/** A field that is missing or wrong: one sentence that begins with the field's path in quotes. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}

export interface NumberRange {
  readonly integer?: boolean;
  readonly from?: number;
  readonly to?: number;
  readonly above?: number;
  readonly below?: number;
}

export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  /** @param path Where the object stands in the document, "" for the document itself. */
  constructor(
    value: unknown,
    readonly path: string,
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new FieldError(`${path ? `"${path}"` : 'The file'} must be a JSON object.`);
    }
    this.#values = value as Readonly<Record<string, unknown>>;
  }

  has(field: string): boolean {
    return this.#value(field) !== undefined;
  }

  text(field: string, pattern?: RegExp, described?: string): string {
    const value = this.#value(field);
    if (typeof value !== 'string' || value === '') return this.#wrong(field, described ?? 'a text');
    if (pattern && !pattern.test(value)) return this.#wrong(field, described ?? String(pattern));
    return value;
  }

  number(field: string, range: NumberRange = {}): number {
    const value = this.#value(field);
    return isNumber(value, range)
      ? value
      : this.#wrong(field, [range.integer ? 'a whole number' : 'a number', ...limits(range)].join(' '));
  }

  /** A list of exactly three numbers. */
  triple(field: string, range: NumberRange = {}): readonly [number, number, number] {
    const value = this.#value(field);
    const [a, b, c, ...more] = Array.isArray(value) ? (value as unknown[]) : [];
    if (isNumber(a, range) && isNumber(b, range) && isNumber(c, range) && more.length === 0) return [a, b, c];
    const kind = range.integer ? 'whole numbers' : 'numbers';
    return this.#wrong(field, ['a list of three', kind, ...limits(range)].join(' '));
  }

  oneOf<T extends string>(field: string, values: readonly T[]): T {
    const given = this.#value(field);
    const found = values.find((value) => value === given);
    return found ?? this.#wrong(field, values.map((value) => `"${value}"`).join(' or '));
  }

  /**
   * A list of known texts, at least one.
   * @param repeats Whether one may stand in it more than once.
   */
  values<T extends string>(field: string, known: readonly T[], repeats = false): readonly T[] {
    const list = this.#value(field);
    const described = `a list of ${repeats ? '' : 'different ones of '}${known.map((value) => `"${value}"`).join(', ')}`;
    if (!Array.isArray(list) || list.length === 0 || (!repeats && new Set(list).size !== list.length)) {
      return this.#wrong(field, described);
    }
    return list.map((item) => known.find((value) => value === item) ?? this.#wrong(field, described));
  }

  object(field: string): Fields {
    return new Fields(this.#value(field), this.#at(field));
  }

  /** A list of objects, at least one. */
  list(field: string): readonly Fields[] {
    const value = this.#value(field);
    if (!Array.isArray(value) || value.length === 0) return this.#wrong(field, 'a list of objects');
    return value.map((item, n) => new Fields(item, `${this.#at(field)}[${n}]`));
  }

  /** Ends the reading: a field that nobody asked for is misspelt, or stands where it means nothing. */
  end(): void {
    const stranger = Object.keys(this.#values).find((field) => !this.#asked.has(field));
    if (stranger === undefined) return;
    const known = [...this.#asked].map((field) => `"${field}"`).join(', ');
    throw new FieldError(`"${this.#at(stranger)}" is not a field that belongs here; there are ${known}.`);
  }

  /** Refuses a field's value for a reason that takes in more than the field itself. */
  refuse(field: string, described: string): never {
    return this.#wrong(field, described);
  }

  #value(field: string): unknown {
    this.#asked.add(field);
    return Object.hasOwn(this.#values, field) ? this.#values[field] : undefined;
  }

  #at(field: string): string {
    return this.path ? `${this.path}.${field}` : field;
  }

  #wrong(field: string, described: string): never {
    const value = this.#value(field);
    const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
    throw new FieldError(`"${this.#at(field)}" ${found}; it must be ${described}.`);
  }
}

function isNumber(value: unknown, range: NumberRange): value is number {
  const { integer = false, from = -Infinity, to = Infinity, above = -Infinity, below = Infinity } = range;
  if (typeof value !== 'number' || !Number.isFinite(value) || (integer && !Number.isInteger(value))) return false;
  return value >= from && value <= to && value > above && value < below;
}

/** A range in words, such as "from 1", "below 2". */
function limits({ from, to, above, below }: NumberRange): readonly string[] {
  return [
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(to === undefined ? [] : [`up to ${to}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ];
}
