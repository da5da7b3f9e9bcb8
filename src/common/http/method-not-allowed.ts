/** The methods of every path, gathered while routes are registered, so that the others can be refused by name. */
export class MethodsByPath {
  private readonly methods = new Map<string, Set<string>>();

  /** Notes that a path has these methods. */
  add(path: string, methods: string | readonly string[]): void {
    const known = this.methods.get(path) ?? new Set();
    for (const method of [methods].flat()) known.add(method);
    this.methods.set(path, known);
  }

  /**
   * Which methods each path lacks, and what `Allow` says of it.
   * @param all every method that the server understands
   * @see RFC 9110 §15.5.6
   */
  missing(all: readonly string[]): { path: string; methods: string[]; allow: string }[] {
    return [...this.methods].map(([path, known]) => ({
      path,
      methods: all.filter((method) => !known.has(method)),
      allow: [...known].sort().join(', '),
    }));
  }
}
