#!/usr/bin/env node
// The command line: what can be asked for, and in which words. The work is done by the commands it loads.
import { readFileSync } from "node:fs";
import { debuglog } from "node:util";
import { Command, CommanderError, Option } from "commander";
import {
  checkExitCodes,
  convertHelp,
  mcpHelp,
  plainExitCodes,
  runExitCodes,
  settingsHelp,
  sweepHelp,
} from "./cliHelp";
import { axis, budgets, parameter, repeated, seconds, tolerance, wholeFrom } from "./cliValues";
import { settingsTrouble } from "./host/settings";
import { oneLine } from "./notebook/complaint";
import { version } from "./version";

const withOption = [
  "--with <file>",
  "bring a file along that cells of the live page read; may be repeated",
  repeated,
] as const;

const withoutLive = "error: --with brings files into a live page; name the page by --live <file>";

const helpOption = ["-h, --help", "print this help"] as const;

const program = new Command("bnlab")
  .description("Deep-learning notebooks in TypeScript, from the command line.")
  .version(version, "-V, --version", "print the version")
  .option("--licenses", "print the licenses of what this program contains")
  .helpOption(...helpOption)
  .helpCommand(false)
  .enablePositionalOptions() // what stands behind a command is its own
  .addHelpText("after", "\nbnlab COMMAND --help tells more of each, with examples and exit codes.")
  .exitOverride()
  .on("option:licenses", () => {
    // It lies beside the kernel, see the build.
    process.stdout.write(readFileSync(new URL("../THIRD-PARTY-NOTICES.txt", import.meta.url)));
    throw new CommanderError(0, "bnlab.licenses", "");
  })
  .hook("preAction", (_, action) => {
    const trouble = settingsTrouble();
    const name = action.parent === program ? action.name() : `${action.parent?.name()} ${action.name()}`;
    if (trouble !== null) program.error(oneLine(`bnlab ${name}: ${trouble}`), { exitCode: 2 });
  });

program
  .command("run")
  .description("run a notebook from top to bottom; write it with its outputs, and as a web page")
  .argument("<notebook>", "an .ipynb file in TypeScript, or a script with // %% before each cell")
  .option(
    "-o, --output <file>",
    "where to write the executed notebook (default: NAME.executed.ipynb beside it)",
  )
  .option("--html <file>", "also write a page with live charts, one file that opens offline")
  .option("--live <file>", "also write a page in which the cells run, one file that opens offline")
  .option(...withOption)
  .option("--timeout <seconds>", "interrupt a cell that takes longer", seconds)
  .option("--time <seconds>", "stop the run when all of it takes longer", seconds)
  .option("--allow-errors", "go on after a cell that fails")
  .option("--timing", "keep in each cell's metadata when it began and ended, as nbclient does")
  .option("--folder <folder>", "where cells start from and find their files (default: the notebook's)")
  .option("-p, --parameter <name=value>", "set a parameter of the notebook; may be repeated", parameter)
  .option("--params-file <file>", "set those of a JSON file, an object by name; what -p sets counts")
  .option(
    "--records <file>",
    "where to write what cells recorded, and how the run ended, as JSON\n(default: beside the output, where they recorded something)",
  )
  .helpOption(...helpOption)
  .exitOverride()
  .addHelpText("after", runExitCodes)
  .action(async (notebook: string, { parameter: parameters, ...options }, command: Command) => {
    if (options.with && options.live === undefined) command.error(withoutLive);
    const { runCommand } = await import("./notebook/runCommand");
    process.exitCode = await runCommand(notebook, { ...options, parameters });
  });

program
  .command("convert")
  .description(
    "write a notebook as a script with // %% before each cell, or a script as a notebook; nothing is run",
  )
  .argument("<file>", "an .ipynb file, or a .ts or .js file")
  .option("-o, --output <file>", "where to write it (default: NAME.ts or NAME.ipynb beside it)")
  .option("--strip", "leave out outputs, counts and times; without -o in the notebook itself")
  .helpOption(...helpOption)
  .exitOverride()
  .addHelpText("after", convertHelp)
  .action(async (file: string, options) => {
    const { convertCommand } = await import("./notebook/convertCommand");
    process.exitCode = await convertCommand(file, options);
  });

program
  .command("export")
  .description("write a notebook, as it was saved, as a web page, as Markdown or as a PDF; nothing is run")
  .argument("<notebook>", "an .ipynb file")
  .option("--html <file>", "a page with live charts, one file that opens offline")
  .option("--markdown <file>", "Markdown, with pictures in NAME_files beside it")
  .option("--pdf <file>", "a PDF, printed by Chromium, Chrome or Edge, which are to be installed")
  .option("--no-code", "leave code out of page, Markdown and PDF")
  .option("--live <file>", "a page in which the cells run, one file that opens offline")
  .option(...withOption)
  .option("--engine <file>", "keep what live pages run on in a file of its own, which they share")
  .option("--folder <folder>", "where the notebook's pictures are looked for (default: the notebook's)")
  .helpOption(...helpOption)
  .exitOverride()
  .addHelpText("after", plainExitCodes)
  .action(async (notebook: string, options, command: Command) => {
    const { html, live, markdown, pdf } = options;
    if ([html, live, markdown, pdf].every((each) => each === undefined))
      command.error("error: expected --html, --live, --markdown or --pdf with a file, or several of them");
    if (options.with && options.live === undefined) command.error(withoutLive);
    const { exportCommand } = await import("./notebook/exportCommand");
    process.exitCode = await exportCommand(notebook, options);
  });

program
  .command("site")
  .description(
    "write folders of notebooks, as they were saved, as pages in which the cells run; nothing is run",
  )
  .argument(
    "<folders...>",
    "folders of .ipynb files; files of the same name are one notebook in several languages",
  )
  .requiredOption("-o, --output <folder>", "the folder to write, for any web server")
  .helpOption(...helpOption)
  .exitOverride()
  .addHelpText("after", plainExitCodes)
  .action(async (folders: string[], options) => {
    const { siteCommand } = await import("./notebook/siteCommand");
    process.exitCode = await siteCommand(folders, options);
  });

program
  .command("check")
  .description("run notebooks and compare what they show with what was saved in them")
  .argument("<notebooks...>", ".ipynb files in TypeScript, with outputs")
  .option("--timeout <seconds>", "interrupt a cell that takes longer", seconds)
  .option("--rtol <number>", "how far a number may be off, relative to the saved one", tolerance, 1e-6)
  .option("--atol <number>", "how far a number may be off besides", tolerance, 1e-9)
  .helpOption(...helpOption)
  .exitOverride()
  .addHelpText("after", checkExitCodes)
  .action(async (notebooks: string[], options) => {
    const { checkCommand } = await import("./notebook/checkCommand");
    process.exitCode = await checkCommand(notebooks, options);
  });

const sweep = program
  .command("sweep")
  .description(
    "run a notebook many times, with other parameters each time: on this machine's cores, or on a cluster",
  )
  .argument("<notebook>", "an .ipynb file in TypeScript")
  .option("-p, --param <name=values>", "what is varied; may be repeated", axis)
  .option("--params-file <file>", "rows of parameters: .csv, .json or .jsonl")
  .option("--random <count>", "draw so many runs; without it every combination is one", wholeFrom(1))
  .option("--seed <number>", "of the drawing: the same seed draws the same runs", wholeFrom(0), 0)
  .option(
    "--halve <name=budgets>",
    "successive halving: all runs with the first budget, the best with the next, as epochs=1,3,9",
    budgets,
  );
withRanking(sweep)
  .option("-o, --output <folder>", "the sweep's folder (default: NAME.sweep beside the notebook)")
  .option("--folder <folder>", "where cells start from and find their files (default: the notebook's)")
  .option("--own-folder", "cells start in their run's folder: what they write stays apart")
  .helpOption(...helpOption)
  .helpCommand(false)
  .enablePositionalOptions()
  .exitOverride()
  .addHelpText("after", sweepHelp);
withEngine(sweep).action(async (notebook: string, options) => {
  const { sweepCommand } = await import("./sweep");
  process.exitCode = await sweepCommand(notebook, options);
});

const sweepFolder = ["<folder>", "a sweep's folder"] as const;

withEngine(
  withRanking(
    sweep
      .command("resume")
      .description("run what has not finished; options count from now on")
      .argument(...sweepFolder),
  ).option("--folder <folder>", "where cells start from and find their files"),
).action(async (folder: string, options) => {
  const { resumeCommand } = await import("./sweep");
  process.exitCode = await resumeCommand(folder, options);
});

sweep
  .command("status")
  .description("show how many runs have finished, what is under way, and why runs failed")
  .argument(...sweepFolder)
  .helpOption(...helpOption)
  .exitOverride()
  .action(async (folder: string) => {
    const { statusCommand } = await import("./sweep");
    process.exitCode = await statusCommand(folder);
  });

sweep
  .command("gather")
  .description("write all runs as one table: parameters, what was recorded, how each ended")
  .argument(...sweepFolder)
  .option(
    "-o, --output <file>",
    ".csv or .json, which has curves and tables too (default: results.csv in the folder)",
  )
  .helpOption(...helpOption)
  .exitOverride()
  .action(async (folder: string, options) => {
    const { gatherCommand } = await import("./sweep");
    process.exitCode = await gatherCommand(folder, options);
  });

sweep
  .command("cancel")
  .description("stop what runs a sweep, process or job; what ran is saved")
  .argument(...sweepFolder)
  .helpOption(...helpOption)
  .exitOverride()
  .action(async (folder: string) => {
    const { cancelCommand } = await import("./sweep");
    process.exitCode = await cancelCommand(folder);
  });

/** Which runs of a round go on, which `sweep` and `resume` are both asked. */
function withRanking(command: Command): Command {
  return command
    .option("--by <record>", "--halve: the record that ranks runs")
    .addOption(
      new Option("--better <which>", "--halve: whether its higher or its lower numbers are").choices([
        "higher",
        "lower",
      ]),
    );
}

/** How runs are run, which `sweep` and `resume` are both asked. */
function withEngine(command: Command): Command {
  return command
    .addOption(new Option("--engine <name>", "what runs them (default: local)").choices(["local", "slurm"]))
    .option(
      "--jobs <count>",
      "runs at the same time (default: as many as cores and memory allow)",
      wholeFrom(1),
    )
    .option("--cpus <count>", "cores of each run (default: 1); the numbers do not depend on it", wholeFrom(1))
    .option("--time <seconds>", "stop a run that takes longer", seconds)
    .option("--memory <MiB>", "end a run that takes more", wholeFrom(1))
    .option("--timeout <seconds>", "interrupt a cell that takes longer", seconds)
    .option("--retries <count>", "try a run that fails again, so many times (default: 0)", wholeFrom(0))
    .option("--partition <name>", "Slurm: where to")
    .option("--module <name>", "Slurm: load this first; may be repeated", repeated)
    .option(
      "--sbatch <option>",
      "Slurm: give sbatch this option, as --sbatch=--account=lab; may be repeated",
      repeated,
    )
    .option(
      "--command <words>",
      'Slurm: what calls bnlab on a node, as "apptainer exec lab.sif bnlab" (default: this program)',
    )
    .helpOption(...helpOption)
    .exitOverride();
}

const jupyter = program
  .command("jupyter")
  .description("the kernel in Jupyter: notebooks, lab, console, nbconvert")
  .helpOption(...helpOption)
  .helpCommand(false)
  .addHelpText("after", plainExitCodes)
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
  .helpOption(...helpOption)
  .exitOverride()
  .addHelpText("after", "\nWrites to JUPYTER_DATA_DIR, else where Jupyter keeps this user's data.")
  .action((options) => jupyterCommand(({ installKernel }) => installKernel(options)));

jupyter
  .command("uninstall")
  .description("take the kernel away from Jupyter")
  .option(...kernelName)
  .helpOption(...helpOption)
  .exitOverride()
  .action(({ name }) => jupyterCommand(({ uninstallKernel }) => uninstallKernel(name)));

jupyter
  .command("list")
  .description("show which of this user's Jupyter kernels are BN Lab's")
  .helpOption(...helpOption)
  .exitOverride()
  .action(() => jupyterCommand(({ listKernels }) => listKernels()));

jupyter
  .command("start")
  .description("run a kernel for a Jupyter client, which is who starts it")
  .argument("<connection-file>", "the file that tells ports and key")
  .helpOption(...helpOption)
  .exitOverride()
  .action((file: string) => jupyterCommand(({ startKernel }) => startKernel(file)));

program
  .command("mcp")
  .description("let an assistant run cells and see what comes of them, over the Model Context Protocol")
  .argument("[folders...]", "whose notebooks it may run (default: the current folder)")
  .helpOption(...helpOption)
  .exitOverride()
  .addHelpText("after", mcpHelp)
  .action(async (folders: string[]) => {
    const { mcpCommand } = await import("./mcp/mcpCommand");
    process.exitCode = await mcpCommand(folders.length > 0 ? folders : ["."]);
  });

program
  .command("doctor")
  .description("show which kernels this machine runs, and how fast they are")
  .helpOption(...helpOption)
  .exitOverride()
  .addHelpText("after", settingsHelp)
  .action(async () => {
    try {
      const { doctor } = await import("./cell/doctor");
      doctor();
    } catch (error) {
      console.error(oneLine(`bnlab doctor: ${(error as Error).message}`));
      process.exitCode = 2;
    }
  });

/** Loaded when asked for; what goes wrong is said in one line. */
async function jupyterCommand(
  run: (commands: typeof import("./jupyter/command")) => Promise<void>,
): Promise<void> {
  try {
    await run(await import("./jupyter/command"));
  } catch (error) {
    console.error(oneLine(`bnlab jupyter: ${(error as Error).message}`));
    process.exitCode = 2;
  }
}

// Whoever read the lines may have gone (`| head`, a terminal that closed, a full disk): the files are wanted all the same.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof CommanderError)) {
    // A fault of ours; of what commander complains it has said so.
    console.error(oneLine(`bnlab: ${(error as Error).message} (NODE_DEBUG=bnlab shows where)`));
    debuglog("bnlab")((error as Error).stack ?? "");
  }
}
