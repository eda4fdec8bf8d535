// The theme, which the page remembers between visits.

import { effect, signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";

const KEY = "logloupe.theme";
const systemDark = window.matchMedia("(prefers-color-scheme: dark)");
const isSystemDark = signal(systemDark.matches);
systemDark.addEventListener("change", (event) => {
  isSystemDark.value = event.matches;
});

export const theme = signal<Theme>(savedTheme());
export const isReducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");

/** Whether the page is dark now. */
export function isDark(): boolean {
  return theme.value === "auto" ? isSystemDark.value : theme.value === "dark";
}

effect(() => {
  document.documentElement.dataset["theme"] = isDark() ? "dark" : "light";
});

export function toggleTheme(): void {
  theme.value = isDark() ? "light" : "dark";
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // Storage can be switched off; the choice then lasts as long as the page.
  }
}

function savedTheme(): Theme {
  try {
    const saved = localStorage.getItem(KEY);
    return saved === "light" || saved === "dark" ? saved : "auto";
  } catch {
    return "auto";
  }
}
