/** Commands for git's configuration, which git hands to a POSIX shell (on Windows to the one that it brings along). */

/** How the command line is started. */
export interface Program {
  /** Absolute path of node, or of an Electron that can act as node. */
  readonly node: string;
  /** Absolute path of `cli.js`. */
  readonly script: string;
  /** Whether `node` is Electron. */
  readonly electron: boolean;
}

/**
 * A command that runs a verb of the program on whatever arguments git adds, and `fallback` (a shell
 * command with "$1", "$2", ...) where the program is no longer there: after an update of the
 * extension, or in a clone on another machine's disk. A merge driver that cannot be started would
 * else leave our side as if it were the result.
 *
 * VS Code asks git for the contents of a file in a way that applies textconv; it needs the file itself.
 */
export function fallbackTo(program: Program, verb: string, fallback: string): string {
  const [node, script] = [program.node, program.script].map(quote);
  const environment = program.electron ? 'ELECTRON_RUN_AS_NODE=1 ' : '';
  const there = `test -x ${node} && test -f ${script}`;
  const asked = verb === 'textconv' ? `test -z "$VSCODE_GIT_COMMAND" && ${there}` : there;
  return `f() { if ${asked}; then ${environment}${node} ${script} ${verb} "$@"; else ${fallback}; fi; }; f`;
}

/** A word for a POSIX shell. Windows paths are written with `/`, which its shell and Windows both take. */
export function quote(word: string): string {
  const portable = /^[a-z]:\\|^\\\\/i.test(word) ? word.replaceAll('\\', '/') : word;
  return `'${portable.replaceAll("'", "'\\''")}'`;
}

/** Path of the program in a command that `fallbackTo` has made; undefined for other commands. */
export function scriptOf(command: string): string | undefined {
  const quoted = / && test -f '((?:[^']|'\\'')*)'; then /.exec(command)?.[1];
  return quoted?.replaceAll("'\\''", "'");
}
