// What a function holds of the code around it: V8 tells, through an inspector session of its own.
import { Session } from "node:inspector";

export interface FunctionScope {
  /** "Closure (train)", "Block", "Module". */
  readonly description: string;
  /** Its variables as they are now. */
  readonly variables: Readonly<Record<string, unknown>>;
}

const slot = Symbol.for("bnlab.scopes");
const group = "bnlab.scopes";
/** How V8's console gets at what is asked for. */
const place = `globalThis[Symbol.for("${slot.description}")]`;

interface Asked {
  function: unknown;
  scopes: { description: string; object: Record<string, unknown> }[];
}

/** Looks into functions until it is closed. */
export class ScopeReader {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
  }

  /** The scopes that a function was made in, the nearest first; the globals are left out. */
  scopesOf(value: unknown): FunctionScope[] {
    const asked: Asked = { function: value, scopes: [] };
    Object.assign(globalThis, { [slot]: asked });
    try {
      const { result } = this.#post("Runtime.evaluate", {
        expression: `${place}.function`,
        objectGroup: group,
      });
      const internal = this.#post("Runtime.getProperties", {
        objectId: result!.objectId,
        ownProperties: true,
      });
      const list = internal.internalProperties?.find(({ name }) => name === "[[Scopes]]");
      if (list?.value?.objectId === undefined) return [];
      const scopes = this.#post("Runtime.getProperties", {
        objectId: list.value.objectId,
        ownProperties: true,
      });
      for (const { name, value: scope } of (scopes.result ?? []) as unknown as Property[]) {
        if (!/^\d+$/.test(name) || scope?.description === "Global") continue;
        this.#post("Runtime.callFunctionOn", {
          objectId: scope?.objectId,
          functionDeclaration: `function () { ${place}.scopes.push(this); }`,
        });
      }
      return asked.scopes.map(({ description, object }) => ({ description, variables: object }));
    } finally {
      Reflect.deleteProperty(globalThis, slot);
      this.#post("Runtime.releaseObjectGroup", { objectGroup: group });
    }
  }

  close(): void {
    this.#session.disconnect();
  }

  /** On its own thread the inspector answers before `post` returns. */
  #post(method: string, parameters: object): Answer {
    let answer: Answer = {};
    let failure: Error | null = null;
    this.#session.post(method, parameters, (error, result) => {
      failure = error;
      answer = (result ?? {}) as Answer;
    });
    if (failure !== null) throw new Error(`scopes: ${(failure as Error).message}`);
    return answer;
  }
}

interface Property {
  readonly name: string;
  readonly value?: { readonly objectId?: string; readonly description?: string };
}

interface Answer {
  readonly result?: { readonly objectId?: string };
  readonly internalProperties?: readonly Property[];
}
