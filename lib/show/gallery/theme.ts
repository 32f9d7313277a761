/**
 * The button that changes between a light and a dark page. Runs in the browser.
 *
 * @module
 */

/** Shows the button; until it is pressed, the page follows the system. */
export function startTheme(): void {
  const button = document.querySelector<HTMLButtonElement>("button.theme")!;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
  const write = () => button.textContent = isDark() ? "Light theme" : "Dark theme";
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    write();
  });
  system.addEventListener("change", write);
  button.hidden = false;
  write();
}
