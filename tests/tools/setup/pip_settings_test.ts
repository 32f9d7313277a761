import assert from "node:assert/strict";
import { isKeptByPip, variablesOf } from "@/tools/setup/pip_settings.ts";

/** As `pip config list` prints it. */
const LISTED = String.raw`For variant 'global', will try loading '/etc/pip.conf'
:env:.cert='/etc/company.pem'
:env:.require-virtualenv='1'
download.index-url='https://other/simple'
global.extra-index-url='\nhttps://a/simple\nhttps://b/simple'
global.index-url='https://user:it\'s@pypi.company/simple'
global.no-index='true'
global.trusted-host='pypi.company'
global.user='true'
install.find-links='/opt/wheels'
install.target='/opt/packages'
`.replaceAll("\\\\", "\\");

Deno.test("variablesOf() keeps where packages come from and drops where they go", () => {
  assert.deepEqual(variablesOf(LISTED, "install"), {
    PIP_CERT: "/etc/company.pem",
    PIP_CONFIG_FILE: "/dev/null",
    PIP_EXTRA_INDEX_URL: "\nhttps://a/simple\nhttps://b/simple",
    PIP_FIND_LINKS: "/opt/wheels",
    PIP_INDEX_URL: "https://user:it's@pypi.company/simple",
    PIP_TRUSTED_HOST: "pypi.company",
  });
});

Deno.test("variablesOf() takes a command's own section before the global one", () => {
  const { PIP_INDEX_URL, PIP_FIND_LINKS } = variablesOf(LISTED, "download");
  assert.equal(PIP_INDEX_URL, "https://other/simple");
  assert.equal(PIP_FIND_LINKS, undefined);
});

Deno.test("variablesOf() lets a variable win over the files", () => {
  const listed = "global.proxy='http://a'\n:env:.proxy='http://b'";
  assert.equal(variablesOf(listed, "install").PIP_PROXY, "http://b");
  assert.deepEqual(variablesOf("", "install"), { PIP_CONFIG_FILE: "/dev/null" });
});

Deno.test("isKeptByPip() goes by the names of variables", () => {
  assert.equal(isKeptByPip("PIP_EXTRA_INDEX_URL"), true);
  assert.equal(isKeptByPip("PIP_USER"), false);
});
