/**
 * Recognises what programs and systems leave between the user's files.
 *
 * @module
 */

/**
 * Folders without a dot in front. Choice: exact names, because a user's own folder may begin with
 * `@` or `#`.
 */
const SYSTEM_FOLDERS: ReadonlySet<string> = new Set([
  // macOS, and netatalk for it
  ...["__macosx", "network trash folder", "temporary items"],
  // Windows
  ...["$recycle.bin", "recycler", "recycled", "system volume information"],
  // Synology and QNAP: thumbnails, deleted files and snapshots
  ...["@eadir", "@tmp", "#recycle", "#snapshot", "@recycle", "@recently-snapshot"],
  // Unix
  "lost+found",
]);

/**
 * Tells whether a path leads to or through a hidden or system file or folder, such as thumbnails,
 * copies that an editor keeps, deleted files, or macOS's companions `._name.png`. They look like
 * data but repeat it or are no longer part of it.
 *
 * @param path Relative to what the user chose, with `/` between names; what the user chose may itself
 *   be hidden
 *
 * @example A copy that Jupyter keeps
 * ```ts
 * import assert from "node:assert/strict";
 * import { isSystemFile } from "@/data/formats/system_files.ts";
 *
 * assert.ok(isSystemFile("cups/.ipynb_checkpoints/a-checkpoint.png"));
 * assert.ok(!isSystemFile("cups/a.png"));
 * ```
 */
export function isSystemFile(path: string): boolean {
  return path.split("/").some((name) =>
    name !== "." && name.startsWith(".") || SYSTEM_FOLDERS.has(name.toLowerCase())
  );
}
