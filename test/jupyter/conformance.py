"""What Jupyter asks of a kernel, checked with Jupyter's own client: the checks of jupyter_kernel_test, and some more.

Run by python.test.ts, which has installed the kernelspec "bnlab" where JUPYTER_DATA_DIR points.
"""

import os
import sys
import unittest
from queue import Empty

import nbformat
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

KERNEL = "bnlab"
TIMEOUT = 60
TUTORIAL = os.environ["BNLAB_TUTORIAL"]

# Message type → the fields that its content must have, with their types. A reply with status "error" has its own.
CONTENT = {
    "kernel_info_reply": {
        "protocol_version": str,
        "implementation": str,
        "implementation_version": str,
        "language_info": dict,
        "banner": str,
    },
    "execute_reply": {"execution_count": int, "user_expressions": dict, "payload": list},
    "complete_reply": {"matches": list, "cursor_start": int, "cursor_end": int, "metadata": dict},
    "inspect_reply": {"found": bool, "data": dict, "metadata": dict},
    "history_reply": {"history": list},
    "comm_info_reply": {"comms": dict},
    "shutdown_reply": {"restart": bool},
    "is_complete_reply": {"status": str},
    "status": {"execution_state": str},
    "execute_input": {"code": str, "execution_count": int},
    "stream": {"name": str, "text": str},
    "display_data": {"data": dict, "metadata": dict},
    "update_display_data": {"data": dict, "metadata": dict, "transient": dict},
    "execute_result": {"data": dict, "metadata": dict, "execution_count": int},
    "clear_output": {"wait": bool},
    "error": {"ename": str, "evalue": str, "traceback": list},
    "iopub_welcome": {"subscription": str},
    "comm_open": {"comm_id": str, "target_name": str, "data": dict},
    "comm_msg": {"comm_id": str, "data": dict},
    "comm_close": {"comm_id": str, "data": dict},
    "input_request": {"prompt": str, "password": bool},
}


class KernelTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.km, cls.kc = start_new_kernel(kernel_name=KERNEL, startup_timeout=TIMEOUT)

    @classmethod
    def tearDownClass(cls):
        cls.kc.stop_channels()
        cls.km.shutdown_kernel()

    def setUp(self):
        for get in (self.kc.get_shell_msg, self.kc.get_iopub_msg, self.kc.get_control_msg):
            while True:
                try:
                    self.validate(get(timeout=0.1))
                except Empty:
                    break

    def validate(self, message, kind=None, parent=None):
        for field in ("msg_id", "username", "session", "date", "msg_type", "version"):
            self.assertIn(field, message["header"])
        kind = kind or message["header"]["msg_type"]
        self.assertEqual(message["header"]["msg_type"], kind)
        if parent:
            self.assertEqual(message["parent_header"]["msg_id"], parent)
        content = message["content"]
        fields = CONTENT[kind]
        if kind.endswith("_reply") and kind != "is_complete_reply":
            self.assertIn(content["status"], ("ok", "error", "aborted"))
            if content["status"] == "error":
                fields = CONTENT["error"]
            elif content["status"] == "aborted":
                fields = {}
        for field, type_ in fields.items():
            self.assertIsInstance(content[field], type_, f"{kind}: {field}")
        for mime in [] if kind.startswith("comm_") else content.get("data", {}):
            self.assertRegex(mime, r"^[\w+.-]+/[\w+.-]+$")
        return content

    def reply(self, msg_id, kind):
        while True:
            message = self.kc.get_shell_msg(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") == msg_id:
                return self.validate(message, kind, msg_id)

    def published(self, msg_id):
        """All that was published because of a request: first busy, last idle."""
        messages = []
        while True:
            message = self.kc.get_iopub_msg(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") != msg_id:
                continue
            content = self.validate(message)
            messages.append((message["header"]["msg_type"], content))
            if content.get("execution_state") == "idle":
                self.assertEqual(messages[0], ("status", {"execution_state": "busy"}))
                return messages[1:-1]

    def execute(self, code, **options):
        msg_id = self.kc.execute(code, **options)
        content = self.reply(msg_id, "execute_reply")
        outputs = self.published(msg_id)
        if not options.get("silent"):
            kind, given = outputs.pop(0)
            self.assertEqual((kind, given["code"]), ("execute_input", code))
        return content, outputs

    def one(self, outputs, kind):
        found = [content for type_, content in outputs if type_ == kind]
        self.assertEqual(len(found), 1, outputs)
        return found[0]

    def test_kernel_info(self):
        content = self.reply(self.kc.kernel_info(), "kernel_info_reply")
        self.assertEqual(content["language_info"]["name"], "typescript")
        self.assertEqual(content["language_info"]["file_extension"], ".ts")
        self.assertEqual(content["protocol_version"].split(".")[0], "5")

    def test_stdout_and_stderr(self):
        reply, outputs = self.execute("console.log('hello, world'); console.error('beware')")
        self.assertEqual(reply["status"], "ok")
        texts = {content["name"]: content["text"] for _, content in outputs}
        self.assertEqual(texts, {"stdout": "hello, world\n", "stderr": "beware\n"})

    def test_execute_result(self):
        for code, result in [("6 * 7", "42"), ("[1, 2].map((x) => x * 2)", "[ 2, 4 ]"), ("'é' + '漢😀'", "'é漢😀'")]:
            _, outputs = self.execute(code)
            self.assertEqual(self.one(outputs, "execute_result")["data"]["text/plain"], result)

    def test_display_data(self):
        for code, mime in [
            ("display.html('<b>b</b>')", "text/html"),
            ("display.latex('$x^2$')", "text/latex"),
            ("display.markdown('*m*')", "text/markdown"),
            ("display.svg('<svg/>')", "image/svg+xml"),
            ("display.json({ a: [1] })", "application/json"),
            ("display.table([{ a: 1 }])", "text/html"),
        ]:
            _, outputs = self.execute(code)
            self.assertIn(mime, self.one(outputs, "display_data")["data"])

    def test_update_display_data(self):
        _, outputs = self.execute("const shown = display('first'); shown.update('second');")
        first, update = self.one(outputs, "display_data"), self.one(outputs, "update_display_data")
        self.assertEqual(first["transient"]["display_id"], update["transient"]["display_id"])
        self.assertEqual(update["data"]["text/plain"], "'second'")

    def test_clear_output(self):
        reply, outputs = self.execute("clearOutput({ wait: true })")
        self.assertEqual(reply["status"], "ok")
        self.assertTrue(self.one(outputs, "clear_output")["wait"])

    def test_error(self):
        reply, outputs = self.execute("throw new RangeError('out of luck')")
        self.assertEqual((reply["status"], reply["ename"], reply["evalue"]), ("error", "RangeError", "out of luck"))
        self.assertEqual([kind for kind, _ in outputs], ["error"])
        self.assertIn("line 1", "\n".join(outputs[0][1]["traceback"]))

    def test_silent(self):
        before, _ = self.execute("1")
        _, outputs = self.execute("console.log('hidden'); 2", silent=True)
        self.assertEqual(outputs, [])
        after, _ = self.execute("1")
        self.assertEqual(after["execution_count"], before["execution_count"] + 1)

    def test_user_expressions(self):
        reply, _ = self.execute("const base = 40;", user_expressions={"sum": "base + 2", "bad": "nowhere"})
        self.assertEqual(reply["user_expressions"]["sum"]["data"]["text/plain"], "42")
        self.assertEqual(reply["user_expressions"]["bad"]["status"], "error")

    def test_stop_on_error(self):
        first = self.kc.execute("throw new Error('first')")
        second = self.kc.execute("'second'")
        self.assertEqual(self.reply(first, "execute_reply")["status"], "error")
        self.assertEqual(self.reply(second, "execute_reply")["status"], "aborted")
        self.published(second)
        third = self.kc.execute("throw new Error('third')", stop_on_error=False)
        fourth = self.kc.execute("'fourth'")
        self.reply(third, "execute_reply")
        self.assertEqual(self.reply(fourth, "execute_reply")["status"], "ok")

    def test_completion(self):
        self.execute("const learningRate = 0.1;")
        content = self.reply(self.kc.complete("learningR"), "complete_reply")
        self.assertIn("learningRate", content["matches"])
        self.assertEqual((content["cursor_start"], content["cursor_end"]), (0, 9))

    def test_inspect(self):
        self.execute("/** How fast. */\nconst rate = 0.1;")
        content = self.reply(self.kc.inspect("rate", 2), "inspect_reply")
        self.assertTrue(content["found"])
        self.assertIn("rate", content["data"]["text/plain"])

    def test_is_complete(self):
        for code, status in [("1 + 1", "complete"), ("const a = 1", "complete"), ("function f() {", "incomplete"), ("a = = 1", "invalid")]:
            self.assertEqual(self.reply(self.kc.is_complete(code), "is_complete_reply")["status"], status, code)

    def history(self, **request):
        msg_id = self.kc.history(raw=True, **{"output": False, **request})
        return self.reply(msg_id, "history_reply")["history"]

    def test_history(self):
        codes = ["1 + 1", "2 + 1", "1 + 1"]
        for code in codes:
            self.execute(code)
        tail = self.history(hist_access_type="tail", n=3)
        self.assertEqual([entry[2] for entry in tail], codes)
        with_output = self.history(hist_access_type="tail", n=1, output=True)
        self.assertEqual(with_output[0][2], ["1 + 1", "2"])
        session, start, _ = tail[0]
        ranged = self.history(hist_access_type="range", session=session, start=start, stop=start + 1)
        self.assertEqual(ranged, [tail[0]])
        self.assertEqual(len(self.history(hist_access_type="search", pattern="? + 1", n=3)), 3)
        self.assertEqual(len(self.history(hist_access_type="search", pattern="1*+*1", unique=True)), 1)

    def test_comm_info(self):
        self.assertEqual(self.reply(self.kc.comm_info(), "comm_info_reply")["comms"], {})

    def test_control_steers_a_running_loop(self):
        msg_id = self.kc.execute(
            'import { display, ui } from "bnlab";\n'
            'const rate = ui.slider(0.001, 1, { value: 0.1, scale: "log", label: "learning rate" });\n'
            "display(rate);\n"
            "let turns = 0;\n"
            "while (rate.value < 0.5) turns++;\n"
            "console.log(rate.value, turns > 0);",
            allow_stdin=True,
        )
        models, view, echo = {}, None, None
        while True:
            message = self.kc.get_iopub_msg(timeout=TIMEOUT)
            content = self.validate(message)
            kind = message["header"]["msg_type"]
            if kind == "comm_open":
                self.assertEqual(content["target_name"], "jupyter.widget")
                self.assertEqual(message["metadata"]["version"].split(".")[0], "2")
                models[content["comm_id"]] = content["data"]["state"]
            elif kind == "display_data":
                view = content["data"]["application/vnd.jupyter.widget-view+json"]["model_id"]
                self.assertEqual(content["data"]["text/plain"], "learning rate: 0.1 (0.001 to 1)")
                # A page that is loaded meanwhile asks how all stand; the loop lets nothing through.
                self.comm("comm_open", {"comm_id": "c", "target_name": "jupyter.widget.control", "data": {}})
                self.comm("comm_msg", {"comm_id": "c", "data": {"method": "request_states"}})
            elif kind == "comm_msg" and content["data"]["method"] == "update_states":
                states = content["data"]["states"]
                self.assertEqual(set(states), set(models))
                self.assertEqual(states[view]["model_name"], "FloatLogSliderModel")
                self.assertEqual(self.reply(self.kc.comm_info(), "comm_info_reply")["comms"].keys(), models.keys())
                update = {"method": "update", "state": {"value": 0.75}, "buffer_paths": []}
                sent = self.comm("comm_msg", {"comm_id": view, "data": update})
            elif kind == "comm_msg" and content["data"]["method"] == "echo_update":
                self.assertEqual(message["parent_header"]["msg_id"], sent)
                self.assertEqual(content["data"]["state"], {"value": 0.75})
                echo = content["comm_id"]
            elif content.get("name") == "stdout":
                self.assertEqual(content["text"], "0.75 true\n")
            elif content.get("execution_state") == "idle" and message["parent_header"]["msg_id"] == msg_id:
                break
        self.assertEqual(echo, view)
        self.assertEqual(models[view]["layout"], f"IPY_MODEL_{view}-layout")
        self.assertEqual(self.reply(msg_id, "execute_reply")["status"], "ok")
        sent = self.comm("comm_msg", {"comm_id": view, "data": {"method": "request_state"}})
        state = self.one(self.published(sent), "comm_msg")["data"]["state"]
        self.assertEqual(state["value"], 0.75)
        for comm_id in models:
            self.published(self.comm("comm_close", {"comm_id": comm_id, "data": {}}))
        self.assertEqual(self.reply(self.kc.comm_info(), "comm_info_reply")["comms"], {})

    def comm(self, kind, content):
        message = self.kc.session.msg(kind, content)
        self.kc.shell_channel.send(message)
        return message["header"]["msg_id"]

    def test_unknown_comm_is_closed(self):
        sent = self.comm("comm_open", {"comm_id": "x", "target_name": "nothing.like.it", "data": {}})
        self.assertEqual(self.one(self.published(sent), "comm_close")["comm_id"], "x")

    def test_stdin(self):
        msg_id = self.kc.execute('import { input } from "bnlab";\nawait input("Name? ")', allow_stdin=True)
        question = self.validate(self.kc.get_stdin_msg(timeout=TIMEOUT), "input_request", msg_id)
        self.assertEqual((question["prompt"], question["password"]), ("Name? ", False))
        self.kc.input("Ada")
        self.assertEqual(self.reply(msg_id, "execute_reply")["status"], "ok")
        self.assertEqual(self.one(self.published(msg_id), "execute_result")["data"]["text/plain"], "'Ada'")

    def test_interrupt_keeps_variables(self):
        self.execute("let turns = 0;")
        msg_id = self.kc.execute("console.log('begun');\nwhile (true) turns++;")
        while self.kc.get_iopub_msg(timeout=TIMEOUT)["content"].get("text") != "begun\n":
            pass
        self.km.interrupt_kernel()
        self.assertEqual(self.reply(msg_id, "execute_reply")["ename"], "Interrupted")
        _, outputs = self.execute("turns > 0")
        self.assertEqual(self.one(outputs, "execute_result")["data"]["text/plain"], "true")

    def test_heartbeat(self):
        self.assertTrue(self.kc.hb_channel.is_beating())

    def test_flood_is_bounded(self):
        _, outputs = self.execute("for (let i = 0; i < 1_000_000; i++) console.log('line', i);")
        text = "".join(content["text"] for _, content in outputs)
        self.assertIn("characters left out", text)
        self.assertTrue(text.endswith("line 999999\n"))
        self.assertLess(len(text), 1_200_000)

    def test_dead_runner_is_told(self):
        self.execute("const lost = 1;")
        reply, _ = self.execute("process.exit(3)")
        self.assertEqual(reply["ename"], "KernelDied")
        _, outputs = self.execute("typeof lost")
        self.assertEqual(self.one(outputs, "execute_result")["data"]["text/plain"], "'undefined'")


class LifeTests(unittest.TestCase):
    def test_restart_and_shutdown(self):
        km, kc = start_new_kernel(kernel_name=KERNEL, startup_timeout=TIMEOUT)
        kc.execute_interactive("const before = 1;", timeout=TIMEOUT)
        km.restart_kernel()
        kc.wait_for_ready(timeout=TIMEOUT)
        reply = kc.execute_interactive("before", timeout=TIMEOUT, output_hook=lambda _: None)
        self.assertEqual(reply["content"]["ename"], "ReferenceError")
        kc.stop_channels()
        km.shutdown_kernel()
        self.assertFalse(km.is_alive())

    def test_killed_client_takes_the_kernel_along(self):
        import subprocess

        script = (
            "import os\nfrom jupyter_client.manager import start_new_kernel\n"
            f"km, kc = start_new_kernel(kernel_name='{KERNEL}', startup_timeout={TIMEOUT})\n"
            "print(km.provisioner.process.pid, flush=True)\nos._exit(0)\n"
        )
        pid = int(subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=TIMEOUT).stdout)
        self.assertTrue(gone(pid), f"process {pid} lives on")


def gone(pid):
    import time

    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


class NotebookTests(unittest.TestCase):
    def notebook(self, *sources):
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        return nbformat.v4.new_notebook(cells=cells)

    def run_notebook(self, notebook, **options):
        NotebookClient(notebook, kernel_name=KERNEL, **{"timeout": TIMEOUT, **options}).execute()
        return [cell.get("outputs") for cell in notebook.cells]

    def test_nbclient_runs_the_tutorial(self):
        with open(TUTORIAL, encoding="utf8") as file:
            notebook = nbformat.read(file, as_version=4)
        notebook.cells = notebook.cells[:5]
        outputs = self.run_notebook(notebook)
        figures = [output for cell in outputs for output in cell or [] if "data" in output]
        self.assertTrue(any("application/vnd.plotly.v1+json" in output["data"] for output in figures))
        nbformat.validate(notebook)

    def test_nbclient_applies_updates_and_clears(self):
        outputs = self.run_notebook(
            self.notebook(
                "const shown = display('first');",
                "shown.update.html('<b>last</b>');",
                "console.log('gone'); clearOutput({ wait: true }); console.log('stays');",
            )
        )
        self.assertEqual(outputs[0][0]["data"]["text/html"], "<b>last</b>")
        self.assertEqual([output["text"] for output in outputs[2]], ["stays\n"])

    def test_nbclient_meets_errors(self):
        with self.assertRaisesRegex(CellExecutionError, "TypeError: on purpose"):
            self.run_notebook(self.notebook("throw new TypeError('on purpose')"))

    # Not its interrupt_on_timeout: jupyter-client 7 counts the manager's and the client's messages apart, so that an
    # interrupt may bear the id of the cell, and nbclient then takes the interrupt's idle for the cell's.
    def test_nbclient_gives_up_a_cell_that_takes_too_long(self):
        with self.assertRaises(CellTimeoutError):
            self.run_notebook(self.notebook("while (true);"), timeout=15)


if __name__ == "__main__":
    unittest.main(verbosity=2)
