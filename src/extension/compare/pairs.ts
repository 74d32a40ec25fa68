/**
 * Which two editors are the sides of one diff. VS Code opens a diff of custom editors as two
 * webviews that know nothing of each other. Of one editor group only one tab is visible, so two
 * visible editors of ours in one column are the two sides of a diff. Which of them is the left one
 * has to be told: VS Code opens it first, unless its file takes longer. Pure, so that plain tests run it.
 */
export interface Sided {
  /** Column of the editor group; undefined while unknown. */
  readonly column: number | undefined;
  readonly visible: boolean;
  /** Address of what it shows. */
  readonly address: string;
}

export interface Pair<S> {
  readonly left: S;
  readonly right: S;
}

export class Pairs<S extends Sided> {
  /** Editors that are not known to be single nor part of a diff, in the order in which they were opened. */
  readonly #open: S[] = [];
  readonly #singles = new Set<S>();
  readonly #pairs = new Map<S, Pair<S>>();

  /**
   * @param single Address of the active tab of a column where that tab is one editor of ours, and no diff.
   * @param isLeft Whether the first of two, in the order in which they were opened, is the left one.
   */
  constructor(
    private readonly single: (column: number) => string | undefined,
    private readonly isLeft: (first: S, second: S) => boolean,
  ) {}

  /** Takes up a new editor. Returns the pairs that it completes. */
  add(side: S): Pair<S>[] {
    this.#open.push(side);
    return this.match();
  }

  /** Forgets an editor that was closed, and the pair that it was in. */
  remove(side: S): void {
    this.#singles.delete(side);
    this.#drop(side);
    const pair = this.#pairs.get(side);
    if (!pair) return;
    this.#pairs.delete(pair.left);
    this.#pairs.delete(pair.right);
  }

  of(side: S): Pair<S> | undefined {
    return this.#pairs.get(side);
  }

  /** Looks for editors that belong together; to be called when one was shown, hidden or moved, and when tabs have changed. */
  match(): Pair<S>[] {
    const shown = this.#open.filter(({ visible }) => visible);
    const columns = new Set(shown.map(({ column }) => column).filter((column) => column !== undefined));
    return [...columns].flatMap((column) => {
      const candidates = shown.filter((side) => side.column === column);
      const single = this.single(column);
      if (single !== undefined) {
        this.#markSingle(candidates, column, single);
        return [];
      }
      const [first, second, third] = candidates;
      // A third is one that is about to be hidden: which it is, its own event will tell.
      if (!first || !second || third) return [];
      const pair = this.isLeft(first, second) ? { left: first, right: second } : { left: second, right: first };
      for (const side of [first, second]) {
        this.#drop(side);
        this.#pairs.set(side, pair);
      }
      return [pair];
    });
  }

  #markSingle(candidates: readonly S[], column: number, address: string): void {
    const is = (side: S): boolean => side.address === address && side.column === column;
    if ([...this.#singles].some(is)) return;
    const found = candidates.find(is);
    if (!found) return;
    this.#drop(found);
    this.#singles.add(found);
  }

  #drop(side: S): void {
    const at = this.#open.indexOf(side);
    if (at >= 0) this.#open.splice(at, 1);
  }
}
