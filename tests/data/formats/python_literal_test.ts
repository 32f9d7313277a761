import assert from "node:assert/strict";
import * as fc from "fast-check";
import { PythonTuple, type PythonValue, readPythonLiteral } from "@/data/formats/python_literal.ts";

const tuple = (...items: PythonValue[]) => new PythonTuple(items);

Deno.test("readPythonLiteral() reads a header in any layout", () => {
  const header = new Map<PythonValue, PythonValue>([
    ["descr", "<f4"],
    ["fortran_order", false],
    ["shape", tuple(2n, 8n)],
  ]);
  for (
    const text of [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 8), }   \n",
      `{"descr":"<f4","fortran_order":False,"shape":(2,8)}`,
      "\t( { u'descr' : r'<f4' ,\n'fortran_order':False, # note\r\n'shape':((2),+ 8,)\\\n,})",
      "{'de' 'scr': '''\\x3c\\146''' '\\u0034', 'fortran_order': False, 'shape': (0b1_0, 0x8)}",
      "{'shape': (1,), 'descr': '<f4', 'fortran_order': False, 'shape': (2, 0o10)}",
    ]
  ) {
    const read = readPythonLiteral(text) as Map<PythonValue, PythonValue>;
    assert.deepEqual(new Map([...read].toSorted()), header, text);
  }
});

// Values of Python 3.11's ast.literal_eval.
const VALUES: readonly [string, PythonValue][] = [
  ["()", tuple()],
  ["(1)", 1n],
  ["(1,)", tuple(1n)],
  ["[1, [2, ()],]", [1n, [2n, tuple()]]],
  ["-0", 0n],
  ["00", 0n],
  ["0XfF", 255n],
  ["12345678901234567890123", 12345678901234567890123n],
  ["None", null],
  ["{}", new Map()],
  [String.raw`'a\'\"\\\n\q\101\0'`, "a'\"\\\n\\qA\0"],
  [String.raw`r'\x41'`, "\\x41"],
  [String.raw`"\U0001F600"`, "\u{1F600}"],
  [`'''a"'\nb'''`, "a\"'\nb"],
  ["'a\\\nb'", "ab"],
];

Deno.test("readPythonLiteral() gives the values that Python gives", () => {
  for (const [text, value] of VALUES) assert.deepEqual(readPythonLiteral(text), value, text);
});

Deno.test("readPythonLiteral() reads Python 2's long integers only where they are allowed", () => {
  for (const text of ["(2L, 8L)", "(2 L,8)", "(0x2L,8L,)"]) {
    assert.deepEqual(readPythonLiteral(text, { allowsLong: true }), tuple(2n, 8n));
    assert.throws(() => readPythonLiteral(text), { name: "SyntaxError" });
  }
});

Deno.test("readPythonLiteral() reads every string that is written with escapes", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const escaped = [...text].map((character) =>
      `\\U${character.codePointAt(0)!.toString(16).padStart(8, "0")}`
    );
    assert.equal(readPythonLiteral(`'${escaped.join("")}'`), text);
  }));
});

Deno.test("readPythonLiteral() refuses what is no literal, and says where", () => {
  const refused = [
    ..."010 1__0 1_ 2l 2LL 1.5 1e3 2j 2+0 ~1 --3 _1 (,) (1 [1} {1} {1:} {'a':1 'b':2} {**{}}".split(
      " ",
    ),
    ...[
      "1 2",
      "1 \\\n",
      "'a",
      "'a\nb'",
      "b'a'",
      "f'a'",
      "ur'a'",
      "'\\x4'",
      "'\\N{DIGIT ONE}'",
      "'\\U00110000'",
    ],
    ...["true", "set()", "{1, 2}", "(1,);", "(1,)\0", "'\0'", "\u00a0(1,)", "\ufeff(1,)", ""],
  ];
  for (const text of refused) {
    assert.throws(() => readPythonLiteral(text, { allowsLong: true }), {
      name: "SyntaxError",
      message: /^Cannot read a Python literal: it must have .+ at character \d+, got .+$/,
    }, text);
  }
  assert.throws(() => readPythonLiteral("{'shape': (2; 3)}"), {
    message: 'Cannot read a Python literal: it must have "," or ")" at character 12, got "; 3)}"',
  });
  assert.throws(() => readPythonLiteral("(2, "), {
    message: "Cannot read a Python literal: it must have a value at character 4, got its end",
  });
});

Deno.test("readPythonLiteral() refuses brackets without end before the stack is full", () => {
  assert.throws(() => readPythonLiteral("[".repeat(9999)), {
    message: /it must have at most 200 brackets within brackets/,
  });
});
