#!/usr/bin/env node
// The command line: what can be asked for, and in which words. The work is done by the commands it loads.
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

const jupyter = program
  .command("jupyter")
  .description("the kernel in Jupyter: notebooks, lab, console, nbconvert")
  .helpOption("-h, --help", "print this help")
  .helpCommand(false)
  .exitOverride();

const kernelName = [
  "--name <name>",
  "what Jupyter calls it in files and on the command line",
  "bnlab",
] as const;

jupyter
  .command("install")
  .description("make the kernel known to Jupyter, for this user alone; Python is not needed")
  .option(...kernelName)
  .option("--display-name <text>", "what Jupyter's menus call it", "BN Lab (TypeScript)")
  .helpOption("-h, --help", "print this help")
  .exitOverride()
  .addHelpText("after", "\nWrites to JUPYTER_DATA_DIR, else where Jupyter keeps this user's data.")
  .action((options) => jupyterCommand(({ installKernel }) => installKernel(options)));

jupyter
  .command("uninstall")
  .description("take the kernel away from Jupyter")
  .option(...kernelName)
  .helpOption("-h, --help", "print this help")
  .exitOverride()
  .action(({ name }) => jupyterCommand(({ uninstallKernel }) => uninstallKernel(name)));

jupyter
  .command("list")
  .description("show which of this user's Jupyter kernels are BN Lab's")
  .helpOption("-h, --help", "print this help")
  .exitOverride()
  .action(() => jupyterCommand(({ listKernels }) => listKernels()));

jupyter
  .command("start")
  .description("run a kernel for a Jupyter client, which is who starts it")
  .argument("<connection-file>", "the file that tells ports and key")
  .helpOption("-h, --help", "print this help")
  .exitOverride()
  .action((file: string) => jupyterCommand(({ startKernel }) => startKernel(file)));

/** Loaded when asked for; what goes wrong is said in one line. */
async function jupyterCommand(
  run: (commands: typeof import("./jupyterCommand")) => Promise<void>,
): Promise<void> {
  try {
    await run(await import("./jupyterCommand"));
  } catch (error) {
    console.error(`bnlab jupyter: ${(error as Error).message}`);
    process.exitCode = 2;
  }
}

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
