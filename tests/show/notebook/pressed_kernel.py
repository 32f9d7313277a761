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


class Seen:
    """What the kernel has sent, by cell: outputs may arrive after a cell's end, or while another runs."""

    def __init__(self, client):
        self.client, self.outputs, self.ended = client, {}, set()

    def read(self, seconds):
        """Takes the messages of a time."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                message = self.client.get_iopub_msg(timeout=left)
            except queue.Empty:
                return
            parent, content = message["parent_header"].get("msg_id"), message["content"]
            if content.get("execution_state") == "idle":
                self.ended.add(parent)
            elif text := output_of(message["msg_type"], content):
                self.outputs.setdefault(parent, []).append(text)


def follow(manager, seen, message, press):
    """Presses once and waits for the end of a cell; returns nothing if the kernel dies."""
    started = time.monotonic()
    seconds = 0
    while message not in seen.ended and seconds < LIMIT_SECONDS:
        seconds = time.monotonic() - started
        if press is not None and seconds > press:
            manager.interrupt_kernel()
            press = None
        seen.read(0.1)
        if not manager.is_alive():
            return None
    return seconds


def main(cells, folder):
    manager = KernelManager(kernel_name="deno-3d-shapes")
    manager.start_kernel(cwd=folder)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=LIMIT_SECONDS)
    seen, messages, times = Seen(client), [], []
    try:
        for number, cell in enumerate(cells):
            if not cell["code"]:
                manager.interrupt_kernel()
                manager.interrupt_kernel()
                seen.read(1.5)
                messages.append(None)
            while number >= len(messages) or (
                len(messages) < len(cells) and cells[len(messages)].get("queued")
            ):
                code = cells[len(messages)]["code"]
                messages.append(client.execute(code, stop_on_error=False))
            seconds = follow(manager, seen, messages[number], cell.get("press")) if cell["code"] else 1.5
            if seconds is None:
                break
            times.append(seconds)
        seen.read(0.5)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    outputs = [seen.outputs.get(message, []) for message in messages]
    print(json.dumps([{"outputs": o, "seconds": s} for o, s in zip(outputs, times)]))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2])
