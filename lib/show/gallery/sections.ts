/**
 * The gallery of what there is: a section for each set that models were trained on, one for each run that
 * kept its frames, and words for what is missing.
 *
 * @module
 */
import type { MixedSet } from "@/data/batches.ts";
import { type LoadedSets, loadMixture, type MixtureOptions } from "@/data/mixture.ts";
import { growthSection, growthTitle } from "./growth.ts";
import { COMPARED, type FoundModels, type GalleryModel, oneOfEach } from "./models.ts";
import type { GallerySection } from "./page.ts";
import { setsOf, shapesSection, titleOf } from "./shapes.ts";

/** How to train what is missing, by the label of the method. */
const TRAINING: Readonly<Record<string, string>> = {
  [COMPARED.paper]: "--method vae",
  [COMPARED.searched]: "--method searched",
};

/** What the searched pose needs for images that are more than silhouettes. */
const GREY = "; grey images need `--texture` as well";

/** Where images are found, and what tells of progress. */
export interface SectionOptions extends MixtureOptions {
  /** Called before each section, with its title. */
  readonly onSection?: (title: string, done: number, total: number) => void;
}

/** Sections, and what is missing. */
export interface FoundSections {
  /** The sections. */
  readonly sections: readonly GallerySection[];
  /** What is missing and how to get it, a sentence each. */
  readonly missing: readonly string[];
}

/**
 * Makes the sections of models.
 *
 * @param found What `findModels` found
 * @param options Where the images are
 */
export async function gallerySections(
  { models, unread }: FoundModels,
  { onSection = () => {}, ...load }: SectionOptions = {},
): Promise<FoundSections> {
  const loaded: LoadedSets = new Map();
  const missing = unread.map((message) => `Not read: ${message}.`);
  const sections: GallerySection[] = [];
  const testsOf = ({ config }: GalleryModel, data: string): Promise<MixedSet[]> =>
    loadMixture(data, "test", {
      ...load,
      loaded,
      seed: config.seed,
      imageSize: config.imageSize,
      imagesPerObject: 1, // only unseen images are shown
    });
  const attempt = async (title: string, make: () => Promise<GallerySection | undefined>) => {
    try {
      const section = await make();
      if (section) sections.push(section);
      return section;
    } catch (error) {
      if (!(error instanceof Error) || load.signal?.aborted) throw error;
      missing.push(`${title}: ${error.message}.`);
    }
  };
  const names = [...new Set(models.flatMap(({ config }) => setsOf(config.data)))];
  const watched = models.filter(({ folder }) => folder !== undefined);
  const total = names.length + watched.length;
  for (const [i, name] of names.entries()) {
    onSection(titleOf(name), i, total);
    const compared = oneOfEach(comparable(models, name));
    await attempt(titleOf(name), async () => {
      const [{ set }] = await testsOf(compared[0]!, name) as [MixedSet];
      return await shapesSection(name, set, compared);
    }) && missing.push(...untrained(name, compared));
  }
  let hasGrown = false;
  for (const [i, model] of oneOfEachData(watched).entries()) {
    const title = growthTitle(model.config.data, model.label);
    onSection(title, names.length + i, total);
    const grown = await attempt(
      title,
      () => growthSection(model, () => testsOf(model, model.config.data)),
    );
    hasGrown ||= grown !== undefined;
  }
  if (!hasGrown) {
    missing.push(
      "Growth: no run with frames was found. A run keeps them as it trains, for instance " +
        "`deno task train --preset quick --data mnist:1 --out data/runs/digits`.",
    );
  }
  return { sections, missing };
}

/** The models that were trained on a set, those of the first one's image size. */
function comparable(models: readonly GalleryModel[], name: string): GalleryModel[] {
  const trained = models.filter(({ config }) => setsOf(config.data).includes(name));
  return trained.filter(({ config }) => config.imageSize === trained[0]!.config.imageSize);
}

/** Says which of the two compared methods has no model of a set. */
function untrained(name: string, models: readonly GalleryModel[]): string[] {
  return Object.entries(TRAINING)
    .filter(([label]) => models.every((model) => model.label !== label))
    .map(([label, options]) =>
      `${
        titleOf(name)
      }, ${label}: no run was found. \`deno task train ${options} --data ${name}:1 ` +
      `--out data/runs/NAME\` trains one${label === COMPARED.searched ? GREY : ""}.`
    );
}

/** One watched run of each mixture and method, the longest. */
function oneOfEachData(models: readonly GalleryModel[]): GalleryModel[] {
  const byData = Object.groupBy(models, ({ config }) => config.data);
  return Object.values(byData).flatMap((group) => oneOfEach(group!));
}
