/** The manifest of the documentation: its fields are those of Kubernetes, its values those of the sweep. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { runsOf } from "@/method/runs.ts";
import { PROJECT } from "@/tools/setup/layout.ts";

const MANIFEST = join(PROJECT.root, ".github", "sweep", "job.yaml");

const name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/).max(63); // RFC 1123
const count = z.int().min(1);

/** Of the fields of batch/v1 Job, those that the manifest uses; any other is refused. */
const JOB = z.strictObject({
  apiVersion: z.literal("batch/v1"),
  kind: z.literal("Job"),
  metadata: z.strictObject({ name }),
  spec: z.strictObject({
    completionMode: z.enum(["NonIndexed", "Indexed"]).optional(),
    completions: count.optional(),
    parallelism: count.optional(),
    backoffLimit: count.optional(),
    backoffLimitPerIndex: count.optional(),
    podReplacementPolicy: z.enum(["TerminatingOrFailed", "Failed"]).optional(),
    template: z.strictObject({
      spec: z.strictObject({
        restartPolicy: z.enum(["OnFailure", "Never"]), // a job refuses Always
        terminationGracePeriodSeconds: count,
        containers: z.array(z.strictObject({
          name,
          image: z.string().regex(/^[a-z0-9./-]+:[\w.-]+$/),
          workingDir: z.string().startsWith("/"),
          command: z.array(z.string()),
          resources: z.strictObject({ limits: z.record(z.string(), count) }),
          volumeMounts: z.array(z.strictObject({ name, mountPath: z.string().startsWith("/") })),
        })).min(1),
        volumes: z.array(z.strictObject({
          name,
          persistentVolumeClaim: z.strictObject({ claimName: name }),
        })),
      }),
    }),
  }).refine(
    ({ completionMode, backoffLimitPerIndex, template }) =>
      backoffLimitPerIndex === undefined ||
      (completionMode === "Indexed" && template.spec.restartPolicy === "Never"),
    "backoffLimitPerIndex needs an indexed job that restarts no containers",
  ),
});

/** Reads the documents of a YAML file, with the reader that Jupyter brings. */
async function readYaml(path: string): Promise<unknown[]> {
  const code =
    "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))";
  const { stdout, stderr } = await new Deno.Command(PROJECT.python, {
    args: ["-c", code, path],
  }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("the manifest holds jobs as Kubernetes takes them", async () => {
  const documents = await readYaml(MANIFEST);
  assert.equal(documents.length, 2);
  for (const document of documents) JOB.parse(document);
  const [, sweep] = documents as [unknown, { spec: Record<string, unknown> }];
  const misspelt = { ...sweep, spec: { ...sweep.spec, completion: 42 } };
  assert.equal(JOB.safeParse(misspelt).success, false);
});

Deno.test("the manifest has an index for every run, prepares them, and mounts what it uses", async () => {
  const [prepare, sweep] = (await readYaml(MANIFEST)).map((document) => JOB.parse(document).spec);
  assert.deepEqual([sweep!.completionMode, sweep!.completions], [
    "Indexed",
    runsOf("paper").length,
  ]);
  for (
    const [spec, ...words] of [
      [prepare!, "--prepare"],
      [sweep!, "--run", "$(JOB_COMPLETION_INDEX)"],
    ] as const
  ) {
    const { containers: [container], volumes } = spec.template.spec;
    const command = ["deno", "task", "sweep", "--preset", "paper", ...words];
    assert.deepEqual(container!.command, command);
    const [mount] = container!.volumeMounts;
    assert.deepEqual([mount!.name, mount!.mountPath], [volumes[0]!.name, container!.workingDir]);
  }
});
