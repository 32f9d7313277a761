import assert from "node:assert/strict";
import { ignoredVariables, privateEnvironment } from "@/tools/setup/private_environment.ts";

const USER = {
  PATH: "/usr/bin",
  HTTPS_PROXY: "http://proxy:3128",
  REQUESTS_CA_BUNDLE: "/etc/company.pem",
  LD_LIBRARY_PATH: "/opt/lib",
  JUPYTER_TOKEN: "secret",
  PYTHONPATH: "/opt/ros",
  PYTHONHOME: "/opt/spack",
  PYTHONUSERBASE: "/me/.local",
  PIP_TARGET: "/me/packages",
  PIP_REQUIRE_VIRTUALENV: "1",
  JUPYTER_CONFIG_DIR: "/me/.jupyter",
  IPYTHONDIR: "/me/.ipython",
};

Deno.test("privateEnvironment() drops what Python, pip and Jupyter are told, and nothing else", () => {
  assert.deepEqual(privateEnvironment({ IPYTHONDIR: "/ours" }, USER), {
    PATH: "/usr/bin",
    HTTPS_PROXY: "http://proxy:3128",
    REQUESTS_CA_BUNDLE: "/etc/company.pem",
    LD_LIBRARY_PATH: "/opt/lib",
    JUPYTER_TOKEN: "secret",
    PYTHONNOUSERSITE: "1",
    IPYTHONDIR: "/ours",
  });
});

Deno.test("ignoredVariables() names what was dropped", () => {
  assert.deepEqual(ignoredVariables(USER), [
    "IPYTHONDIR",
    "JUPYTER_CONFIG_DIR",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_TARGET",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONUSERBASE",
  ]);
});
