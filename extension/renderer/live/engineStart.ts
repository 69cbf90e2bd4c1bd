// The start of an engine: it is listened to until it takes cells, its reader is told where it stays silent, and may have it begun anew.
import { type AnyPublication, KernelClient, KernelGone, type Transport } from "../../../kernel/protocol";

/** How long an engine that starts may give no sign of life: a loaded machine takes its time. */
const silenceMs = 30_000;

export interface StartEvents {
  hear(publication: AnyPublication): void;
  /** It has given no sign of life for a while; or it has given one since, or its start is over. */
  onSilence(isSilent: boolean): void;
}

export class EngineStart {
  readonly #startEngine: () => Promise<Transport>;
  readonly #events: StartEvents;
  /** Resolves when cells can be run. */
  readonly client: Promise<KernelClient>;
  #attempts = 0;
  #transport: Transport | undefined;
  #again = () => {};
  #isOver = false;
  #isSilent = false;
  #silence = 0;

  constructor(startEngine: () => Promise<Transport>, events: StartEvents) {
    this.#startEngine = startEngine;
    this.#events = events;
    this.client = this.#started().finally(() => this.#end());
  }

  /** Gives up what has been begun, and begins anew; whoever waits for the client goes on waiting. */
  again(): void {
    if (this.#isOver) return;
    this.#attempts++;
    this.#again();
    this.#transport?.close();
    this.#transport = undefined;
  }

  /** Ends the engine, also one that is not there yet. */
  close(): void {
    this.#attempts++;
    this.#transport?.close();
    this.#end();
  }

  async #started(): Promise<KernelClient> {
    for (;;) {
      const again = new Promise<undefined>((resolve) => {
        this.#again = () => resolve(undefined);
      });
      const client = await Promise.race([this.#attempt(), again]);
      if (client) return client;
    }
  }

  async #attempt(): Promise<KernelClient> {
    const attempt = ++this.#attempts;
    this.#heard();
    const transport = await this.#startEngine();
    if (attempt !== this.#attempts) {
      transport.close();
      throw new KernelGone("the page was reset");
    }
    this.#transport = transport;
    const heard: Transport = {
      send: (message) => transport.send(message),
      onMessage: (receive) =>
        transport.onMessage((message) => {
          if (attempt === this.#attempts) this.#heard();
          receive(message);
        }),
      onClose: (closed) => transport.onClose(closed),
      close: () => transport.close(),
    };
    const client = new KernelClient(heard, (publication) => this.#events.hear(publication));
    // The start is no cell's time: this ends when cells can be run.
    await client.execute("", () => {}, { silent: true });
    return client;
  }

  #heard(): void {
    if (this.#isOver) return;
    this.#tell(false);
    clearTimeout(this.#silence);
    this.#silence = window.setTimeout(() => this.#tell(true), silenceMs);
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#silence);
    this.#tell(false);
  }

  #tell(isSilent: boolean): void {
    if (isSilent === this.#isSilent) return;
    this.#isSilent = isSilent;
    this.#events.onSilence(isSilent);
  }
}
