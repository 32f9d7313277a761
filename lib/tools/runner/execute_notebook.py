"""Runs a notebook without a browser, keeping every output: `execute_notebook.py REQUEST`.

REQUEST is a JSON object: `notebook`, `out`, `kernel`, `timeout` (seconds per cell, or null),
`parameters` and `skip` (a tag, or null: cells with it are left out, without outputs). Prints one line of JSON per code cell. If the notebook fails, prints `{"error": ..}`
last and writes nothing.
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

import nbclient.client
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

# A MIME type and a character that no cell outputs: they mark the end of a cell's outputs.
END_MIME = "application/vnd.end-of-cell"
END_LINE = "\x04\n"
END_CODE = f"""console.log("\\x04"); console.error("\\x04");
await Deno.jupyter.broadcast("display_data", {{ data: {{ "{END_MIME}": "" }}, metadata: {{}} }});"""
END_SECONDS = 60
# nbclient drops what a carriage return overwrites, by this expression without its "^": which takes time
# quadratic in the length of a line, half an hour for 1 MB.
nbclient.client._RGX_CARRIAGERETURN = re.compile(r"^.*\r(?=[^\n])", re.MULTILINE)
PR_SET_PDEATHSIG = 1


class NotebookFailed(Exception):
    """The notebook failed; the message says which cell and why."""


class Runner(NotebookClient):
    """Collects outputs that arrive after the kernel reports a cell as done.

    The Deno kernel sends outputs and `idle` on separate asynchronous paths, so nbclient alone drops
    most outputs sent in quick succession. Each path keeps its order: this sends a silent request
    that marks standard output, standard error and the displays; once all three marks arrive, the
    outputs are complete.
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
                    f"must let the kernel answer within {END_SECONDS} s after it ends, got no answer"
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
    """Makes the system kill the kernel when this process ends, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def insert_parameters(notebook, parameters):
    """Inserts a cell with the parameters after the one tagged `parameters`."""
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
    """Fails a cell that lacks an output required by a tag like `expects:image/png`."""
    shown = {kind for output in cell.outputs for kind in output.get("data", {})}
    for tag in cell.metadata.get("tags", []):
        expected = tag.removeprefix("expects:")
        if expected != tag and expected not in shown:
            raise NotebookFailed(f"must show {expected}, got {', '.join(sorted(shown)) or 'nothing'}")


def clear_skipped(notebook, tag):
    """Takes away what cells with a tag showed in another run."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and tag in cell.metadata.get("tags", []):
            cell.outputs, cell.execution_count = [], None


def run(runner, report, skip):
    """Runs every code cell in order; exceptions name the cell by its number."""
    code_cells = [
        (index, cell)
        for index, cell in enumerate(runner.nb.cells)
        if cell.cell_type == "code" and skip not in cell.metadata.get("tags", [])
    ]
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
                reason = "must keep the kernel alive, got its exit"
            except NotebookFailed as error:
                reason = str(error)
            else:
                report(cell=number, of=len(code_cells), seconds=time.monotonic() - started)
                continue
            first_line = cell.source.strip().split("\n")[0]
            raise NotebookFailed(f"code cell {number} ({first_line}) {reason}")


def in_words(error):
    # All the kernel says about a cell that does not parse.
    if error.evalue == "Execution failed":
        return "a syntax error"
    return re.sub(r"\x1b\[[0-9;]*m", "", f"{error.ename}: {error.evalue}")


def forget_machine(notebook, kernel):
    """Removes machine-specific metadata."""
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
            # A busy kernel ignores shutdown requests; at the end of a notebook nothing is lost.
            shutdown_kernel="immediate",
        )
        clear_skipped(notebook, request["skip"])
        run(runner, report, request["skip"])
        forget_machine(notebook, request["kernel"])
        write_atomically(notebook, out)
    except (NotebookFailed, nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        report(error=str(error))
        sys.exit(1)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
