/**
 * The table of recorded scores, in HTML.
 *
 * @module
 */
import { type QualityRecord, qualityRows } from "@/show/figures/quality.ts";
import { escapeXml } from "@/show/plot/svg.ts";

/** Says what the numbers are. */
const CAPTION =
  "Scores on unseen images, as recorded in notebooks/quality: mean ± standard deviation over " +
  "the runs. Chamfer distances are in sides of the grid, image errors are squared errors per pixel.";

/**
 * Writes the section of the scores.
 *
 * @param records In the order of the rows, at least one
 * @throws What `qualityRows` throws
 */
export function scoresHtml(records: readonly QualityRecord[]): string {
  const { headings, nameCount, rows } = qualityRows(records);
  const heads = headings.map((heading, i) =>
    `<th scope="col"${i < nameCount ? ' class="name"' : ""}>${escapeXml(heading)}</th>`
  );
  const body = rows.map((cells) =>
    `<tr>${
      cells.map((cell, i) =>
        i < nameCount ? `<th scope="row">${escapeXml(cell)}</th>` : `<td>${escapeXml(cell)}</td>`
      ).join("")
    }</tr>`
  );
  return `<section><h2 id="scores">Scores</h2>` +
    `<div class="table" role="region" aria-labelledby="scores" tabindex="0"><table>` +
    `<caption><span>${CAPTION}</span></caption><thead><tr>${heads.join("")}</tr></thead>` +
    `<tbody>${body.join("\n")}</tbody></table></div></section>\n`;
}
