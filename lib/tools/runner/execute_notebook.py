"""Runs a notebook without a browser and loses none of its outputs: `execute_notebook.py REQUEST`.

REQUEST is a JSON object: `notebook`, `out`, `kernel`, `timeout` (seconds for each cell, or null) and
`parameters`. One line of JSON a code cell goes to standard output, and a last one, `{"error": ..}`,
if the notebook failed; nothing is written then.
"""

import ctypes
import json
import os
import queue
import re
import signal
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

# A mime type and a character that no cell shows: they mark the end of a cell's outputs.
END_MIME = "application/vnd.end-of-cell"
END_LINE = "\x04\n"
END_CODE = f"""console.log("\\x04"); console.error("\\x04");
await Deno.jupyter.broadcast("display_data", {{ data: {{ "{END_MIME}": "" }}, metadata: {{}} }});"""
END_SECONDS = 60
PR_SET_PDEATHSIG = 1


class NotebookFailed(Exception):
    """The notebook broke a rule; the message says which cell and how."""


class Runner(NotebookClient):
    """Collects what the kernel sends after it has called a cell done.

    The Deno kernel sends outputs on one asynchronous path and `idle` on another, so that nbclient by
    itself drops most of what comes in quick succession. Each path keeps its order: a silent request
    that ends with marks on standard output, standard error and as a display comes after everything
    that the cell sent, and when the three marks are here the outputs are complete.
    """

    def __init__(self, nb, **options):
        super().__init__(nb, **options)
        self.on_cell_executed = self.collect_late_outputs

    async def collect_late_outputs(self, cell, cell_index, execute_reply):
        marker = self.kc.execute(END_CODE, silent=True, store_history=False)
        parents = (execute_reply["parent_header"]["msg_id"], marker)
        awaited = {"stdout", "stderr", "display", "idle"}
        while awaited:
            try:
                message = await self.kc.iopub_channel.get_msg(timeout=END_SECONDS)
            except queue.Empty:
                raise NotebookFailed(
                    f"must let the kernel answer within {END_SECONDS} s of its end, got no answer"
                ) from None
            parent, kind = message["parent_header"].get("msg_id"), message["msg_type"]
            content = message["content"]
            if kind == "stream" and END_LINE in content["text"]:
                awaited.discard(content["name"])
                content["text"] = content["text"].replace(END_LINE, "")
            elif kind == "display_data" and END_MIME in content["data"]:
                awaited.discard("display")
                continue
            elif kind == "status" and parent == marker and content["execution_state"] == "idle":
                awaited.discard("idle")
            is_output = kind not in ("status", "execute_input") and content.get("text") != ""
            if parent in parents and is_output:
                self.process_message(message, cell, cell_index)


def die_with_runner():
    """Has the system end the kernel with this process, however this one ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def insert_parameters(notebook, parameters):
    """Puts a cell with the parameters after the one tagged `parameters`."""
    for index, cell in enumerate(notebook.cells):
        if "parameters" in cell.metadata.get("tags", []):
            lines = [f"const {name} = {json.dumps(value)};" for name, value in parameters.items()]
            injected = nbformat.v4.new_code_cell(
                "\n".join(lines), id="injected-parameters", metadata={"tags": ["injected-parameters"]}
            )
            notebook.cells.insert(index + 1, injected)
            return
    raise NotebookFailed(f"a cell must be tagged `parameters` to take {list(parameters)}, got none")


def check_expected_outputs(cell):
    """Fails a cell that lacks an output which a tag such as `expects:image/png` promises."""
    shown = {kind for output in cell.outputs for kind in output.get("data", {})}
    for tag in cell.metadata.get("tags", []):
        expected = tag.removeprefix("expects:")
        if expected != tag and expected not in shown:
            raise NotebookFailed(f"must show {expected}, got {', '.join(sorted(shown)) or 'nothing'}")


def run(runner, report):
    """Runs every code cell in order; an exception tells of a cell by its number."""
    code_cells = [(i, c) for i, c in enumerate(runner.nb.cells) if c.cell_type == "code"]
    with runner.setup_kernel(preexec_fn=die_with_runner):
        info = runner.wait_for_reply(runner.kc.kernel_info())
        runner.nb.metadata.language_info = info["content"]["language_info"]
        for number, (index, cell) in enumerate(code_cells, 1):
            started = time.monotonic()
            try:
                runner.execute_cell(cell, index)
                check_expected_outputs(cell)
            except CellExecutionError as error:
                reason = f"must run without an error, got {in_words(error)}"
            except CellTimeoutError:
                reason = f"must end within {runner.timeout} s, got no end"
            except DeadKernelError:
                reason = "must leave the kernel alive, got its end"
            except NotebookFailed as error:
                reason = str(error)
            else:
                report(cell=number, of=len(code_cells), seconds=time.monotonic() - started)
                continue
            first_line = cell.source.strip().split("\n")[0]
            raise NotebookFailed(f"code cell {number} ({first_line}) {reason}")


def in_words(error):
    # All that the kernel says of a cell that does not parse.
    if error.evalue == "Execution failed":
        return "a syntax error"
    return re.sub(r"\x1b\[[0-9;]*m", "", f"{error.ename}: {error.evalue}")


def forget_machine(notebook, kernel):
    """Leaves in the metadata what is the same on every machine."""
    notebook.metadata.kernelspec = kernel
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)


def write_atomically(notebook, path):
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8") as file:
        nbformat.write(notebook, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def main(request):
    def report(**line):
        print(json.dumps(line), flush=True)

    path, out = Path(request["notebook"]), Path(request["out"])
    try:
        notebook = nbformat.read(path, as_version=4)
        if request["parameters"]:
            insert_parameters(notebook, request["parameters"])
        runner = Runner(
            notebook,
            kernel_name=request["kernel"]["name"],
            resources={"metadata": {"path": str(path.parent)}},
            timeout=request["timeout"],
            coalesce_streams=True,
            record_timing=False,
            # A busy kernel answers no request to end; at the end of a notebook nothing is lost.
            shutdown_kernel="immediate",
        )
        run(runner, report)
        forget_machine(notebook, request["kernel"])
        write_atomically(notebook, out)
    except (NotebookFailed, nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        report(error=str(error))
        sys.exit(1)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
