/** An observable value: one per page, changed as a whole, watched in parts. */
export class Store<T extends object> {
  private readonly watchers = new Set<(state: T) => void>();

  constructor(private state: T) {}

  get(): T {
    return this.state;
  }

  /** Replaces some properties and tells the watchers of what changed. */
  set(patch: Partial<T>): void {
    this.state = { ...this.state, ...patch };
    for (const watcher of [...this.watchers]) watcher(this.state);
  }

  /** Calls `react` now and whenever the selected part becomes another value (by Object.is). Returns the way to stop. */
  watch<V>(select: (state: T) => V, react: (value: V) => void): () => void {
    let last = select(this.state);
    const watcher = (state: T): void => {
      const value = select(state);
      if (Object.is(value, last)) return;
      last = value;
      react(value);
    };
    this.watchers.add(watcher);
    react(last);
    return () => this.watchers.delete(watcher);
  }
}
