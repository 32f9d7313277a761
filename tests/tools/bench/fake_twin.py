"""A twin that computes nothing: step n reports n milliseconds more than the batch has images."""

import json
import os
import sys

MODE = sys.argv[sys.argv.index("--mode") + 1]
BATCH = json.loads(sys.argv[sys.argv.index("--config") + 1])["batchSize"]


def answer(line: dict) -> None:
    print(json.dumps(line), flush=True)


if MODE == "dies":
    sys.exit("ImportError: no framework")
if MODE == "refuses":
    answer({"error": "RuntimeError: it will not\nand says why at length"})
    sys.exit(1)
answer({"setupSeconds": 1.5, "device": os.environ["XLA_FLAGS"], "versions": {}, "forms": {}})
for turn, line in enumerate(sys.stdin):
    if MODE == "tires" and turn == 1:
        answer({"error": "MemoryError: enough"})
        sys.exit(1)
    request = json.loads(line)
    answer({"ms": [BATCH + step for step in range(0, request["steps"], request["together"])]})
