"""Presses the stop button of a real kernel: `pressed_kernel.py CELLS FOLDER`.

CELLS is a JSON list of cells in order: `code`, `press` (seconds after its start, if at all) and `queued`
(whether the cell is sent without waiting for the one before it to end). An empty `code` is a second in
which nothing runs. Prints a JSON list: `outputs` of each cell as text, and its `seconds`; a dead kernel
ends the list.
"""

import json
import queue
import sys
import time

from jupyter_client.manager import KernelManager

LIMIT_SECONDS = 120


def output_of(kind, content):
    if kind == "stream":
        return content["text"]
    if kind == "error":
        return "\n".join([content["ename"], content["evalue"], *content["traceback"]])
    if kind in ("execute_result", "display_data"):
        return content["data"].get("text/plain", "")
    return ""


def follow(manager, client, message, press):
    """Presses once, waits for the end of a cell, and collects its outputs."""
    started, outputs = time.monotonic(), []
    while time.monotonic() - started < LIMIT_SECONDS:
        if press is not None and time.monotonic() - started > press:
            manager.interrupt_kernel()
            press = None
        try:
            reply = client.get_iopub_msg(timeout=0.1)
        except queue.Empty:
            if not manager.is_alive():
                return None
            continue
        if reply["parent_header"].get("msg_id") != message:
            continue
        content = reply["content"]
        if content.get("execution_state") == "idle":
            return {"outputs": outputs, "seconds": time.monotonic() - started}
        text = output_of(reply["msg_type"], content)
        outputs += [text] if text else []
    return {"outputs": outputs, "seconds": LIMIT_SECONDS}


def main(cells, folder):
    manager = KernelManager(kernel_name="deno-3d-shapes")
    manager.start_kernel(cwd=folder)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=LIMIT_SECONDS)
    results = []
    try:
        messages = {}
        for number, cell in enumerate(cells):
            if not cell["code"]:
                manager.interrupt_kernel()
                manager.interrupt_kernel()
                time.sleep(1.5)
                results.append({"outputs": [], "seconds": 1.5})
                continue
            ahead = [number]
            while ahead[-1] + 1 < len(cells) and cells[ahead[-1] + 1].get("queued"):
                ahead.append(ahead[-1] + 1)
            for each in ahead:
                if each not in messages:
                    messages[each] = client.execute(cells[each]["code"], stop_on_error=False)
            result = follow(manager, client, messages[number], cell.get("press"))
            if result is None:
                break
            results.append(result)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    print(json.dumps(results))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2])
