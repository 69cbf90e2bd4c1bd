// `ui` as cells see it: every control, on the session's line to its clients, and `interact`, which joins them to its display.
import { requireKnown } from "../arguments";
import { displaySymbol, Mime } from "../protocol/mime";
import { display, displaySession, onInterrupt } from "../session/display/display";
import type { Controls, ValuesOf } from "../ui";
import { hear, recover, setControlHost } from "../ui/host";
import { interactOn, type Stage } from "../ui/interact";
import { escapeHtml } from "../words";

export * from "../ui";

/**
 * Shows the controls and below them what `draw` makes of their values; while one is moved it is drawn again in the same place,
 * with the newest values: what comes in between is skipped, and a `draw` that is asynchronous never runs twice at a time. An
 * error takes the place of the drawing until the next one; the first one is the cell's. Without anybody to move them, as in
 * `bnlab run`, it draws once. A control that several drawings are made of draws the latest of them.
 *
 * @example
 * ui.interact({ scale: ui.slider(0.1, 10, { scale: "log" }) }, ({ scale }) => plot.histogram({ x: randn([1000]).mul(scale) }));
 * @throws TypeError unless there is a control, each is one, and `draw` is a function; what the first `draw` throws.
 */
export function interact<C extends Controls>(controls: C, draw: (values: ValuesOf<C>) => unknown): void {
  requireKnown("interact", arguments, 2);
  interactOn(stage, controls, draw);
}

const stage: Stage = {
  show: (value) => display(value),
  hold: (pending) => displaySession()?.hold(pending),
  failure: (error) => ({ [displaySymbol]: () => failureBundle(error) }),
};

function failureBundle(error: unknown) {
  const text = displaySession()?.describe(error).traceback.join("\n") ?? String(error);
  return {
    [Mime.html]: `<pre role="alert" style="color: var(--vscode-errorForeground, #c72e2e); white-space: pre-wrap">${escapeHtml(text)}</pre>`,
    [Mime.plain]: text,
  };
}

const session = displaySession();
if (session) {
  setControlHost({
    get isAttended() {
      return session.isAttended;
    },
    say: (comm) => session.comm(comm),
    poll: () => session.pollComms(),
    speaking: (work) => session.speaking(work),
  });
  session.onComm(hear);
  onInterrupt(recover);
}
