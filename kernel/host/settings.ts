// BN Lab's environment variables in one table: name, meaning, what each may be, and its value. Nothing else reads them.

interface Values {
  /** Threads that compute. */
  readonly threads: number;
  /** Runs at once. */
  readonly parallel: number;
  /** MiB. */
  readonly memory: number;
  readonly simd: "revec" | "plain" | "off";
  readonly fusion: "on" | "off";
  /** A folder. */
  readonly mnist: string;
  readonly semicolonHides: "0" | "1";
  /** A file. */
  readonly notebook: string;
  /** A program. */
  readonly browser: string;
}

interface EnvironmentVariable<Value> {
  readonly variable: string;
  /** What it does, in one line. */
  readonly about: string;
  /** What it may be. */
  readonly takes: string;
  /** What holds where it is not set. */
  readonly otherwise: string;
  /** The value that a text means; undefined where it means none. */
  readonly parse: (text: string) => Value | undefined;
}

export type SettingName = keyof Values;

export const settings: { readonly [Name in SettingName]: EnvironmentVariable<Values[Name]> } = {
  threads: {
    variable: "BNLAB_THREADS",
    about: "how many threads compute; the numbers do not depend on it",
    takes: "a whole number of threads from 1 on",
    otherwise: "one for each core up to four, and one for each two cores beyond",
    parse: wholeFrom(1),
  },
  parallel: {
    variable: "BNLAB_PARALLEL",
    about:
      "how many runs of an experiment() are made at once, each in a process; the numbers do not depend on it",
    takes: 'a whole number of runs from 1 on, or "off"',
    otherwise: "one for each core, as far as there is memory",
    parse: (text) => (text === "off" ? 1 : wholeFrom(1)(text)),
  },
  memory: {
    variable: "BNLAB_MEMORY",
    about: "how much memory tensors may take, and as much again the objects of cells",
    takes: "a whole number of MiB from 64 on",
    otherwise: "4 GiB for tensors, and what Node takes for objects",
    parse: wholeFrom(64),
  },
  simd: {
    variable: "BNLAB_SIMD",
    about: "how wide the kernels' vectors are: 256 bits, 128 bits, or plain TypeScript",
    takes: '"revec", "plain" or "off"',
    otherwise: "the widest that this machine has, as a short race finds",
    parse: oneOf("revec", "plain", "off"),
  },
  fusion: {
    variable: "BNLAB_FUSION",
    about:
      "whether a BatchNorm and the activation behind it, and long elementwise expressions, are computed in one pass, with the same bits",
    takes: '"on" or "off"',
    otherwise: "on",
    parse: oneOf("on", "off"),
  },
  mnist: {
    variable: "BNLAB_MNIST",
    about: "where MNIST's IDX files lie, for `lesson.digits`",
    takes: "a folder",
    otherwise: "digits are drawn",
    parse: (text) => text,
  },
  semicolonHides: {
    variable: "BNLAB_SEMICOLON_HIDES",
    about: "whether a semicolon at the end of a cell hides its value, as in IPython",
    takes: '"1" or "0"',
    otherwise: "0",
    parse: oneOf("1", "0"),
  },
  notebook: {
    variable: "BNLAB_NOTEBOOK",
    about: "the notebook that cells find themselves in; whoever starts a kernel sets it",
    takes: "a file",
    otherwise: "a cell of the kernel's folder",
    parse: (text) => text,
  },
  browser: {
    variable: "BNLAB_BROWSER",
    about: "the browser that prints PDFs for `bnlab export --pdf`",
    takes: "a file: Chromium, Chrome or Edge",
    otherwise: "the first that is found",
    parse: (text) => text,
  },
};

export const settingNames = Object.keys(settings) as SettingName[];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The value of a variable; undefined where it is not set, or empty.
 *
 * @throws RangeError that names the variable, and says what it may be.
 */
export function setting<Name extends SettingName>(
  name: Name,
  environment: Environment = process.env,
): Values[Name] | undefined {
  const { variable, takes, parse }: EnvironmentVariable<Values[Name]> = settings[name];
  const text = environment[variable];
  if (text === undefined || text === "") return undefined;
  const value = parse(text);
  if (value === undefined) throw new RangeError(`${variable}: expected ${takes}, got "${text}"`);
  return value;
}

/** What is wrong with the first variable that cannot be used, in words; null where all can. */
export function settingsTrouble(environment: Environment = process.env): string | null {
  try {
    for (const name of settingNames) setting(name, environment);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The variables that give these settings to a process. */
export function environmentOf(values: { readonly [Name in SettingName]?: string }): Record<string, string> {
  const given = settingNames.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [[settings[name].variable, value]];
  });
  return Object.fromEntries(given);
}

function wholeFrom(least: number): (text: string) => number | undefined {
  return (text) => {
    const number = Number(text);
    return Number.isInteger(number) && number >= least ? number : undefined;
  };
}

function oneOf<Word extends string>(...words: Word[]): (text: string) => Word | undefined {
  return (text) => words.find((word) => word === text);
}
