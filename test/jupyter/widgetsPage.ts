// A page with the widgets that JupyterLab has: a kernel's messages go in, what the widgets say comes out.
import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import * as controls from "@jupyter-widgets/controls";
import { Widget } from "@lumino/widgets";
import type { AnyPublication, Comm, Json } from "../../kernel/protocol";

declare global {
  interface Window {
    /** What a widget says. */
    say(comm: Comm): Promise<void>;
    hear(publication: AnyPublication): Promise<void>;
    show(id: string): Promise<void>;
  }
}

type Module = Record<string, typeof base.WidgetModel>;
const modules: Record<string, Module> = {
  "@jupyter-widgets/base": base as unknown as Module,
  "@jupyter-widgets/controls": controls as unknown as Module,
};

class Manager extends ManagerBase {
  protected async loadClass(className: string, moduleName: string): Promise<typeof base.WidgetModel> {
    return modules[moduleName]![className]!;
  }

  protected async _create_comm(): Promise<never> {
    throw new Error("expected comms of the kernel's alone");
  }

  protected async _get_comm_info(): Promise<object> {
    return {};
  }
}

const manager = new Manager();
interface Callbacks {
  iopub?: { status?(message: { content: { execution_state: "idle" } }): void };
}
type Hear = (message: unknown) => unknown;
const listeners = new Map<string, Hear>();

window.hear = async (publication) => {
  const { comm_id, target_name } = publication.content as { comm_id: string; target_name?: string };
  if (target_name === undefined) {
    await listeners.get(comm_id)?.(publication);
    return;
  }
  const comm = {
    comm_id,
    target_name,
    open: () => "",
    close: () => "",
    send: (data: unknown, callbacks?: Callbacks) => {
      const comm: Comm = { type: "comm_msg", content: { comm_id, data: data as Record<string, Json> } };
      // A model says nothing more until the kernel has taken in what it said last.
      void window.say(comm).then(() => callbacks?.iopub?.status?.({ content: { execution_state: "idle" } }));
      return "";
    },
    on_msg: (hear: Hear) => void listeners.set(comm_id, hear),
    on_close() {},
  };
  type Opening = Parameters<Manager["handle_comm_open"]>;
  await manager.handle_comm_open(comm as Opening[0], publication as unknown as Opening[1]);
};

window.show = async (id) => {
  const view = await manager.create_view(await manager.get_model(id));
  Widget.attach(view.luminoWidget, document.body);
};
