import assert from "node:assert/strict";
import { readOff } from "@/data/formats/off.ts";
import { CHAIR, offText } from "../mesh/meshes.ts";

const read = (text: string) => readOff(new TextEncoder().encode(text), "a.off");

/** A square of four corners, with a colour after its face, and the expected mesh. */
const CORNERS = "0 0 0\n1 0 0\n1 2.5 0\n0 2.5 -1e-1";
const SQUARE = {
  positions: Float32Array.of(0, 0, 0, 1, 0, 0, 1, 2.5, 0, 0, 2.5, -0.1),
  triangles: Uint32Array.of(0, 1, 2, 0, 2, 3),
};

Deno.test("readOff() reads corners, and polygons as triangle fans", () => {
  assert.deepEqual(read(`OFF\n4 1 4\n${CORNERS}\n4 0 1 2 3\n`), SQUARE);
  const pentagon = read(`OFF\n5 1 0\n${CORNERS}\n-1 1 0\n5 4 3 2 1 0`);
  assert.deepEqual([...pentagon.triangles], [4, 3, 2, 4, 2, 1, 4, 1, 0]);
});

const SAME: Record<string, string> = {
  "the counts on the line of the word": `OFF 4 1 4\n${CORNERS}\n4 0 1 2 3\n`,
  "no space between the word and the counts": `OFF4 1 4\n${CORNERS}\n4 0 1 2 3\n`,
  "no count of the edges": `OFF\n4 1\n${CORNERS}\n4 0 1 2 3\n`,
  "lines that end as on Windows": `OFF\n4 1 4\n${CORNERS}\n4 0 1 2 3\n`.replaceAll("\n", "\r\n"),
  "lines that end as on an old Macintosh": `OFF\n4 1 4\n${CORNERS}\n4 0 1 2 3`
    .replaceAll("\n", "\r"),
  "comments and empty lines":
    `# made by hand\n\nOFF # square\n4 1 4\n\n${CORNERS} # last corner\n` +
    "  \t# faces\n4 0 1 2 3#end\n\n# over\n",
  "colours after the face": `OFF\n4 1 4\n${CORNERS}\n4 0 1 2 3 255 0 0 128\n`,
  "colours after the corners": `COFF\n4 1 4\n${CORNERS.replaceAll("\n", " 9 9 9\n")}\n4 0 1 2 3\n`,
  "faces without an area": `OFF\n4 3 4\n${CORNERS}\n2 0 1\n4 0 1 2 3\n1 3\n`,
  "a byte order mark": `\ufeffOFF\n4 1 4\n${CORNERS}\n4 0 1 2 3\n`,
  "DOS's end of a file": `OFF\n4 1 4\n${CORNERS}\n4 0 1 2 3\n\x1a`,
  "NUL bytes behind the text": `OFF\n4 1 4\n${CORNERS}\n4 0 1 2 3${"\0".repeat(40)}`,
  "the word in small letters": `off\n4 1 4\n${CORNERS}\n4 0 1 2 3\n`,
  "no word": `4\t1 4\n${CORNERS}\n4 0 1 2 3\n`,
  "everything in one line": `OFF 4 1 4 ${CORNERS.replaceAll("\n", " ")} 4 0 1 2 3`,
  "a face that goes on in the next line": `OFF\n4 1 4\n${CORNERS}\n4 0 1\n  2 3\n`,
  "edges after the faces": `OFF\n4 1 4\n${CORNERS}\n4 0 1 2 3\n2 0 1\n2 1 2\n`,
  "vertical tabs and form feeds as blanks": `OFF\n4\f1 4\n${
    CORNERS.replaceAll(" ", "\v")
  }\n4 0 1 2 3\n\f`,
  "numbers spelt otherwise":
    "OFF\n4 1 4\n0. -0 +0\n1e0 .0 0\n\t1.00 25E-1 0\n0 0.25e+1 -.1\n4 0 1 2 3",
};
for (const [what, text] of Object.entries(SAME)) {
  Deno.test(`readOff() accepts ${what}`, () => {
    const { positions, triangles } = read(text);
    // Minus zero is zero.
    assert.deepEqual(positions.map((value) => value + 0), SQUARE.positions);
    assert.deepEqual(triangles, SQUARE.triangles);
  });
}

Deno.test("readOff() accepts the prefixes of the word in any order", () => {
  for (const prefix of ["N", "CN", "NC", "ST", "STCN", "NCST", "CST", "nc"]) {
    const { positions, triangles } = read(
      `${prefix}OFF\n4 1 4\n${CORNERS.replaceAll("\n", " 9 9 9 .5\n")}\n4 0 1 2 3\n`,
    );
    assert.deepEqual({ positions, triangles }, SQUARE, prefix);
  }
});

Deno.test("readOff() refuses UTF-16 by name, with a byte order mark and without", () => {
  const units = Uint16Array.from(`OFF\n4 1 4\n${CORNERS}\n4 0 1 2 3\n`, (x) => x.charCodeAt(0));
  const little = new Uint8Array(units.buffer);
  const big = new Uint8Array(units.map((unit) => unit << 8).buffer);
  for (const bytes of [little, big, [0xff, 0xfe, ...little], [0xfe, 0xff, ...big]]) {
    assert.throws(() => readOff(Uint8Array.from(bytes), "a.off"), {
      name: "SyntaxError",
      message: 'Cannot read "a.off": it must be text in ASCII or UTF-8, got UTF-16; ' +
        "save it again or leave it out",
    });
  }
});

Deno.test("readOff() reads any mesh", () => {
  assert.deepEqual(read(offText(CHAIR)), CHAIR);
});

const REFUSED: Record<string, string> = {
  "": 'start with the word OFF, got ""',
  "ply\nformat ascii": 'start with the word OFF, got "ply"',
  "CNXOFF\n1 1 0": 'start with the word OFF, got "CNXOFF"',
  "0.5 1 0\n1 2 3": 'start with the word OFF, got "0.5 1 0"',
  "4OFF\n1 1 0": 'start with the word OFF, got "4OFF"',
  "OFF": "count its corners and faces, got nothing more",
  "OFF BINARY\n\0\0\0": 'count its corners and faces, got "OFF BINARY" in line 1',
  "OFF\n3 1 x\n": 'count its corners and faces, got "3 1 x" in line 2',
  "OFF\n3.5 1 0\n": 'count its corners and faces, got "3.5 1 0" in line 2',
  "OFF\n-3 1 0\n": 'count its corners and faces, got "-3 1 0" in line 2',
  "OFF\n1000000000 1000000000 0\n":
    "hold at least 10000000000 bytes for 1000000000 corners and 1000000000 faces, got 28",
  [`OFF\n4194305 0 0\n${"0 0 0\n".repeat(4194305)}`]:
    "have at most 4194304 corners and faces, got 4194305 and 0",
  [`OFF\n1 1 0\n0 0 0\n4194307${" 0".repeat(4194307)}`]: "have at most 4194304 triangles, got more",
  [`OFF\n4 2 4\n${CORNERS}\n4 0 1 2 3\n`]: "hold 2 faces, got 1",
  [`OFF\n4 1 4\n${CORNERS}\n`]: "hold 1 faces, got 0",
  [`OFF\n7 0 4\n${CORNERS}# padding padding\n`]: "hold 7 corners, got 4",
  [`OFF\n3 1 4\n${CORNERS}\n4 0 1 2 3\n`]:
    'start line 6, for face 0, with the number of corners, got "0 2.5 -1e-1"',
  [`OFF\n4 1 4\n${CORNERS}\n4 0 1 2 3\n3 0 1 2\n`]: 'end after 1 faces, got "3 0 1 2" in line 8',
  "OFF\n3 1 0\n0 0 0\n1 nan 0\n0 1 0\n3 0 1 2\n":
    'have three numbers in line 4 for corner 1, got "1 nan 0"',
  "OFF\n3 1 0\n0 0 0\n1 inf 0\n0 1 0\n3 0 1 2\n":
    'have three numbers in line 4 for corner 1, got "1 inf 0"',
  "OFF\n3 1 0\n0 0 0\n1 0 -1.#IND\n0 1 0\n3 0 1 2\n":
    'have three numbers in line 4 for corner 1, got "1 0 -1.#IND"',
  "OFF\n3 1 0\n0 0 0\n1 1.#QNAN 0\n0 1 0\n3 0 1 2\n":
    'have three numbers in line 4 for corner 1, got "1 1.#QNAN 0"',
  "OFF\n3 1 0\n0 0 0\n1 1e39 0\n0 1 0\n3 0 1 2\n":
    'have three numbers in line 4 for corner 1, got "1 1e39 0"',
  "OFF\n3 1 0\n0 0 0\n1 0\n0 1 0\n3 0 1 2\n":
    'have three numbers in line 4 for corner 1, got "1 0"',
  "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 3\n":
    'have corners from 0 to 2 in line 6 for face 0, got "3 0 1 3"',
  "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 -1\n":
    'have corners from 0 to 2 in line 6 for face 0, got "3 0 1 -1"',
  "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n4 0 1 2\n": "end with a whole face, got part of face 0",
  "OFF\n3 2 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n": "hold 2 faces, got 1",
  "OFF\n3 2 0\n0 0 0\n1 0 0\n0 1 0\n4 0 1 2\n2 1 0\n":
    'end face 0 of 4 corners, from line 6, at the end of a line, got "2 1 0" in line 7',
  [`OFF\n4 3 0\n${CORNERS}\n3 0 1 2\n3 0\n3 2 3 0\n3 1 2 3\n`]:
    'end face 1 of 3 corners, from line 8, at the end of a line, got "3 2 3 0" in line 9',
  "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n0\n0 0\n":
    'start line 6, for face 0, with the number of corners, got "0"',
  "OFF\n3 2 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 0\n4 2 2 2 2":
    "have a face of three different corners, got 2 others",
  "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n2 0 1\n": "have a face of three corners, got 1 others",
};
for (const [text, words] of Object.entries(REFUSED)) {
  Deno.test(`readOff() says that a file must ${words}`, () => {
    assert.throws(() => read(text), {
      name: "SyntaxError",
      message: `Cannot read "a.off": it must ${words}; save it again or leave it out`,
    });
  });
}
