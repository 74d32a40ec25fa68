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

  text(field: string, pattern?: RegExp, described?: string): string {
    const value = this.#values[field];
    if (typeof value !== 'string' || value === '') return this.#wrong(field, described ?? 'a text');
    if (pattern && !pattern.test(value)) return this.#wrong(field, described ?? String(pattern));
    return value;
  }

  number(field: string, range: NumberRange = {}): number {
    const value = this.#values[field];
    const { integer = false, from = -Infinity, to = Infinity, above = -Infinity, below = Infinity } = range;
    const fits = (n: number): boolean => n >= from && n <= to && n > above && n < below;
    if (typeof value === 'number' && Number.isFinite(value) && (!integer || Number.isInteger(value)) && fits(value)) {
      return value;
    }
    const limits = [
      ...(Number.isFinite(from) ? [`from ${from}`] : []),
      ...(Number.isFinite(to) ? [`up to ${to}`] : []),
      ...(Number.isFinite(above) ? [`above ${above}`] : []),
      ...(Number.isFinite(below) ? [`below ${below}`] : []),
    ];
    return this.#wrong(field, [integer ? 'a whole number' : 'a number', ...limits].join(' '));
  }

  oneOf<T extends string>(field: string, values: readonly T[]): T {
    const found = values.find((value) => value === this.#values[field]);
    return found ?? this.#wrong(field, values.map((value) => `"${value}"`).join(' or '));
  }

  /** A list of different known texts, at least one. */
  values<T extends string>(field: string, known: readonly T[]): readonly T[] {
    const list = this.#values[field];
    const described = `a list of different ones of ${known.map((value) => `"${value}"`).join(', ')}`;
    if (!Array.isArray(list) || list.length === 0 || new Set(list).size !== list.length) {
      return this.#wrong(field, described);
    }
    return list.map((item) => known.find((value) => value === item) ?? this.#wrong(field, described));
  }

  object(field: string): Fields {
    return new Fields(this.#values[field], this.#at(field));
  }

  /** A list of objects, at least one. */
  list(field: string): readonly Fields[] {
    const value = this.#values[field];
    if (!Array.isArray(value) || value.length === 0) return this.#wrong(field, 'a list of objects');
    return value.map((item, n) => new Fields(item, `${this.#at(field)}[${n}]`));
  }

  #at(field: string): string {
    return this.path ? `${this.path}.${field}` : field;
  }

  #wrong(field: string, described: string): never {
    const value = this.#values[field];
    const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
    throw new FieldError(`"${this.#at(field)}" ${found}; it must be ${described}.`);
  }
}
