import assert from "node:assert/strict";
import { readNpyHeader } from "@/data/formats/npy_header.ts";

interface HeaderParts {
  readonly descr?: string;
  readonly order?: string;
  readonly shape?: string;
  readonly version?: readonly [number, number];
}

/** Makes the start of a file from its header's text. */
function fileOf(header: string, [major, minor]: readonly [number, number] = [1, 0]): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = [text.length & 255, text.length >> 8, ...(major > 1 ? [0, 0] : [])];
  return Uint8Array.from([0x93, 78, 85, 77, 80, 89, major, minor, ...length, ...text]);
}

function read({ descr = "'|u1'", order = "False", shape = "(2, 3)", version }: HeaderParts) {
  const header = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}}`;
  return readNpyHeader(fileOf(header, version), "a.npy");
}

// What numpy 2.4.6 reads of each header, by np.load(allow_pickle=False).
Deno.test("readNpyHeader() reads every spelling of a type", () => {
  const spellings = {
    b1: ["b1", "?", "bool", "bool_", "|b1", ">?"],
    i1: ["i1", "b", "int8", "byte", "=b"],
    i2: ["<i2", "h", "int16", "short", "=i2"],
    i4: ["<i4", "i", "int32", "intc"],
    i8: ["<i8", "l", "q", "p", "n", "int64", "int", "int_", "long", "longlong", "intp"],
    u1: ["u1", "B", "uint8", "ubyte", "|u1", "<u1"],
    u2: ["<u2", "H", "uint16", "ushort"],
    u4: ["<u4", "I", "uint32", "uintc"],
    u8: ["<u8", "L", "Q", "P", "N", "uint64", "uint", "ulong", "ulonglong", "uintp"],
    f2: ["<f2", "e", "float16", "half"],
    f4: ["<f4", "f4", "=f4", "|f4", "f", "<f", "float32", "single"],
    f8: ["<f8", "d", "float64", "float", "double"],
  };
  for (const [type, names] of Object.entries(spellings)) {
    for (const name of names) {
      const header = read({ descr: `'${name}'` });
      assert.equal(header.type, type, name);
      assert.equal(header.isLittle, !name.startsWith(">"), name);
    }
  }
  assert.deepEqual(
    [read({ descr: "'>f'" }).type, read({ descr: "'>f'" }).isLittle],
    ["f4", false],
  );
});

Deno.test("readNpyHeader() refuses a header of version 3 that is not UTF-8, as numpy does", () => {
  const bytes = fileOf("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}  ", [3, 0]);
  assert.deepEqual(readNpyHeader(bytes, "a.npy").shape, [2]);
  assert.throws(() => readNpyHeader(bytes.with(bytes.length - 1, 0xb1), "a.npy"), {
    name: "SyntaxError",
    message: 'Cannot read "a.npy": its header must be text in UTF-8, got other bytes',
  });
});

Deno.test("readNpyHeader() reads shapes of Python 2 and 3, and versions 1 to 3", () => {
  const shapes = { "(2L, 3L)": [2, 3], "(2L,)": [2], "()": [], "(0x10,+2)": [16, 2], "(0,)": [0] };
  for (const [shape, lengths] of Object.entries(shapes)) {
    assert.deepEqual(read({ shape }).shape, lengths);
  }
  for (const major of [1, 2, 3]) {
    const { shape, isFortran, end } = read({ order: "True", version: [major, 0] });
    assert.deepEqual([shape, isFortran, end], [[2, 3], true, (major > 1 ? 12 : 10) + 56]);
  }
});

Deno.test("readNpyHeader() reads a structured type of one field as that field", () => {
  assert.equal(read({ descr: "[('occ', '>f4')]" }).type, "f4");
  assert.equal(read({ descr: "[(('title', 'occ'), 'u1')]" }).type, "u1");
});

Deno.test("readNpyHeader() refuses other types, and says what to do", () => {
  const cures = {
    "'|O'": 'O; convert it first, as by array.astype("uint8")',
    "'<uint8'": '<uint8; convert it first, as by array.astype("uint8")',
    "'<f16'": '<f16; convert it first, as by array.astype("uint8")',
    "('u1', (2,))": '(u1, (2)); convert it first, as by array.astype("uint8")',
    "[('a', 'u1', (2,))]": '[(a, u1, (2))]; convert it first, as by array.astype("uint8")',
    "[('a', 'u1'), ('b', 'f4')]": '[(a, u1), (b, f4)]; save one field alone, as array["NAME"]',
  };
  for (const [descr, found] of Object.entries(cures)) {
    assert.throws(() => read({ descr }), {
      name: "TypeError",
      message: 'Cannot read "a.npy": its values must be booleans, integers or floats of at most ' +
        `64 bits, got type ${descr === "'|O'" ? "|" : ""}${found}`,
    });
  }
});

Deno.test("readNpyHeader() refuses what NumPy refuses", () => {
  const refused: [HeaderParts, RegExp][] = [
    ...["[2, 3]", "(2.0,)", "(True, 3)", "(-1, 3)", "2", "(010,)", "(2l,)", "(2, (3,))", "None"]
      .map((shape): [HeaderParts, RegExp] => [{ shape }, /its shape must be|its header must be/]),
    [{ shape: "(2L,)", version: [3, 0] }, /an integer without L at character/],
    [{ order: "0" }, /its fortran_order must be True or False, got 0$/],
    [{ version: [4, 0] }, /its version must be 1.0, 2.0 or 3.0, got 4.0$/],
    [{ version: [1, 1] }, /its version must be 1.0, 2.0 or 3.0, got 1.1$/],
    [
      { descr: "'u1', 'more': 1" },
      /must be a Python dictionary of descr, fortran_order, shape, got/,
    ],
    [
      { shape: `(2,${" ".repeat(10_000)}3)` },
      /its header must have at most 10000 bytes, got 10056$/,
    ],
  ];
  for (const [parts, message] of refused) {
    assert.throws(() => read(parts), { name: "SyntaxError", message });
  }
  assert.throws(() => readNpyHeader(fileOf("[1]         "), "a.npy"), {
    message: 'Cannot read "a.npy": its header must be a Python dictionary of descr, ' +
      'fortran_order, shape, got "[1]"',
  });
});

Deno.test("readNpyHeader() says what another file is", () => {
  const zip = Uint8Array.from([..."PK\x03\x04 and more of it"].map((it) => it.charCodeAt(0)));
  const cut = fileOf("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)}");
  const found: [Uint8Array, string][] = [
    [zip, "a zip file; let its name end in .npz"],
    [
      Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      "a gzip file; let its name end in .npy.gz",
    ],
    [new Uint8Array(), "an empty file"],
    [cut.subarray(0, 8), "its first 8 bytes; copy or download it again"],
  ];
  for (const [bytes, what] of found) {
    assert.throws(() => readNpyHeader(bytes, "a.npy"), {
      name: "SyntaxError",
      message: `Cannot read "a.npy": it must be an array written by numpy.save, got ${what}`,
    });
  }
  assert.throws(() => readNpyHeader(cut.subarray(0, 40), "a.npy"), {
    message: 'Cannot read "a.npy": it must hold 57 bytes of header, got 30; ' +
      "copy or download it again",
  });
});
