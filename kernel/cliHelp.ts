// What `bnlab COMMAND --help` says below the options: exit codes, examples, what is behind the words.
import { settingNames, settings } from "./host/settings";

export const runExitCodes = `
Exit codes:
  0    every cell ran (or --allow-errors was given)
  1    a cell failed or ran out of time, or left an error behind; the files hold what ran
  2    the command line, the notebook or a file to write cannot be used, or there is nothing to run;
       a file that could be written no more after the run is saved elsewhere, and it is said where
  129  stopped by SIGHUP, as by a terminal that closes; the files hold what ran
  130  stopped by Ctrl+C; the files hold what ran (again: without waiting for the cell that runs)
  143  stopped by SIGTERM; the files hold what ran

Files are tried before the first cell runs, and replaced only when the new one is whole. If no cell
has run, none is written.

A cell tagged "raises-exception" may fail. A cell tagged "parameters" holds the defaults of
what -p sets: values are JSON or numbers where they can be read as such, else texts.

Examples:
  bnlab run lesson.ipynb -o out/lesson.ipynb --html out/lesson.html
  bnlab run lesson.ipynb --live out/lesson.live.html
  bnlab run sweep.ipynb -p learningRate=0.1 -p layers=[100,100] -p name=wide`;

export const checkExitCodes = `
Exit codes:
  0    every notebook shows what it showed when it was saved
  1    something differs
  2    the command line or a notebook cannot be used, or has nothing to compare
  129, 130, 143  stopped by SIGHUP, Ctrl+C, SIGTERM

Compared are texts, results, displays and errors; in them numbers that are not whole may differ by
rtol × the saved number + atol. Progress bars are not compared, nor the outputs of a cell tagged
"nbval-ignore-output".

Example:
  bnlab check lessons/*.ipynb --rtol 1e-4`;

export const sweepHelp = `
Values, as lists and ranges; a grid has every combination of them:
  --param lr=.03,.1,.3          these three; lists have brackets: sizes=[100,100],[50]; a text with a comma has quotes
  --param seed=0..9             whole numbers, both ends included
  --param width=16..128..16     in steps of 16
  --param lr=0.01..0.3          anything between, for --random; log:1e-4..1e-1 by powers of ten
  --params-file runs.csv        rows with names in the first line; .json: a list of objects; .jsonl
The notebook has a cell tagged "parameters" that holds the defaults.

The folder has the plan (sweep.json), a copy of the notebook, and for each run in runs/NNNN its
parameters, the notebook with its outputs, what its cells recorded by record(name, value)
(records.json) and what bnlab run printed (log.txt).

--halve epochs=1,3,9 --by accuracy --better higher: successive halving. All runs with 1 epoch, the best
third of them again with 3, the best third of those with 9: three times the budget, a third of the
runs. A run that fails or records no such number does not go on. With Slurm each round is a job, and
resume hands over the next.

A run that finished is never run again. Whatever stops a sweep, the same command goes on with it,
or \`bnlab sweep resume FOLDER\`, which needs neither notebook nor values.

Exit codes:
  0    every run finished, of --halve every one of the last round; with --engine slurm: the job was handed over
  1    runs failed, or are left
  2    the command line, the notebook or the folder cannot be used
  129, 130, 143  stopped by SIGHUP, Ctrl+C, SIGTERM; what ran is saved

Examples:
  bnlab sweep train.ipynb --param lr=.03,.1,.3 --param seed=0..9
  bnlab sweep train.ipynb --param lr=log:1e-4..1 --param width=16..256 --random 50
  bnlab sweep train.ipynb --param lr=log:1e-4..1 --random 27 --halve epochs=1,3,9 --by accuracy --better higher
  bnlab sweep train.ipynb --params-file runs.csv --engine slurm --partition short --time 900 --memory 4096
  bnlab sweep gather train.sweep --output results.json`;

export const mcpHelp = `
It speaks on standard input and output, so an assistant's settings name it as a command:
  { "mcpServers": { "bnlab": { "command": "npx", "args": ["bnlab", "mcp", "/path/to/notebooks"] } } }

What it runs can do what you can do on this machine: name folders whose notebooks you trust it with.

Exit codes:
  0  the assistant has gone
  2  a folder cannot be used`;

export const convertHelp = `
The script is the code of the cells, byte for byte; texts are comments, outputs are not in it. Written
back over the notebook that it came from, cells that are as they were keep their outputs. jupytext and
VS Code read such scripts; \`bnlab run script.ts\` runs their cells.

Exit codes:
  0  done
  2  it cannot be done; one line says why

Examples:
  bnlab convert lesson.ipynb              # lesson.ts
  bnlab convert lesson.ts                 # and back
  bnlab convert lesson.ipynb --strip      # before a commit`;

export const plainExitCodes = `
Exit codes:
  0  done
  2  it cannot be done; one line says why`;

export const settingsHelp = `
Environment variables, which cells obey too:
${settingNames
  .map((name) => {
    const { variable, about, takes, otherwise } = settings[name];
    return `  ${variable}\n    ${about}\n    ${takes}; without it: ${otherwise}`;
  })
  .join("\n")}`;
