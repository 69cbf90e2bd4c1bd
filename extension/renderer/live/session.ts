// One page's runs: cells wait in a queue, the engine starts with the first, what it publishes is written into the notebook.
import {
  type CodeCell,
  cellChecks,
  hasTag,
  type Notebook,
  proseOf,
} from "../../../kernel/document/notebookFile";
import { OutputCollector } from "../../../kernel/document/outputCollector";
import {
  type AnyPublication,
  type Comm,
  commIn,
  isMessage,
  type KernelClient,
  type RequestOptions,
  type Transport,
} from "../../../kernel/protocol";

import { languageOf } from "../../../kernel/words";
import { EngineStart } from "./engineStart";

export type CellState = "idle" | "queued" | "running" | "done" | "failed" | "stopped";

/** Where the engine is; `busy` while a cell runs. */
export type EngineState = "none" | "starting" | "ready" | "busy" | "stopping";

export interface SessionEvents {
  onState(cell: CodeCell, state: CellState): void;
  /** Outputs are others now: of the cell that runs, or of another that it updates. */
  onOutputs(): void;
  onEngine(state: EngineState): void;
  /** What is said of a control. */
  onComm(comm: Comm): void;
  onInput(cell: CodeCell): NonNullable<RequestOptions["onInput"]>;
  /** The engine could not be started. */
  onTrouble(error: Error): void;
  /** The engine that starts has given no sign of life for a while; or it has since, or its start is over. */
  onSilence(isSilent: boolean): void;
}

export type StartEngine = () => Promise<Transport>;

/** A cell that is to fail: the run goes on after it. */
const mayFailTag = "raises-exception";

export class LiveSession {
  readonly #notebook: Notebook;
  readonly #language: string;
  readonly #startEngine: StartEngine;
  readonly #events: SessionEvents;
  readonly #queue: CodeCell[] = [];
  #collector = new OutputCollector();
  #client: Promise<KernelClient> | undefined;
  #start: EngineStart | undefined;
  #running: CodeCell | undefined;
  #stopping = false;
  #engine: EngineState = "none";
  /** Controls that the engine knows. */
  readonly #comms = new Set<string>();
  /** Counts the restarts: what comes from before one is heard no more. */
  #life = 0;

  constructor(notebook: Notebook, startEngine: StartEngine, events: SessionEvents) {
    this.#notebook = notebook;
    this.#language = languageOf(proseOf(notebook));
    this.#startEngine = startEngine;
    this.#events = events;
  }

  get running(): CodeCell | undefined {
    return this.#running;
  }

  /** The engine's client, where it is started. */
  get client(): Promise<KernelClient> | undefined {
    return this.#client;
  }

  run(cells: readonly CodeCell[]): void {
    for (const cell of cells) {
      if (cell === this.#running || this.#queue.includes(cell)) continue;
      this.#queue.push(cell);
      this.#events.onState(cell, "queued");
    }
    if (!this.#running) void this.#serve();
  }

  /** Says something to a control's other end. */
  tell(comm: Comm): void {
    void this.#client?.then((client) => client.tell(comm)).catch(() => {});
  }

  /** Interrupts the cell that runs; those that wait are not begun. */
  stop(): void {
    this.#giveUpQueue();
    if (!this.#running || !this.#client) return;
    this.#stopping = true;
    this.#tell("stopping");
    this.#client.then((client) => client.interrupt()).catch(() => {}); // an engine that has gone needs none
  }

  /** Gives up an engine that is starting, and starts another: cells that wait run in that one. */
  startAgain(): void {
    this.#start?.again();
  }

  /** Ends the engine with all its variables; the next run starts another. */
  end(): void {
    this.#life++;
    this.#giveUpQueue();
    const running = this.#running;
    this.#running = undefined;
    void this.#client?.then((client) => client.close("the page was reset")).catch(() => {});
    this.#start?.close();
    this.#client = undefined;
    this.#start = undefined;
    this.#collector = new OutputCollector();
    this.#closeComms();
    this.#stopping = false;
    if (running) this.#events.onState(running, "idle");
    this.#tell("none");
  }

  async #serve(): Promise<void> {
    const life = this.#life;
    for (let cell = this.#queue.shift(); cell; cell = this.#queue.shift()) {
      this.#running = cell;
      const ended = await this.#runCell(cell, life);
      if (life !== this.#life) return;
      this.#running = undefined;
      this.#stopping = false;
      this.#events.onState(cell, ended);
      if (ended !== "done") this.#giveUpQueue();
    }
    this.#tell(this.#client ? "ready" : "none");
  }

  async #runCell(cell: CodeCell, life: number): Promise<CellState> {
    let client: KernelClient;
    try {
      client = await this.#started(life);
    } catch (error) {
      if (life === this.#life) this.#events.onTrouble(error as Error);
      return "idle";
    }
    if (this.#stopping || life !== this.#life) return "stopped";
    this.#tell("busy");
    this.#events.onState(cell, "running");
    cell.outputs = [];
    cell.execution_count = null;
    delete cell.metadata.execution;
    const receive = (publication: AnyPublication) => {
      if (life !== this.#life) return;
      if (isMessage(publication, "execute_input")) cell.execution_count = publication.content.execution_count;
      this.#hear(publication);
      this.#collector.collect(cell, publication);
      this.#events.onOutputs();
    };
    try {
      const { content } = await client.execute(cell.source, receive, {
        checks: cellChecks(cell, this.#notebook),
        language: this.#language,
        onInput: this.#events.onInput(cell),
      });
      if (content.status === "ok" || (hasTag(cell, mayFailTag) && !this.#stopping)) return "done";
      return this.#stopping ? "stopped" : "failed";
    } catch (error) {
      if (life !== this.#life) return "idle";
      const { name, message } = error as Error;
      cell.outputs.push({
        output_type: "error",
        ename: name,
        evalue: message,
        traceback: [`${name}: ${message}`],
      });
      this.#events.onOutputs();
      this.#client = undefined;
      this.#closeComms();
      return this.#stopping ? "stopped" : "failed";
    }
  }

  async #started(life: number): Promise<KernelClient> {
    this.#client ??= this.#begin(life);
    try {
      return await this.#client;
    } catch (error) {
      if (life === this.#life) {
        this.#client = undefined;
        this.#tell("none");
      }
      throw error;
    }
  }

  #begin(life: number): Promise<KernelClient> {
    this.#tell("starting");
    this.#start = new EngineStart(this.#startEngine, {
      hear: (publication) => {
        if (life === this.#life) this.#hear(publication);
      },
      onSilence: (isSilent) => this.#events.onSilence(isSilent),
    });
    return this.#start.client;
  }

  #hear(publication: AnyPublication): void {
    const comm = commIn(publication);
    if (!comm) return;
    if (comm.type === "comm_close") this.#comms.delete(comm.content.comm_id);
    else this.#comms.add(comm.content.comm_id);
    this.#events.onComm(comm);
  }

  #closeComms(): void {
    for (const comm_id of this.#comms)
      this.#events.onComm({ type: "comm_close", content: { comm_id, data: {} } });
    this.#comms.clear();
  }

  #giveUpQueue(): void {
    for (const cell of this.#queue.splice(0)) this.#events.onState(cell, "idle");
  }

  #tell(state: EngineState): void {
    if (state === this.#engine) return;
    this.#engine = state;
    this.#events.onEngine(state);
  }
}
