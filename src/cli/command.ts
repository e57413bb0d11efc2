/** A command of `platestack`. What its work needs is imported when it is run, so that its help and its refusals come at once. */
export interface Command {
  help: string
  run(args: string[]): Promise<number>
}

/** The command line is wrong: told without a stack, exit code 2. */
export class UsageError extends Error {}

/** The command could not be done, for a reason that the operator can do something about: told without a stack, exit code 1. */
export class CommandError extends Error {}
