// The parser as data/ uses it: its own types bring those of Node along.
export class CsvError extends Error {}
export function parse(text: string, options: object): string[][];
