#!/usr/bin/env node
/** The command line, `hemorica`. Exit codes: 0 good, 1 findings or bad input, 2 wrong usage. */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { version } from '../../package.json';
import { blame } from './commands/blame';
import { classify } from './commands/classify';
import { convert } from './commands/convert';
import { diff } from './commands/diff';
import { disagree } from './commands/disagree';
import { evaluate } from './commands/evaluate';
import { gitDiff, textconv } from './commands/git-drivers';
import { gitSetup } from './commands/git-setup';
import { history } from './commands/history';
import { info } from './commands/info';
import { merge } from './commands/merge';
import { models } from './commands/models';
import { segment } from './commands/segment';
import { stats } from './commands/stats';
import { validate } from './commands/validate';
import { complain } from './output';

const WRONG_USAGE = 2;

// `hemorica info ... | head` closes our output early; that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  throw error;
});

const program = yargs(hideBin(process.argv))
  .scriptName('hemorica')
  .usage('$0 <command>\n\nReads head CT and finds hemorrhage in it. For research only, not a medical device.')
  .locale('en')
  .command(info)
  .command(convert)
  .command(segment)
  .command(classify)
  .command(evaluate)
  .command(disagree)
  .command(stats)
  .command(models)
  .command(validate)
  .command(diff)
  .command(merge)
  .command(blame)
  .command(history)
  .command(gitSetup)
  .command(textconv)
  .command(gitDiff)
  .demandCommand(1, 'Name a command; --help lists them.')
  .strict()
  .version(version)
  .help()
  .alias('help', 'h')
  .completion('completion', 'Print a script for completion in bash or zsh')
  .wrap(Math.min(100, process.stdout.columns ?? 100))
  .exitProcess(false)
  .fail((message, error) => {
    // An error without a message of yargs comes from a command that failed in a way nobody foresaw.
    if (error && !message) throw error;
    throw new WrongUsage(message || error.message);
  });

class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof WrongUsage) {
    complain(`${error.message} (hemorica --help)`);
    process.exitCode = WRONG_USAGE;
  } else {
    complain(`unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = 1;
  }
}
