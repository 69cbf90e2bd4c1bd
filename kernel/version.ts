// Versions, from the one place that states them.
import { devDependencies, optionalDependencies, version } from "../package.json";

/** TypeScript's, as it is told: `6.0`. */
export const typescriptVersion: string = devDependencies.typescript.split(".", 2).join(".");

/** The tslab that this stands for. */
export const tslabVersion: string = devDependencies.tslab;

/** ZeroMQ's package, which only Jupyter's line needs. */
export const zeromqVersion: string = optionalDependencies.zeromq;

export { version };
