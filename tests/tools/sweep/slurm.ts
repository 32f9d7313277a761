/** A real Slurm of one machine, in a folder of its own, without systemd. */
import { join } from "node:path";

const PROGRAMS = ["munged", "mungekey", "slurmctld", "slurmd", "sbatch"];

/** What tests that need it add to their names where it is absent. */
const MISSING = " (left out: needs root and Slurm; apt-get install --no-install-recommends " +
  "slurmctld slurmd slurm-client munge)";

const hasSlurm = Deno.uid() === 0 && PROGRAMS.every(isInstalled);

function isInstalled(program: string): boolean {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin"];
  return folders.some((folder) => {
    try {
      return Deno.statSync(join(folder, program)).isFile;
    } catch {
      return false;
    }
  });
}

/** A test that needs Slurm; left out by name where there is none. */
export function slurmTest(name: string, body: (slurm: Slurm) => Promise<void>): void {
  Deno.test({
    name: hasSlurm ? name : name + MISSING,
    ignore: !hasSlurm,
    async fn() {
      const folder = await Deno.makeTempDir();
      await using slurm = await Slurm.start(folder);
      await body(slurm);
    },
  });
}

/** The daemons, and the commands that talk to them. */
export class Slurm implements AsyncDisposable {
  readonly #daemons: Deno.ChildProcess[] = [];

  private constructor(readonly folder: string) {}

  /** Starts munge, the controller and a node, and waits until the node is idle. */
  static async start(folder: string): Promise<Slurm> {
    const slurm = new Slurm(folder);
    try {
      await slurm.#start();
    } catch (error) {
      await slurm[Symbol.asyncDispose]();
      throw error;
    }
    return slurm;
  }

  async #start(): Promise<void> {
    const inside = (...names: string[]) => join(this.folder, ...names);
    for (const name of ["state", "spool"]) await Deno.mkdir(inside(name));
    await Deno.chmod(this.folder, 0o755);
    await run("mungekey", ["--create", `--keyfile=${inside("munge.key")}`]);
    this.#spawn("munged", [
      "--foreground",
      "--force", // in a folder that others may write beside
      ...["key", "pid", "log", "seed"].map((kind) => `--${kind}-file=${inside(`munge.${kind}`)}`),
      `--socket=${inside("munge.socket")}`,
    ]);
    await until("munge answers", () => exists(inside("munge.socket")));
    const host = (await run("hostname", ["-s"])).trim();
    const [controller, node] = [freePort(), freePort()];
    await Deno.writeTextFile(inside("slurm.conf"), configOf({ host, controller, node, inside }));
    const [, year] = /(\d+)\./.exec(await run("slurmctld", ["-V"]))!;
    const cgroups = Number(year) < 23 ? "cgroup/v1" : "disabled"; // which older ones do not know
    await Deno.writeTextFile(inside("cgroup.conf"), `CgroupPlugin=${cgroups}\n`);
    this.#spawn("slurmctld", ["-D", "-c"]);
    this.#spawn("slurmd", ["-D", "-c"]);
    await until("the node is idle", async () => {
      const { code, stdout } = await this.#output("sinfo", ["-h", "-o", "%T"]);
      return code === 0 && stdout.trim() === "idle";
    });
  }

  /** Runs one of Slurm's commands. */
  async run(program: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#output(program, args);
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr}`);
    return stdout.trim();
  }

  /** Waits until no job is left. */
  async drained(): Promise<void> {
    await until("all jobs have ended", async () => await this.run("squeue", "-h") === "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const daemon of this.#daemons.toReversed()) {
      daemon.kill("SIGTERM");
      await daemon.status;
    }
    await Deno.remove(this.folder, { recursive: true });
  }

  #spawn(program: string, args: string[]): void {
    const child = new Deno.Command(program, {
      args,
      env: this.#env,
      stdout: "null",
      stderr: "null",
    });
    this.#daemons.push(child.spawn());
  }

  async #output(program: string, args: string[]) {
    const result = await new Deno.Command(program, { args, env: this.#env }).output();
    const decoder = new TextDecoder();
    return {
      code: result.code,
      stdout: decoder.decode(result.stdout),
      stderr: decoder.decode(result.stderr),
    };
  }

  get #env() {
    return { SLURM_CONF: join(this.folder, "slurm.conf") };
  }
}

function configOf({ host, controller, node, inside }: {
  readonly host: string;
  readonly controller: number;
  readonly node: number;
  readonly inside: (...names: string[]) => string;
}): string {
  return `ClusterName=one
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${inside("munge.socket")}
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
KillWait=30
SlurmctldPidFile=${inside("slurmctld.pid")}
SlurmdPidFile=${inside("slurmd.pid")}
StateSaveLocation=${inside("state")}
SlurmdSpoolDir=${inside("spool")}
SlurmctldLogFile=${inside("slurmctld.log")}
SlurmdLogFile=${inside("slurmd.log")}
SlurmctldPort=${controller}
SlurmdPort=${node}
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
InactiveLimit=0
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 Sockets=1 CoresPerSocket=2 ThreadsPerCore=1 RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

async function run(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${program}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Seconds that anything here may take on a busy machine. */
const PATIENCE_SECONDS = 240;

/** Looks again and again until something holds. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 1000 * PATIENCE_SECONDS;
  while (!await holds()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${PATIENCE_SECONDS} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
