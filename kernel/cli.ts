#!/usr/bin/env node
// The command line: `bnlab run` executes a notebook through the same kernel as VS Code.
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { runCommand } from "./notebook/runCommand";
import { version } from "./version";

const exitCodes = `
Exit codes:
  0    every cell ran (or --allow-errors was given)
  1    a cell failed or ran out of time; the files hold what came before it
  2    the command line or the notebook cannot be used
  130  interrupted by Ctrl+C; the files hold what came before it`;

const program = new Command("bnlab")
  .description("Deep-learning notebooks in TypeScript, from the command line.")
  .version(version, "-V, --version", "print the version")
  .helpOption("-h, --help", "print this help")
  .helpCommand(false)
  .exitOverride();

program
  .command("run")
  .description("run a notebook from top to bottom; write it with its outputs, and as a web page")
  .argument("<notebook>", "an .ipynb file in TypeScript")
  .option(
    "-o, --output <file>",
    "where to write the executed notebook (default: NAME.executed.ipynb beside it)",
  )
  .option("--html <file>", "also write a page with live charts, one file that opens offline")
  .option("--timeout <seconds>", "interrupt a cell that takes longer", seconds)
  .option("--allow-errors", "go on after a cell that fails")
  .helpOption("-h, --help", "print this help")
  .exitOverride()
  .addHelpText("after", exitCodes)
  .addHelpText("after", "\nExample:\n  bnlab run lesson.ipynb -o out/lesson.ipynb --html out/lesson.html")
  .action(async (notebook: string, options) => {
    process.exitCode = await runCommand(notebook, options);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2; // commander has said what is wrong
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("expected a number of seconds above 0.");
  return value;
}
