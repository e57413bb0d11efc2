/**
 * A command of `platestack`. What it needs is imported when it runs, so that help and refusals are
 * immediate.
 */
export interface Command {
  help: string
  run(args: string[]): Promise<number>
}

/** The command line is wrong: printed without a stack, exit code 2. */
export class UsageError extends Error {}

/** A command failed for a reason the operator can fix: printed without a stack, exit code 1. */
export class CommandError extends Error {}
