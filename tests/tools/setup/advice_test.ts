import assert from "node:assert/strict";
import { howToInstall } from "@/tools/setup/advice.ts";

Deno.test("howToInstall() speaks each distribution's language", async () => {
  const releases = {
    'NAME="Debian GNU/Linux"\nID=debian\n': "`sudo apt install g++`",
    'ID=linuxmint\nID_LIKE="ubuntu debian"\n': "`sudo apt install g++`",
    'ID="rocky"\nID_LIKE="rhel centos fedora"\n': "`sudo dnf install gcc-c++`",
    'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n': "`sudo zypper install gcc-c++`",
    "ID=arch\n": "`sudo pacman -S gcc`",
    "ID=nixos\n": "e.g. `sudo apt install g++`",
    "": "e.g. `sudo apt install g++`",
  };
  for (const [release, command] of Object.entries(releases)) {
    assert.equal(await howToInstall("compiler", release), command);
  }
});
