import assert from "node:assert/strict";
import { isSystemFile } from "@/data/formats/system_files.ts";

Deno.test("isSystemFile() recognises what programs leave, wherever it is in the path", () => {
  const left = [
    "._a.png",
    ".ipynb_checkpoints/a-checkpoint.png",
    "in/.thumbnails/normal/a.png",
    "in/@eaDir/a.png/SYNOPHOTO_THUMB_M.jpg",
    "__MACOSX/a.png",
    "in/__MACOSX/in/a.png",
    "$RECYCLE.BIN/S-1-5/$R1.png",
    "$Recycle.Bin/a.png",
    "System Volume Information/a.png",
    "#recycle/a.png",
    ".Trash-1000/files/a.png",
    "in/.hidden.png",
  ];
  assert.deepEqual(left.filter((path) => !isSystemFile(path)), []);
});

Deno.test("isSystemFile() lets the user's own names pass", () => {
  const own = [
    "a.png",
    "./a.png",
    "in/a.b.png",
    "@home/a.png",
    "#1/a.png",
    "my__MACOSX/a.png",
    "eaDir/a.png",
  ];
  assert.deepEqual(own.filter(isSystemFile), []);
});
